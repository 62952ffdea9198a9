import { stringify } from 'yaml';
import { type Estate, estateSchema } from '../../../shared/domain/estate/estate';
import type { PracticeLogin } from '../../../shared/domain/practice/login';
import {
  allEnvironments,
  type BagEnvironment,
  bagEnvironments,
  concourseEnvironments,
  type EnvironmentName,
  environments,
} from '../../systems/practice/environments';
import { migratingService } from '../controllers/bag-scripts';
import { practiceApps } from '../github/device-flow';
import { writeWhole } from '../whole-file';
import { bagPipelineName, owner, releaseRepoName, seedServices } from './apps';
import { bagSetups } from './deployed';
import { providerTestsFile } from './provider-tests';
import type { StatePaths } from './state-folder';
import { wrappedExec } from './wrapped-login';

/** Where the servers of a practice estate are. URLs have no slash at the end. */
export interface EstateUrls {
  git: string;
  github: string;
  control: string;
  /** Argo's own servers. */
  argo: (environment: EnvironmentName) => { cd: string; workflows: string };
  /** Their identity provider. */
  dex: string;
  concourse: string;
  /** Slack, the Release app and a webhook. */
  receivers: string;
}

/** How commits of the console land in the release repo; see the estate file's `ledger.landing`. */
export type Landing = Estate['ledger']['landing'];

/**
 * Writes `signalbox.yaml`: the practice estate as the console sees it. Holds no secret.
 * @param options.speed practice time per wall time, at this start
 * @throws when it would not fit the estate's schema
 */
export async function writeEstateFile(
  paths: StatePaths,
  urls: EstateUrls,
  options: { landing: Landing; speed: number; login: PracticeLogin },
): Promise<void> {
  const { landing, speed, login } = options;
  const estate = {
    name: 'GOV.UK in miniature',
    ledger: {
      url: `${urls.git}/${owner}/${releaseRepoName}.git`,
      branch: 'main',
      landing,
      routes: [{ kind: landing }, { kind: 'workflow' }, { kind: 'actions' }, { kind: 'pull-request' }],
      github: {
        apiUrl: urls.github,
        owner,
        repo: releaseRepoName,
        clientId: Object.keys(practiceApps)[0],
      },
    },
    environments: [
      ...allEnvironments.map((name) => ({
        name,
        tier: name === 'production' || name === 'notify-production' ? 'production' : 'standard',
        ...(login === 'argo-servers' ? {} : { cluster: kubernetesOf(name, paths, login) }),
        argo: {
          cd: { url: urls.argo(name).cd, signInHosts: [new URL(urls.dex).host] },
          workflows: { url: urls.argo(name).workflows, signInHosts: [new URL(urls.dex).host] },
        },
        ...(name === 'production' ? { team: { org: owner, team: 'gov-uk-production-deploy' } } : {}),
      })),
      ...Object.keys(concourseEnvironments).map((name) => ({
        name,
        tier: name === 'public' ? 'production' : 'standard',
      })),
    ],
    pipelines: [
      { name: 'govuk', kind: 'apps', environments: [...environments] },
      bagsPipeline(speed),
      concoursePipeline(urls.concourse),
    ],
    sources: {
      urlTemplate: `${urls.git}/${owner}/{app}.git`,
      github: { apiUrl: urls.github, owner },
    },
    announce: {
      slack: {
        apiUrl: `${urls.receivers}/slack/api/`,
        channels: [{ channel: '#govuk-deploy' }, { channel: '#govuk-2ndline', environments: ['production'] }],
      },
      release: { url: `${urls.receivers}/release`, owner },
      webhook: { url: `${urls.receivers}/webhook` },
      email: { to: ['release-managers@example.gov.uk'] },
    },
    practice: { controlUrl: urls.control },
  };
  estateSchema.parse(estate);
  const heading = '# Written by the practice estate at every start: changes to this file are lost.\n';
  await writeWhole(paths.estateFile, heading + stringify(estate));
}

const kubernetesOf = (name: EnvironmentName, paths: StatePaths, login: PracticeLogin) => ({
  context: name,
  kubeconfig: paths.kubeconfig,
  ...(login === 'wrapper' ? { exec: wrappedExec(name) } : {}),
});

/** The chain that a Concourse deploys: its jobs and resources are called as Notify’s. */
function concoursePipeline(url: string) {
  return {
    name: 'concourse',
    kind: 'concourse',
    url,
    environments: Object.keys(concourseEnvironments),
    stages: Object.fromEntries(
      Object.entries(concourseEnvironments).map(([environment, team]) => [environment, { team }]),
    ),
    jobs: { periodic: ['periodic-smoke-test'] },
  };
}

/**
 * The chain of bags. The console starts what runs every ten minutes, by the wall's clock: where practice time is
 * faster, it starts more often.
 */
function bagsPipeline(speed: number) {
  const bag = { bag: '{bag}' };
  const stage = (environment: BagEnvironment) => ({
    deploy: [
      { kind: 'workflow', template: 'terraform-apply', parameters: bag },
      {
        kind: 'workflow',
        template: 'db-setup',
        parameters: { ...bag, imageTag: `{version:${migratingService}}` },
      },
      { kind: 'image-tags' },
    ],
    tests: [
      ...bagSetups[environment].suites.map((suite) => ({
        kind: 'workflow',
        template: suite,
        parameters: bag,
      })),
      ...(environment === 'notify-staging'
        ? [
            {
              kind: 'github-workflow',
              repo: releaseRepoName,
              workflow: providerTestsFile,
              inputs: { ...bag, environment: '{environment}', request: '{operation}' },
            },
          ]
        : []),
    ],
    periodic:
      environment === 'notify-production'
        ? [
            {
              name: 'periodic-smoke-tests',
              template: 'smoke-tests',
              everyMinutes: Math.max(1, Math.round(10 / speed)),
            },
          ]
        : [],
  });
  return {
    name: bagPipelineName,
    kind: 'bags',
    environments: [...bagEnvironments],
    services: seedServices.map(({ repo }) => repo),
    stages: Object.fromEntries(bagEnvironments.map((name) => [name, stage(name)])),
  };
}
