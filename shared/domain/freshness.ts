import { z } from 'zod';
import { failureSchema } from './failure';

/**
 * How much a datum can be relied on. What is not `live` stays on screen, marked.
 * `asOf` and `since` are ISO 8601 UTC; `asOf` is `null` when nothing was ever seen.
 */
export const freshnessSchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('live'), asOf: z.string() }),
  z.object({ state: z.literal('connecting'), asOf: z.string().nullable() }),
  z.object({
    state: z.literal('unreachable'),
    asOf: z.string().nullable(),
    since: z.string(),
    failure: failureSchema,
  }),
  /** This estate has no such source (a ledger opened without a cluster). */
  z.object({ state: z.literal('absent') }),
]);
export type Freshness = z.infer<typeof freshnessSchema>;
