import { z } from 'zod';

/** A Job of an Application's hook (batch/v1), with its pods, so that their logs can be read. */
export const hookJobSchema = z.object({
  application: z.string(),
  namespace: z.string(),
  name: z.string(),
  /** PreSync, Sync, PostSync, SyncFail; a Job can be of several. Empty: a plain Job of the app. */
  hooks: z.array(z.string()),
  state: z.enum(['waiting', 'running', 'suspended', 'succeeded', 'failed']),
  /** Why it failed, or what it does. */
  message: z.string(),
  /** What its pods tell of it while it is not over: why it can't start, or how often it failed; `null`: nothing. */
  trouble: z.string().nullable(),
  active: z.number(),
  succeeded: z.number(),
  failed: z.number(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
  /** Newest first: a Job that tries again has several. */
  pods: z.array(
    z.object({
      namespace: z.string(),
      name: z.string(),
      phase: z.string(),
      containers: z.array(z.string()),
      /** Why it is in trouble: `ImagePullBackOff`, `Unschedulable`, `Evicted`, `Error`…; `null`: it is not. */
      reason: z.string().nullable(),
      message: z.string().nullable(),
      exitCode: z.number().nullable(),
      startedAt: z.string().nullable(),
    }),
  ),
});
export type HookJob = z.infer<typeof hookJobSchema>;
