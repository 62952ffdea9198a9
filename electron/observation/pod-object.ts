import { z } from 'zod';
import { listOf, optional } from '../systems/read-object';
import { condition, count, metadata, text } from './trim-parts';

const terminated = z.object({ exitCode: count, reason: text, message: text, finishedAt: text });
const containerStatus = z.object({
  name: text.transform((value) => value ?? ''),
  ready: optional(z.boolean()),
  restartCount: count,
  /** The image as it was pulled: `registry/app@sha256:…`, before it has run empty. */
  imageID: text,
  state: optional(
    z.object({
      waiting: optional(z.object({ reason: text, message: text })),
      terminated: optional(terminated),
    }),
  ),
  lastState: optional(z.object({ terminated: optional(terminated) })),
});

/** What is read of a Pod (core/v1). */
export const podSchema = z.object({
  metadata,
  spec: optional(
    z.object({
      restartPolicy: text,
      containers: listOf(z.object({ name: z.string(), image: text })),
      initContainers: listOf(z.object({ name: z.string() })),
    }),
  ),
  status: optional(
    z.object({
      phase: text,
      reason: text,
      message: text,
      startTime: text,
      conditions: listOf(condition),
      containerStatuses: listOf(containerStatus),
      initContainerStatuses: listOf(containerStatus),
    }),
  ),
});
export type PodObject = z.output<typeof podSchema>;
