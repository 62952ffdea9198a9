import { z } from 'zod';
import { failureSchema } from '../failure/failure';
import { findingSchema } from '../preflight/finding';
import { intentSchema } from './intent';
import { jobSchema, operationStateSchema, stepNameSchema, supersededBySchema } from './operation';

const at = z.string();
const step = stepNameSchema;
const text = z.string();
const workflowReference = z.object({ environment: z.string(), namespace: z.string(), name: z.string() });

/**
 * What the journal records of an operation, in order. `side-effect-intended` is written before something is done
 * outside and `side-effect-result` after it: an intent without a result means that it may or may not have happened.
 * `effect` names the side effect within its operation: `commit`, `refresh:<application>`, `sync:<application>`,
 * `stop:<namespace>/<workflow>`. Times are ISO 8601 UTC.
 */
export const operationEventSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('requested'),
    at,
    id: z.string(),
    intent: intentSchema,
    actor: z.string(),
    /** The findings that the person saw when deciding. */
    seen: z.array(findingSchema),
  }),
  z.object({ type: z.literal('step-started'), at, step }),
  z.object({
    type: z.literal('progress'),
    at,
    step,
    /** What the step waits for from now on; `null`: for nothing. Left out: as before. */
    waitingFor: text.nullable().optional(),
    saw: text.optional(),
    findings: z.array(findingSchema).optional(),
    workflow: workflowReference.optional(),
  }),
  z.object({
    type: z.literal('side-effect-intended'),
    at,
    step,
    effect: z.string(),
    text,
    /** What is needed to ask the outside later: the commit that is about to be pushed. */
    data: z.record(z.string(), z.unknown()).optional(),
  }),
  z.object({
    type: z.literal('side-effect-result'),
    at,
    step,
    effect: z.string(),
    outcome: z.enum(['done', 'not-done', 'unknown']),
    text,
    /** For a side effect that writes to the ledger: the commit on the branch's first-parent line. */
    commit: z.string().optional(),
  }),
  /** What is known of a job from now on; it takes the place of what was known of it. */
  z.object({ type: z.literal('job'), at, step, job: jobSchema }),
  z.object({ type: z.literal('step-succeeded'), at, step, text: text.optional() }),
  z.object({ type: z.literal('step-failed'), at, step, failure: failureSchema }),
  z.object({
    type: z.literal('step-skipped'),
    at,
    step,
    because: text,
    /** It was skipped since something else took over. */
    supersededBy: supersededBySchema.optional(),
  }),
  z.object({ type: z.literal('step-unknown'), at, step, because: text }),
  /** Signalbox started again and goes on with the operation. */
  z.object({ type: z.literal('resumed'), at }),
  z.object({ type: z.literal('cancel-requested'), at }),
  z.object({
    type: z.literal('finished'),
    at,
    state: operationStateSchema.exclude(['running']),
    failure: failureSchema.nullable(),
  }),
]);
export type OperationEvent = z.infer<typeof operationEventSchema>;
