import type { Rollout } from '../../../shared/domain/rollout';
import type { Workflow } from '../../../shared/domain/workflow';
import type { LogSource } from '../../data/use-log';
import { nodeRows, telling } from './workflow-rows';

/** A log that can be opened, with the containers that its pod has. */
export interface LogChoice {
  source: LogSource;
  containers: readonly string[];
}

/** Containers of an Argo Workflows pod. */
const workflowContainers = ['main', 'wait', 'init'];

export function podLog(environment: string, pod: Rollout['pods'][number]): LogChoice {
  const crashed = pod.lastTermination !== null && !pod.ready;
  return {
    containers: pod.containers,
    source: {
      environment,
      namespace: pod.namespace,
      pod: pod.name,
      container: pod.lastTermination?.container ?? pod.containers[0] ?? 'app',
      // A container that crashed and waits to start again wrote why in its previous run.
      previous: crashed && pod.reason === 'CrashLoopBackOff',
    },
  };
}

export function nodeLog(workflow: Workflow, pod: string): LogChoice {
  const { environment, namespace } = workflow;
  return {
    containers: workflowContainers,
    source: { environment, namespace, pod, container: 'main', previous: false },
  };
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
    if (failing && rollout.state === 'failed') return podLog(environment, failing);
  }
  for (const workflow of workflows) {
    const node = telling(nodeRows(workflow));
    if (node?.pod) return nodeLog(workflow, node.pod);
  }
  return null;
}
