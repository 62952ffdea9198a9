import { z } from 'zod';
import { policyChangeSchema, policyText } from './policy';
import { contentsSchema } from './records';

/**
 * What a release manager asks of a pipeline of bags, or of an environment's lock. What was seen when deciding (`last`,
 * `running`, `token`, contents) goes along: the operation stops where the ledger says something else by then.
 */
const name = z.string().min(1).max(200);
const bag = z.number().int().min(1);
const token = z.number().int().min(1);
const reason = z.string().trim().max(500);
const needed = reason.min(1);
const target = { pipeline: name, environment: name };
const deployment = {
  ...target,
  bag,
  /** The bag that ran there when the person decided; `null`: none. */
  running: bag.nullable(),
  /** Services that the bag lacks and that are to be left running as they are. Absent never means delete. */
  leaveRunning: z.array(name).default([]),
  /** Codes of findings that the person overrode; needs a reason. */
  override: z.array(z.string()).default([]),
};

export const bagIntentSchemas = [
  /** `environment` is the first of the chain. */
  z.object({
    kind: z.literal('pack-bag'),
    ...target,
    source: z.enum(['running', 'published']),
    contents: contentsSchema,
    /** The last bag when the person looked; 0: none. */
    last: z.number().int().min(0),
    /** Also where nothing differs from the last bag. */
    force: z.boolean().default(false),
    reason: reason.optional(),
  }),
  z.object({
    kind: z.literal('deploy-bag'),
    ...deployment,
    cause: z.enum(['manual', 'automatic']).default('manual'),
    /** The person confirmed what the rule says is next, and not a bag of their own choice. */
    byRule: z.boolean(),
    reason: reason.optional(),
  }),
  /** Keeps the broken bag out, by a bad mark or by a pin of the other, and deploys the other: in one confirmed step. */
  z.object({
    kind: z.literal('roll-back-bag'),
    ...deployment,
    /** The bag that is given up. */
    bad: bag,
    how: z.enum(['mark-bad', 'pin']),
    reason: needed,
  }),
  /** The tests alone, without a new deployment. */
  z.object({
    kind: z.literal('retry-tests'),
    ...target,
    bag,
    token,
    suites: z.enum(['failed', 'all']).default('failed'),
    reason: reason.optional(),
  }),
  /** Stops running test suites; a running deploy is never stopped. */
  z.object({ kind: z.literal('abort-tests'), ...target, bag, token, reason: reason.optional() }),
  /** By hand; for pipelines of apps too. `until`: when the holder expects to be done (ISO 8601 UTC). */
  z.object({
    kind: z.literal('lock'),
    ...target,
    reason: needed,
    until: z.iso.datetime().nullable(),
  }),
  /** One's own lock, taken by hand. */
  z.object({ kind: z.literal('unlock'), ...target, token, reason: reason.optional() }),
  z.object({
    kind: z.literal('force-unlock'),
    ...target,
    token,
    reason: needed,
    override: z.array(z.string()).default([]),
  }),
  z.object({
    kind: z.literal('change-policy'),
    pipeline: name,
    change: policyChangeSchema,
    reason: reason.optional(),
  }),
] as const;

export const bagIntentSchema = z.discriminatedUnion('kind', bagIntentSchemas);
export type BagIntent = z.infer<typeof bagIntentSchema>;

/** The environment that an intent is about; `null`: the whole pipeline. */
export const environmentOf = (intent: BagIntent): string | null =>
  intent.kind !== 'change-policy'
    ? intent.environment
    : 'environment' in intent.change
      ? intent.change.environment
      : null;

/** Whether an act depends on the environment's lock: packing and policies do not, whatever became of its file. */
export const asksForLock = ({ kind }: BagIntent): boolean => kind !== 'pack-bag' && kind !== 'change-policy';

/** The button that says the act, and the heading of the operation. */
export function bagActOf(intent: BagIntent): string {
  const { pipeline } = intent;
  switch (intent.kind) {
    case 'pack-bag':
      return `Pack bag ${intent.last + 1} of ${pipeline}`;
    case 'deploy-bag':
      return `Deploy bag ${intent.bag} of ${pipeline} to ${intent.environment}`;
    case 'roll-back-bag':
      return `Roll back ${pipeline} to bag ${intent.bag} in ${intent.environment}`;
    case 'retry-tests':
      return `Run the tests of bag ${intent.bag} of ${pipeline} in ${intent.environment} again`;
    case 'abort-tests':
      return `Abort the tests of bag ${intent.bag} of ${pipeline} in ${intent.environment}`;
    case 'lock':
      return `Lock ${intent.environment} of ${pipeline}`;
    case 'unlock':
      return `Unlock ${intent.environment} of ${pipeline}`;
    case 'force-unlock':
      return `Unlock ${intent.environment} of ${pipeline} by force`;
    case 'change-policy':
      return policyText(pipeline, intent.change);
  }
}
