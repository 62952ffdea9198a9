import { bagEnvironments, environments } from '../../../systems/practice/environments';
import { imageTagPath, releaseRepoName, seedApps, seedServices } from '../apps';
import { formatImageTagFile } from '../image-tag-values';
import { bot, developers, type Person, releaseManagers, web } from '../people';
import { providerTestsWorkflow } from '../provider-tests';
import { after, day, hour } from './calendar';
import { ImportStream } from './import-stream';
import type { ReleaseRepoEvent } from './past-deployments';
import type { Random } from './random';
import { historyBegin } from './releases';

/**
 * The import stream of the release repo. As in GOV.UK's, update-image-tag's branch ends as a fast-forward of main
 * where nothing came between, and as a merge where something did; people commit on main.
 */
export function releaseRepoStream(
  random: Random,
  events: readonly (ReleaseRepoEvent | PlainCommit)[],
  now: Date,
): string {
  const stream = new ImportStream();
  const main = 'refs/heads/main';
  let tip = stream.commit(main, {
    author: developers[0] ?? bot,
    at: after(historyBegin(now), -day),
    message: 'Begin the charts of the practice estate\n',
    files: { ...chartFiles(), ...firstImageTags() },
  });
  let before = tip;
  for (const event of [...events, ...chores(random, now)].sort((a, b) => a.at.getTime() - b.at.getTime())) {
    const files = 'files' in event ? event.files : imageTagFiles(event);
    const { author, at, message } = event;
    const forked = event.pipeline && before !== tip && random.chance(0.35);
    if (!forked) {
      before = tip;
      tip = stream.commit(main, { author, at, message: `${message}\n`, from: tip, files });
      if ('tag' in event && event.tag) stream.ref(`refs/tags/${event.tag}`, tip);
      continue;
    }
    const branch = /^Update (\S+) image tag to (\S+) for (\S+)$/.exec(message)?.slice(1) ?? [];
    const name = `update-image-tag/${branch[0]}/${branch[2]}/${branch[1]}`;
    const own = stream.commit(main, { author, at, message: `${message}\n`, from: before, files });
    before = tip;
    tip = stream.commit(main, {
      author: bot,
      committer: web,
      at: after(at, random.int(1, 3) * 1000),
      message: `Merge ${name} into main\n`,
      from: tip,
      merge: own,
      files,
    });
  }
  return stream.text();
}

function imageTagFiles(event: ReleaseRepoEvent): Record<string, string> {
  const files: Record<string, string> = {};
  for (const environment of environments) {
    const values = event.changes[environment];
    if (values) files[imageTagPath(environment, event.app)] = formatImageTagFile(values);
  }
  return files;
}

/** The chains of the estate: environments, and what is deployed to each. */
const chains = [
  { environments, apps: seedApps },
  { environments: bagEnvironments, apps: seedServices },
];

function firstImageTags(): Record<string, string> {
  const files: Record<string, string> = {};
  for (const chain of chains)
    for (const environment of chain.environments)
      for (const app of chain.apps)
        files[imageTagPath(environment, app.repo)] = formatImageTagFile({
          imageTag: `v${app.base}`,
          automaticDeploysEnabled: true,
          promoteDeployment: true,
        });
  return files;
}

function chartFiles(): Record<string, string> {
  return {
    'README.md': `# ${releaseRepoName}\n\nCharts and image tags of the practice estate.\n`,
    'charts/app-config/Chart.yaml': 'apiVersion: v2\nname: app-config\nversion: 0.1.0\n',
    'charts/app-config/templates/application.yaml':
      '{{- range .Values.govukApplications }}\n---\napiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: {{ .name }}\n{{- end }}\n',
    ...Object.fromEntries(
      chains.flatMap(({ environments, apps }) => {
        const list = apps.map((app) => `  - name: ${app.repo}\n    replicas: ${app.replicas}\n`).join('');
        return environments.map((name) => [
          `charts/app-config/values-${name}.yaml`,
          `govukApplications:\n${list}`,
        ]);
      }),
    ),
    '.github/CODEOWNERS': '/charts/ @alphagov/gov-uk-platform-engineering\n',
    '.github/workflows/provider-tests.yml': providerTestsWorkflow,
    'charts/generic-govuk-app/Chart.yaml': 'apiVersion: v2\nname: generic-govuk-app\nversion: 0.1.0\n',
    'charts/generic-govuk-app/templates/deployment.yaml':
      'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ .Values.repoName }}\n',
    'docs/deploying.md':
      '# Deploying\n\nA deployment is a change of one file below `charts/app-config/image-tags`.\n',
  };
}

/** A commit of whole files on main. */
export interface PlainCommit {
  at: Date;
  author: Person;
  message: string;
  pipeline: false;
  files: Record<string, string>;
  /** A tag that names it. */
  tag?: string;
}

/** Commits that are no deployments. */
function chores(random: Random, now: Date): PlainCommit[] {
  return Array.from({ length: 12 }, (_, index) => {
    const environment = random.pick(environments);
    const [message, path, content] = random.pick([
      [
        `Raise the memory limit in ${environment}`,
        'charts/generic-govuk-app/values.yaml',
        `resources:\n  limits:\n    memory: ${random.int(8, 40) * 64}Mi\n`,
      ],
      [
        'Explain how to roll back by hand',
        'docs/rolling-back.md',
        `# Rolling back\n\nSet the tag back in Git. Revision ${index + 1}.\n`,
      ],
      [
        'Bump the chart version',
        'charts/generic-govuk-app/Chart.yaml',
        `apiVersion: v2\nname: generic-govuk-app\nversion: 0.${index + 1}.${random.int(0, 9)}\n`,
      ],
    ] as const);
    return {
      at: after(now, -random.int(5, 118) * day - random.int(0, 8) * hour),
      author: random.pick([...developers, ...releaseManagers]),
      message,
      pipeline: false,
      files: { [path]: content },
    };
  });
}
