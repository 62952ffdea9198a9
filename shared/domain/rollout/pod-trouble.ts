import { z } from 'zod';
import { rolloutPodSchema } from './rollout';

/** An event of a pod (core/v1), the newest first. `count` times, last at `at`. */
export const podEventSchema = z.object({
  at: z.string().nullable(),
  type: z.string(),
  reason: z.string(),
  message: z.string(),
  count: z.number(),
  /** Who told: `kubelet`, `default-scheduler`. */
  source: z.string(),
});
export type PodEvent = z.infer<typeof podEventSchema>;

/** The first failing pod of a hook or a rollout and what is known of its trouble. */
export const failingPodSchema = z.object({
  /** The hook or Deployment that it belongs to. */
  deployment: z.string(),
  pod: rolloutPodSchema,
  events: z.array(podEventSchema),
  /** Why the events are missing; `null` when they are not. */
  eventsUnknown: z.string().nullable(),
  /** The end of the log of the container that is in trouble: of the instance that ended, where one did. */
  log: z.object({
    container: z.string(),
    previous: z.boolean(),
    lines: z.array(z.object({ at: z.string().nullable(), text: z.string() })),
    /** Why there are none. */
    unknown: z.string().nullable(),
  }),
});
export type FailingPod = z.infer<typeof failingPodSchema>;
