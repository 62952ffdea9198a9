import { z } from 'zod';
import { failureSchema } from '../failure/failure';
import { findingSchema } from '../preflight/finding';
import { intentSchema } from './intent';
import { stepNames } from './steps';

export const stepNameSchema = z.enum(stepNames);

const stepStateSchema = z.enum([
  'waiting',
  'running',
  'succeeded',
  'failed',
  'skipped',
  'cancelled',
  'unknown',
]);
export const stepSchema = z.object({
  name: stepNameSchema,
  state: stepStateSchema,
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
  /** What the step waits for right now, in words; `null` when it waits for nothing. */
  waitingFor: z.string().nullable(),
  /** What the step saw, oldest first, at most 50. */
  saw: z.array(z.object({ at: z.string(), text: z.string() })),
});
export type Step = z.infer<typeof stepSchema>;

/** One job of a bag's deployment, or one app of a batch, as its operation saw it. */
export const jobSchema = z.object({
  /** As the estate file calls it; unique within the environment. */
  name: z.string(),
  phase: z.enum(['deploy', 'test']),
  kind: z.enum(['image-tags', 'workflow', 'github-workflow', 'pull-request', 'concourse', 'operation']),
  state: z.enum(['waiting', 'running', 'succeeded', 'failed', 'aborted', 'unknown']),
  /** What it waits for, or why it failed. */
  text: z.string().nullable(),
  workflow: z.object({ environment: z.string(), namespace: z.string(), name: z.string() }).nullable(),
  /** The run at GitHub. */
  url: z.string().nullable(),
  /** Of a batch: the app's own operation; left out: it is not begun, or no job of a batch. */
  operationId: z.string().optional(),
  /** The build of a Concourse, whose log can be followed. */
  build: z.number().int().optional(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
});
export type Job = z.infer<typeof jobSchema>;

/** `superseded`: another version was wanted there before it had come to its end, so it stopped watching. */
export const operationStateSchema = z.enum([
  'running',
  'succeeded',
  'failed',
  'cancelled',
  'superseded',
  'unknown',
]);

/** What took over: the operation, where this console knows it, and the version. */
export const supersededBySchema = z.object({
  operationId: z.string().nullable(),
  version: z.string().nullable(),
  /** In a sentence: what, when, by whom. */
  text: z.string(),
});
export type SupersededBy = z.infer<typeof supersededBySchema>;

/** One thing that a release manager asked for, from intent to outcome. `id` is a UUIDv7. */
export const operationSchema = z.object({
  id: z.string(),
  intent: intentSchema,
  actor: z.string(),
  requestedAt: z.string(),
  finishedAt: z.string().nullable(),
  state: operationStateSchema,
  steps: z.array(stepSchema),
  findings: z.array(findingSchema),
  /** The commit on the ledger's branch, once it is known to be there. */
  commit: z.string().nullable(),
  /** Milliseconds from the request to the commit on the remote. */
  requestToCommitMs: z.number().nullable(),
  /** Names of workflows that belong to it, as seen: to show their steps and logs. */
  workflows: z.array(z.object({ environment: z.string(), namespace: z.string(), name: z.string() })),
  /** Jobs of a bag's deployment, in the order of the estate file; empty for other kinds. */
  jobs: z.array(jobSchema),
  failure: failureSchema.nullable(),
  /** Set as soon as it is known, which may be before the end: what does not hang on the version goes on. */
  supersededBy: supersededBySchema.nullable(),
  /** Whether cancelling is safe now, and if not, why not. */
  cancel: z.discriminatedUnion('allowed', [
    z.object({
      allowed: z.literal(true),
      /** What alone it takes back, where the version has landed: the request of the hold that waits for its review. */
      only: z.literal('hold-request').optional(),
    }),
    z.object({ allowed: z.literal(false), because: z.string() }),
  ]),
});
export type Operation = z.infer<typeof operationSchema>;
export type OperationState = Operation['state'];

/** The steps to be shown. A hold is requested apart only where the commit can't carry it: before, and else, it is no step. */
export const stepsInPlay = ({ steps }: Operation): Step[] =>
  steps.filter(({ name, state }) => name !== 'hold-request' || (state !== 'waiting' && state !== 'skipped'));

/** Whether it only waits for somebody to review its pull request: hours or days, in which it is in nobody's way. */
export const waitsForReview = ({ jobs }: Pick<Operation, 'jobs'>): boolean =>
  jobs.some(({ kind, state }) => kind === 'pull-request' && state === 'running');
