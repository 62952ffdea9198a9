import type { LogSource } from '../../../shared/contract/logs';
import type { HookJob } from '../../../shared/domain/rollout/hook-job';
import type { Rollout, RolloutPod } from '../../../shared/domain/rollout/rollout';
import type { Workflow, WorkflowNode } from '../../../shared/domain/workflows/workflow';

/** The logs of every container of a pod of a rollout. `role` tells old from new. */
export function podSources(environment: string, pod: RolloutPod, role: string | null = null): LogSource[] {
  return pod.containers.map((container) => ({
    environment,
    namespace: pod.namespace,
    pod: pod.name,
    container,
    previous: false,
    role,
  }));
}

/** The logs of all pods of some Deployments, old and new. Pods that appear later are in the next answer. */
export function rolloutSources(environment: string, rollouts: readonly Rollout[]): LogSource[] {
  return rollouts.flatMap((rollout) =>
    rollout.pods.flatMap((pod) => podSources(environment, pod, roleOf(rollout, pod))),
  );
}

/** Whether a pod is of the new version or of the old; `null` where its ReplicaSet was not seen. */
export function roleOf(rollout: Rollout, pod: RolloutPod): string | null {
  const set = rollout.replicaSets.find(({ name }) => name === pod.replicaSet);
  return set ? (set.current ? 'new' : 'old') : null;
}

/** The log of one step of a workflow: of its `main` container, where the step's own program runs. */
export function nodeSources(workflow: Workflow, node: WorkflowNode): LogSource[] {
  const { environment, namespace } = workflow;
  if (node.pod === null) return [];
  return [
    { environment, namespace, pod: node.pod, container: 'main', previous: false, role: node.displayName },
  ];
}

/** The logs of all steps of a workflow that have a pod. */
export const workflowSources = (workflow: Workflow): LogSource[] =>
  workflow.nodes.flatMap((node) => nodeSources(workflow, node));

/** The logs of a hook's Job: of every pod that is left, the newest try first. */
export function hookSources(environment: string, job: HookJob): LogSource[] {
  return job.pods.flatMap((pod) =>
    pod.containers.map((container) => ({
      environment,
      namespace: pod.namespace,
      pod: pod.name,
      container,
      previous: false,
      role: `hook ${job.name}`.slice(0, 100),
    })),
  );
}
