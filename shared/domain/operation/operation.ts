import { z } from 'zod';
import { bagActOf, bagIntentSchemas } from '../bags/intents';
import { failureSchema } from '../failure/failure';
import { findingSchema } from '../preflight/finding';
import { syncAnswerSchema } from '../preflight/sync-in-the-way';

/**
 * What a release manager asks for. `expected` is the version that the person saw in the environment when deciding
 * (`null`: none): the transaction is refused when the ledger says something else by then.
 */
const target = { app: z.string().min(1), environment: z.string().min(1) };
const reason = z.string().trim().max(500);
/** What the person decided of syncs of Argo CD that were in the way. */
const syncs = z.array(syncAnswerSchema).max(50).optional();

/** What is asked for one app in one environment. */
export const appIntentSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('deploy'),
    ...target,
    version: z.string().min(1),
    expected: z.string().nullable(),
    reason: reason.optional(),
    /** Codes of findings that the person overrode; needs a reason. */
    override: z.array(z.string()).optional(),
    syncs,
  }),
  /** Carries the version that runs and is tested in `from` to `environment`, the next one of the chain. */
  z.object({
    kind: z.literal('promote'),
    ...target,
    from: z.string().min(1),
    version: z.string().min(1),
    expected: z.string().nullable(),
    reason: reason.optional(),
    override: z.array(z.string()).optional(),
    syncs,
  }),
  /** Back to `version`, and hold automatic deploys of the app there. */
  z.object({
    kind: z.literal('rollback'),
    ...target,
    version: z.string().min(1),
    expected: z.string().nullable(),
    reason: reason.optional(),
    override: z.array(z.string()).optional(),
    syncs,
  }),
  /** Automatic deploys of the app into the environment are off until released. */
  z.object({ kind: z.literal('hold'), ...target, reason: reason.min(1) }),
  /** Has Argo CD take up what the ledger says already; commits nothing. */
  z.object({
    kind: z.literal('nudge'),
    ...target,
    /** What the ledger says there. */
    version: z.string().min(1),
    reason: reason.optional(),
  }),
  /** Ends a hold; deploys nothing. */
  z.object({ kind: z.literal('release-hold'), ...target, reason: reason.optional() }),
]);
export type AppIntent = z.infer<typeof appIntentSchema>;

/** Everything that can be asked: of an app, or of a pipeline of bags. */
export const intentSchema = z.discriminatedUnion('kind', [...appIntentSchema.options, ...bagIntentSchemas]);
export type Intent = z.infer<typeof intentSchema>;

/** Whether an intent is about one app in one environment. */
export const isAppIntent = (intent: Intent): intent is AppIntent => 'app' in intent;
export type OperationKind = Intent['kind'];
export type AppOperationKind = AppIntent['kind'];

export const stepNames = [
  'preflight',
  'commit',
  'stop-promotions',
  'hold-effective',
  'nudge',
  'sync',
  'rollout',
  'tests',
  'policy',
  'lock',
  'deploy',
  'test',
  'pass',
  'abort',
] as const;
export const stepNameSchema = z.enum(stepNames);
export type StepName = z.infer<typeof stepNameSchema>;

/** The steps of each kind of operation, in order. */
export const stepsOf: Record<OperationKind, readonly StepName[]> = {
  deploy: ['preflight', 'commit', 'nudge', 'sync', 'rollout', 'tests'],
  promote: ['preflight', 'commit', 'nudge', 'sync', 'rollout', 'tests'],
  rollback: ['preflight', 'commit', 'stop-promotions', 'nudge', 'sync', 'rollout', 'hold-effective', 'tests'],
  hold: ['preflight', 'commit', 'stop-promotions', 'hold-effective'],
  'release-hold': ['preflight', 'commit'],
  nudge: ['nudge', 'sync', 'rollout'],
  'pack-bag': ['preflight', 'commit'],
  'deploy-bag': ['preflight', 'lock', 'deploy', 'test', 'pass'],
  'roll-back-bag': ['preflight', 'policy', 'lock', 'deploy', 'test', 'pass'],
  'retry-tests': ['preflight', 'lock', 'test', 'pass'],
  'abort-tests': ['preflight', 'abort'],
  lock: ['preflight', 'commit'],
  unlock: ['preflight', 'commit'],
  'force-unlock': ['preflight', 'commit'],
  'change-policy': ['preflight', 'commit'],
};

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

/** One job of a bag's deployment, as its operation saw it: a step's part with a log of its own. */
export const jobSchema = z.object({
  /** As the estate file calls it; unique within the environment. */
  name: z.string(),
  phase: z.enum(['deploy', 'test']),
  kind: z.enum(['image-tags', 'workflow', 'github-workflow']),
  state: z.enum(['waiting', 'running', 'succeeded', 'failed', 'aborted', 'unknown']),
  /** What it waits for, or why it failed. */
  text: z.string().nullable(),
  workflow: z.object({ environment: z.string(), namespace: z.string(), name: z.string() }).nullable(),
  /** The run at GitHub. */
  url: z.string().nullable(),
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
    z.object({ allowed: z.literal(true) }),
    z.object({ allowed: z.literal(false), because: z.string() }),
  ]),
});
export type Operation = z.infer<typeof operationSchema>;
export type OperationState = Operation['state'];

/** The button that says the act, and the heading of the operation. */
export function actOf(intent: Intent): string {
  if (!isAppIntent(intent)) return bagActOf(intent);
  switch (intent.kind) {
    case 'deploy':
      return `Deploy ${intent.app} ${intent.version} to ${intent.environment}`;
    case 'promote':
      return `Promote ${intent.app} ${intent.version} to ${intent.environment}`;
    case 'rollback':
      return `Roll back ${intent.app} to ${intent.version} in ${intent.environment}`;
    case 'hold':
      return `Hold automatic deploys of ${intent.app} in ${intent.environment}`;
    case 'release-hold':
      return `Release the hold of ${intent.app} in ${intent.environment}`;
    case 'nudge':
      return `Have Argo CD take up ${intent.app} ${intent.version} in ${intent.environment}`;
  }
}
