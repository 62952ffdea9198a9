import { type AppsEnvironment, environments } from '../../systems/practice/environments';
import type { RightsState } from '../../systems/practice/rights';
import type { Program, Run } from '../controllers/container-programs';
import type { DeployImageRequest } from '../controllers/controller-context';
import type { BareRepo } from '../git/bare-repo';
import type { ActionsRun } from '../github/actions';
import { isInTeam } from '../rights/standard-rights';

/** The file of the GitHub Actions workflow that deploys an app by hand, below `.github/workflows/`. */
export const deployFile = 'deploy.yml';

const findImage = 'Find the image';
const buildImage = 'Build and push the image';
const checkPermissions = 'Check deploy permissions';
const triggerArgo = 'Trigger Argo Workflows';

/**
 * Its text: inputs, run name and jobs as the apps of GOV.UK have them (docs.publishing.service.gov.uk, "Set up CI/CD for
 * a new app"), with the steps of the workflows that theirs call (alphagov/govuk-infrastructure, .github/workflows,
 * build-and-push-multiarch-image.yml and deploy.yml) in its own jobs.
 */
export const deployWorkflow = `name: Deploy
run-name: Deploy \${{ inputs.gitRef }} to \${{ inputs.environment }}
on:
  workflow_dispatch:
    inputs:
      gitRef:
        description: The commit, tag or branch to deploy
        required: true
        type: string
        default: main
      environment:
        description: Where to
        required: true
        type: choice
        options: [${environments.join(', ')}]
        default: integration
jobs:
  build-and-publish-image:
    name: Build and publish image
    runs-on: ubuntu-latest
    steps:
      - name: Check out the code
        uses: actions/checkout@v5
        with:
          ref: \${{ inputs.gitRef }}
      - name: ${findImage}
        run: find-image
      - name: ${buildImage}
        run: build-image
  trigger-deploy:
    name: Trigger deploy to \${{ inputs.environment }}
    needs: build-and-publish-image
    environment: \${{ inputs.environment }}
    runs-on: ubuntu-latest
    steps:
      - name: ${checkPermissions}
        run: check-permissions
      - name: ${triggerArgo}
        run: trigger-argo
`;

/** What the workflow's steps reach. */
export interface DeployContext {
  rights: RightsState;
  /** All runs of GitHub Actions: what they built is there. */
  runs: readonly ActionsRun[];
  appRepo(app: string): BareRepo;
  /**
   * Argo's event hook of an environment, which starts deploy-image there.
   * @returns the Workflow's name; rejects when that cluster is away.
   */
  deployImage(environment: AppsEnvironment, request: DeployImageRequest): Promise<string>;
}

/** What a step of a run does. @returns `undefined` for those that do nothing but take their time. */
export function deployStep(
  { run, step }: { run: ActionsRun; step: string },
  context: DeployContext,
): Program | undefined {
  const app = run.repository.split('/')[1] ?? '';
  switch (step) {
    case 'Check out the code':
      return (container) => checkOut(container, run, context.appRepo(app));
    case findImage:
      return (container) => lookForImage(container, run, context);
    case buildImage:
      return (container) => build(container, run, app);
    case checkPermissions:
      return (container) => check(container, run, context.rights);
    case triggerArgo:
      return (container) => trigger(container, run, app, context);
  }
  return undefined;
}

/** actions/checkout: a branch, a tag or a whole commit id. */
async function checkOut({ log, wait }: Run, run: ActionsRun, repo: BareRepo): Promise<number> {
  const gitRef = run.inputs.gitRef ?? '';
  log(`Syncing repository: ${run.repository}`);
  await wait(1);
  const names = [
    `refs/heads/${gitRef}`,
    `refs/tags/${gitRef}`,
    ...(/^[0-9a-f]{40}$/.test(gitRef) ? [gitRef] : []),
  ];
  for (const name of names) {
    const commit = await repo.resolve(name);
    if (commit === null) continue;
    log(`HEAD is now at ${commit}`);
    // GOV.UK's image tag: the ref's own name where it begins with a v, be it a branch's, and the commit otherwise.
    const imageTag = gitRef.startsWith('v') ? gitRef : commit;
    const isRelease = name.startsWith('refs/tags/v');
    Object.assign(run.outputs, { imageTag, ...(isRelease ? { built: imageTag } : {}) });
    return 0;
  }
  log(`##[error]A branch or tag with the name '${gitRef}' could not be found`);
  return 1;
}

/** Releases are built when they are made; a commit, by the first run that deploys it. */
async function lookForImage({ log, wait }: Run, run: ActionsRun, { runs }: DeployContext): Promise<number> {
  const { imageTag = '' } = run.outputs;
  await wait(1);
  const isBuilt = runs.some((one) => one.repository === run.repository && one.outputs.built === imageTag);
  if (isBuilt) run.outputs.built = imageTag;
  log(isBuilt ? `The registry has ${imageTag}.` : `The registry has no ${imageTag}.`);
  return 0;
}

async function build({ log, wait }: Run, run: ActionsRun, app: string): Promise<number> {
  const { imageTag = '', built } = run.outputs;
  const image = `ghcr.io/alphagov/govuk/${app}:${imageTag}`;
  if (built === imageTag) {
    log(`${image} is there already: nothing is built.`);
    return 0;
  }
  log('#1 [internal] load build definition from Dockerfile');
  await wait(4);
  log('#8 [builder 4/6] RUN bundle install');
  await wait(8);
  log(`#12 pushing manifest for ${image}`);
  await wait(3);
  run.outputs.built = imageTag;
  return 0;
}

/** Asks for production alone whether whoever triggered it may deploy, as GOV.UK's does. */
async function check({ log, wait }: Run, run: ActionsRun, rights: RightsState): Promise<number> {
  const user = run.triggeredBy ?? run.actor;
  await wait(1);
  const isMember = rights.profile === 'everything' || isInTeam(rights, 'gov-uk-production-deploy', user);
  if (isMember || run.inputs.environment !== 'production') return 0;
  log(`##[error]User ${user} needs to be a member of the GOV.UK Production Deploy team`);
  return 1;
}

async function trigger(
  { log, wait }: Run,
  run: ActionsRun,
  app: string,
  context: DeployContext,
): Promise<number> {
  const environment = environments.find((one) => one === run.inputs.environment);
  const { imageTag = '' } = run.outputs;
  // Only a release is promoted by itself: this was started by hand.
  const body = { environment, repoName: app, imageTag, promoteDeployment: 'false' };
  log(`POST /update-image-tag ${JSON.stringify(body)}`);
  await wait(1);
  try {
    if (!environment) throw new Error('there is no such environment');
    const workflow = await context.deployImage(environment, { repo: app, imageTag, promote: false });
    log(`200 OK ${workflow}`);
    return 0;
  } catch (error) {
    log(`curl: (7) ${error instanceof Error ? error.message : String(error)}`);
    return 7;
  }
}
