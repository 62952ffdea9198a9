import { z } from 'zod';
import { hookStateSchema } from '../rollout/hook-state';

/** What runs of an app in an environment, as opposed to what Git wants there. */
export const runningSchema = z.object({
  /**
   * The version that serves. While several do, the one that is being left, as long as a pod of it is ready; `null`:
   * nothing runs (`none`), or it is not known (`because`).
   */
  version: z.string().nullable(),
  /** `pods`: by the images of live pods; `argo-cd`: only by what Argo CD has synced; `null`: not known. */
  by: z.enum(['pods', 'argo-cd']).nullable(),
  /** Live pods by version, most ready ones first, where they run more than one; `null`: an image that names none. */
  versions: z.array(z.object({ version: z.string().nullable(), ready: z.number(), pods: z.number() })),
  /** Why there is nothing: all are scaled to no pods, or there should be pods and there are none that started. */
  none: z.enum(['scaled-to-zero', 'no-pods']).nullable(),
  /** Why the version is not known. */
  because: z.string().nullable(),
});
export type Running = z.infer<typeof runningSchema>;

/**
 * Where a wanted version is on its way from Git to the pods. `committed`: Argo CD has not given it to the Application;
 * `waiting`: it has, and no sync runs; `drifted`: Argo CD has applied it, and something else runs.
 */
export const cellStageSchema = z.object({
  state: z.enum(['committed', 'waiting', 'syncing', 'hooks', 'rolling-out', 'running', 'drifted', 'unknown']),
  /** It will not get further by itself, or not without trouble. */
  failing: z.boolean(),
  /** A sentence: what it waits for, or why it fails. */
  text: z.string(),
  /** When it came there; ISO 8601 UTC; `null`: not told. */
  since: z.string().nullable(),
  /** The hook that runs, or that failed. */
  hook: hookStateSchema.nullable(),
});
export type CellStage = z.infer<typeof cellStageSchema>;

/**
 * What the tests after the sync (workflow `post-sync`) say of the version that Git wants, whoever deployed it. After a
 * failure nothing is promoted any more, though the app is healthy.
 */
export const cellTestsSchema = z.object({
  /**
   * `promotion-failed`: they passed, and the run failed to start the deployment in the next environment; `stopped`:
   * somebody ended them; `unknown`: they should have run, and nothing tells how they ended.
   */
  state: z.enum(['running', 'passed', 'failed', 'promotion-failed', 'stopped', 'unknown']),
  /** A sentence. */
  text: z.string(),
  /** When they ended, or began while they run; ISO 8601 UTC. */
  at: z.string().nullable(),
  /** The run that tells it; `null`: the cluster has forgotten it, and it was saved when it was seen. */
  workflow: z.object({ namespace: z.string(), name: z.string() }).nullable(),
});
export type CellTests = z.infer<typeof cellTestsSchema>;
