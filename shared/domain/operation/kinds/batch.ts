import { z } from 'zod';
import { findingSchema } from '../../preflight/finding';
import { name, reason } from '../asked';
import { declare } from '../declaration';
import { anEnvironment } from '../subject';
import { promote } from './promote';
import { rollback } from './rollback';

/** What a batch is made of: whole intents, as if each had been asked for alone, with what the person saw of each. */
const batchItemSchema = z.object({
  intent: z.discriminatedUnion('kind', [promote.intent, rollback.intent]),
  seen: z.array(findingSchema),
});
export type BatchItem = z.infer<typeof batchItemSchema>;

/** Apps in one batch; more than the largest estate that is known has. */
export const mostInBatch = 200;

/**
 * Several apps of one environment as one: it begins an operation of its own for each, in order or a few at once, and
 * does nothing that such an operation would not do alone. Each has its own checks, and lands by its own route.
 */
export const batch = declare({
  intent: z
    .object({
      kind: z.literal('batch'),
      environment: name,
      /** The moment that the environment is put back to, ISO 8601 UTC; `null`: versions are promoted to it. */
      asOf: z.string().nullable(),
      items: z
        .array(batchItemSchema)
        .min(1)
        .max(mostInBatch)
        .refine((items) => new Set(items.map(({ intent }) => intent.app)).size === items.length, {
          message: 'An app is in it twice.',
        }),
      /** What becomes of those that have not begun when one fails. */
      onFailure: z.enum(['stop', 'go-on']),
      /** How many run at once; those that only wait for a review don’t count. */
      atOnce: z.number().int().min(1).max(10),
      reason: reason.optional(),
    })
    .refine(({ environment, items }) => items.every(({ intent }) => intent.environment === environment), {
      message: 'An app of another environment is in it.',
    }),
  subject: anEnvironment,
  title: ({ asOf, environment, items }) => {
    const apps = `${items.length} ${items.length === 1 ? 'app' : 'apps'}`;
    return asOf === null ? `Promote ${apps} to ${environment}` : `Put ${apps} in ${environment} back`;
  },
  short: { noun: 'Batch', doing: 'Batch' },
  meaning: 'Each app runs as a separate operation. If you stop the batch, apps already started will finish.',
  opensScreen: true,
  steps: [{ routine: 'run-batch' }],
  pointOfNoReturn: {
    effect: 'batch',
    onTheWay: 'It is ending.',
    done: 'All of its apps have ended.',
    nothingWritten: 'All of its apps have ended.',
  },
  commit: null,
  begunBy: ['batch'],
});
