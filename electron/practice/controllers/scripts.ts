import { bagProgram } from './bag-scripts';
import { migration, type Program, type Run } from './container-programs';
import type { ControllerContext } from './controller-context';
import type { Job, Pod } from './kubernetes-shapes';
import { imageVersion } from './render';
import { shellProgram } from './shell';
import { smokeTest } from './smoke-test';

/** Annotations by which Argo Workflows' pods name their node. */
export const nodeIdAnnotation = 'workflows.argoproj.io/node-id';
export const nodeNameAnnotation = 'workflows.argoproj.io/node-name';
/** The label by which they name their workflow. */
export const workflowLabel = 'workflows.argoproj.io/workflow';
/** Environment variable that holds a workflow pod's template and inputs, as the real executor has it. */
export const templateVariable = 'ARGO_TEMPLATE';

/** What {@link templateVariable} holds. */
export interface PodTask {
  template: string;
  inputs: Record<string, string>;
}

/**
 * What a pod runs that runs to its end: a migration Job's, or a workflow's script. Undefined for pods that serve.
 * @param refreshParent asks Argo CD to compare `app-config` with the newest commit.
 */
export function programOf(
  context: ControllerContext,
  pod: Pod,
  refreshParent: () => void,
): Program | undefined {
  const labels = pod.metadata.labels ?? {};
  const shell = pod.spec.restartPolicy === 'Never' ? shellProgram(pod) : undefined;
  if (shell) return shell;
  if (labels[workflowLabel] !== undefined) return workflowProgram(context, pod, refreshParent);
  const job = labels['job-name'];
  if (job === undefined) return undefined;
  const owner = context.store.get<Job>('Job', pod.metadata.namespace, job);
  const app = labels['app.govuk/repository-name'] ?? '';
  const version = imageVersion(owner?.spec.template.spec.containers[0]?.image ?? '');
  return (run) =>
    migration(version, context.faults.migrationFails?.(app, version, context.environment) ?? false)(run);
}

function workflowProgram(context: ControllerContext, pod: Pod, refreshParent: () => void): Program {
  const task = taskOf(pod);
  const inputs = task?.inputs ?? {};
  const input = (name: string) => inputs[name] ?? '';
  switch (task?.template) {
    case 'update-image-tag':
      return updateImageTag(context, input);
    case 'refresh-app-config':
      return async ({ log, wait }) => {
        log('application.argoproj.io/app-config annotated');
        refreshParent();
        await wait(0.5);
        return 0;
      };
    case 'smoke-test':
      return smokeTest({
        application: input('application'),
        environment: context.environment,
        version: input('imageTag'),
        attempt: attemptOf(pod),
        outcome: () =>
          context.faults.testOutcome(
            input('repoName'),
            input('imageTag'),
            context.environment,
            attemptOf(pod),
          ),
      });
    case 'promote-release':
      return promoteRelease(context, input);
    case 'notify-slack':
      return async ({ log, wait }) => {
        await wait(0.5);
        log(`{"channel":"govuk-deploy-alerts","text":${JSON.stringify(input('text'))}}`);
        log('ok');
        return 0;
      };
    default:
      return bagProgram(context, task?.template ?? '', input) ?? notFound(task?.template ?? '');
  }
}

const notFound =
  (command: string): Program =>
  async ({ log }) => {
    log(`exec: "${command}": executable file not found in $PATH`);
    return 127;
  };

function taskOf(pod: Pod): PodTask | null {
  const text = pod.spec.containers[0]?.env?.find((one) => one.name === templateVariable)?.value;
  return text === undefined ? null : (JSON.parse(text) as PodTask);
}

/** The 1-based attempt that a Retry node's child is: `…(0)` is the first. */
function attemptOf(pod: Pod): number {
  const match = /\((\d+)\)$/.exec(pod.metadata.annotations?.[nodeNameAnnotation] ?? '');
  return match ? Number(match[1]) + 1 : 1;
}

function updateImageTag(context: ControllerContext, input: (name: string) => string): Program {
  return async ({ log, wait, signal }: Run) => {
    const [repo, environment, imageTag] = [input('repoName'), input('environment'), input('imageTag')];
    log('Cloning into the release repo...');
    await wait(1);
    const branch = `update-image-tag/${repo}/${environment}/${imageTag}`;
    log(`Switched to a new branch '${branch}'`);
    while (context.repo.botWaits?.()) await wait(1);
    try {
      const commit = await context.repo.updateImageTag({
        repo,
        environment,
        imageTag,
        promote: input('promoteDeployment') === 'true',
      });
      if (signal.aborted) return 143;
      log(`[${branch}] Update ${repo} image tag to ${imageTag} for ${environment}`);
      log(`Merged into main as ${commit}`);
      log('Pushed changes to GitHub');
      return 0;
    } catch (error) {
      log(`fatal: ${error instanceof Error ? error.message : String(error)}`);
      return 1;
    }
  };
}

function promoteRelease(context: ControllerContext, input: (name: string) => string): Program {
  return async ({ log, wait }) => {
    const body = {
      environment: input('environment'),
      repoName: input('repoName'),
      imageTag: input('imageTag'),
      promoteDeployment: input('promoteDeployment'),
    };
    await wait(0.5);
    log(`POST /update-image-tag ${JSON.stringify(body)}`);
    try {
      const workflow = await context.nextEnvironment?.startDeployImage({
        repo: body.repoName,
        imageTag: body.imageTag,
        promote: body.promoteDeployment === 'true',
      });
      log(`200 OK ${workflow ?? ''}`);
      return 0;
    } catch (error) {
      log(`curl: (7) ${error instanceof Error ? error.message : String(error)}`);
      return 7;
    }
  };
}
