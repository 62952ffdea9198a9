import { z } from 'zod';

/** One pod of a rollout, trimmed to what is shown. */
export const rolloutPodSchema = z.object({
  name: z.string(),
  namespace: z.string(),
  replicaSet: z.string(),
  phase: z.string(),
  ready: z.boolean(),
  restarts: z.number(),
  startedAt: z.string().nullable(),
  containers: z.array(z.string()),
  /** Why the pod is not ready: `CrashLoopBackOff`, `ImagePullBackOff`, `Unschedulable`…; `null` when nothing is wrong. */
  reason: z.string().nullable(),
  message: z.string().nullable(),
  /** Of the container that ended last: `containerStatuses[].lastState.terminated` or `state.terminated`. */
  lastTermination: z
    .object({
      container: z.string(),
      reason: z.string().nullable(),
      exitCode: z.number(),
      finishedAt: z.string().nullable(),
    })
    .nullable(),
});
export type RolloutPod = z.infer<typeof rolloutPodSchema>;

/**
 * One Deployment's rollout: old against new ReplicaSet, and the first failing pod. Of a StatefulSet or DaemonSet, its
 * revisions stand in the place of ReplicaSets.
 */
export const rolloutSchema = z.object({
  /** Left out: a Deployment. */
  kind: z.enum(['StatefulSet', 'DaemonSet']).optional(),
  deployment: z.string(),
  namespace: z.string(),
  state: z.enum(['waiting', 'progressing', 'terminating-old', 'done', 'failed']),
  /** In words: what it waits for, or why it failed. */
  message: z.string(),
  desired: z.number(),
  updated: z.number(),
  ready: z.number(),
  available: z.number(),
  total: z.number(),
  replicaSets: z.array(
    z.object({
      name: z.string(),
      current: z.boolean(),
      revision: z.number().nullable(),
      images: z.array(z.string()),
      desired: z.number(),
      ready: z.number(),
    }),
  ),
  pods: z.array(rolloutPodSchema),
  failingPod: z.string().nullable(),
  /** When the deadline passed (`lastUpdateTime` of the condition Progressing), with `failed`; ISO 8601 UTC. */
  failedAt: z.string().nullable().optional(),
  /**
   * When the pods of the present revision began to be made: creation of its ReplicaSet, or, where that is an old one
   * that is used again (after a rollback), of its oldest pod. ISO 8601 UTC.
   */
  startedAt: z.string().nullable().optional(),
  /** When it was done (`lastUpdateTime` of the condition Progressing with NewReplicaSetAvailable), with `done`. */
  finishedAt: z.string().nullable().optional(),
});
export type Rollout = z.infer<typeof rolloutSchema>;

/**
 * How many pods of the new version serve. `available` alone counts old pods too, so a rollout whose first new pod
 * crashes would look a third done. Where no ReplicaSet is seen, the lesser of updated and available is all there is.
 */
export function newPodsReady({ replicaSets, updated, available }: Rollout): number {
  const current = replicaSets.filter((set) => set.current);
  const ready = current.reduce((sum, set) => sum + set.ready, 0);
  return current.length === 0 ? Math.min(updated, available) : Math.min(ready, updated, available);
}
