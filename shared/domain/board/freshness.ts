import { z } from 'zod';
import { failureSchema } from '../failure/failure';

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

/** Whether it was never asked, since what its kubeconfig would run or send waits for the person's consent. */
export const awaitsConsent = (freshness: Freshness): boolean =>
  freshness.state === 'unreachable' && freshness.failure.code === 'consent-needed';

/**
 * The freshness of something that rests on several sources: that of the worst; absent ones don't count.
 * Of several that are alike, the one that is known for the longest time counts (ISO texts order by time).
 */
export function worstFreshness(parts: readonly Freshness[]): Freshness {
  const weight = { absent: 0, live: 1, connecting: 2, unreachable: 3 } as const;
  const oldest = (part: Freshness): string =>
    part.state === 'unreachable' ? part.since : part.state === 'absent' ? '' : (part.asOf ?? '');
  return parts.reduce<Freshness>(
    (worst, part) => {
      if (weight[part.state] !== weight[worst.state])
        return weight[part.state] > weight[worst.state] ? part : worst;
      return oldest(part) < oldest(worst) ? part : worst;
    },
    { state: 'absent' },
  );
}
