import type { LogSource } from '../../../shared/contract/logs';
import type { RunView } from '../../../shared/domain/actions/run-view';
import type { HookJob } from '../../../shared/domain/rollout/hook-job';
import type { Rollout } from '../../../shared/domain/rollout/rollout';
import type { Workflow } from '../../../shared/domain/workflows/workflow';
import { nodeRows, telling } from '../workflow/workflow-rows';
import {
  hookSources,
  nodeSources,
  podSources,
  roleOf,
  rolloutSources,
  workflowSources,
} from './sources-by-kind';

/** A log that can be opened: of one pod, or of several things at once. */
export interface LogChoice {
  /** What is shown, for people: a pod's name. Also tells one choice from another. */
  name: string;
  sources: readonly LogSource[];
  /** Of what gets further pods: which workflow or hook, in which environment and namespace. */
  of?: string;
}

export function podLog(environment: string, rollout: Rollout, pod: Rollout['pods'][number]): LogChoice {
  const sources = podSources(environment, pod, roleOf(rollout, pod));
  const ended = pod.lastTermination?.container;
  // A container that crashed and waits to start again wrote why in its previous run.
  const crashed = ended !== undefined && !pod.ready && pod.reason === 'CrashLoopBackOff';
  return {
    name: pod.name,
    sources: [...sources]
      .sort((a, b) => Number(b.container === ended) - Number(a.container === ended))
      .map((source) => (crashed && source.container === ended ? { ...source, previous: true } : source)),
  };
}

export const nodeLog = (workflow: Workflow, node: Workflow['nodes'][number]): LogChoice => ({
  name: node.pod ?? node.displayName,
  sources: nodeSources(workflow, node),
});

/** The name of the choice that shows every pod of the rollout. */
export const allPods = 'all pods';

const ofWorkflow = ({ environment, namespace, name }: Workflow): string =>
  `workflow ${environment}/${namespace}/${name}`;
const ofHook = (environment: string, { namespace, name }: HookJob): string =>
  `hook ${environment}/${namespace}/${name}`;

export const workflowLog = (workflow: Workflow): LogChoice => ({
  name: workflow.name,
  sources: workflowSources(workflow),
  of: ofWorkflow(workflow),
});

/** The log of a job of GitHub Actions. @param environment where it deploys to. */
export const jobLog = (environment: string, run: RunView, job: RunView['jobs'][number]): LogChoice => ({
  name: `${job.name} (run ${run.id})`,
  sources: [
    {
      environment,
      namespace: run.repo,
      pod: job.name,
      container: run.workflow,
      previous: false,
      role: null,
      job: { owner: run.owner, repo: run.repo, id: job.id },
    },
  ],
});

/** The log of a Concourse build. */
export const buildLog = (pipeline: string, environment: string, job: string, build: number): LogChoice => ({
  name: `${job} (build ${build})`,
  sources: [
    {
      environment,
      namespace: pipeline,
      pod: job,
      container: `build ${build}`,
      previous: false,
      role: null,
      build,
    },
  ],
});

/** The log of a hook's Job: of all its tries. */
export const hookLog = (environment: string, job: HookJob): LogChoice => ({
  name: job.name,
  sources: hookSources(environment, job),
  of: ofHook(environment, job),
});

/**
 * A choice as things are now: pods, steps and tries of a hook that came since it was made join it. A hook whose pods
 * are gone stays as it was chosen.
 */
export function renewed(
  choice: LogChoice,
  environment: string,
  rollouts: readonly Rollout[],
  workflows: readonly Workflow[],
  hooks: readonly HookJob[],
): LogChoice {
  if (choice.name === allPods) return { name: allPods, sources: rolloutSources(environment, rollouts) };
  if (choice.of === undefined) return choice;
  const workflow = workflows.find((one) => ofWorkflow(one) === choice.of);
  if (workflow) return workflowLog(workflow);
  const hook = hooks.find((one) => ofHook(environment, one) === choice.of);
  return hook && hook.pods.length > 0 ? hookLog(environment, hook) : choice;
}

/**
 * The log to show while nobody chose one: of the first failing pod, else of the running test. `null`: none is
 * worth opening by itself.
 */
export function suggested(
  environment: string,
  rollouts: readonly Rollout[],
  workflows: readonly Workflow[],
): LogChoice | null {
  for (const rollout of rollouts) {
    const failing = rollout.pods.find((pod) => pod.name === rollout.failingPod);
    if (failing && rollout.state === 'failed') return podLog(environment, rollout, failing);
  }
  for (const workflow of workflows) {
    const node = telling(nodeRows(workflow));
    if (node?.pod) return nodeLog(workflow, node);
  }
  return null;
}
