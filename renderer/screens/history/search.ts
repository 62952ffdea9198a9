import { z } from 'zod';
import { deploymentKindSchema } from '../../../shared/domain/history/deployment';
import { type HistoryFilter, historyEventTypeSchema } from '../../../shared/domain/history/history-event';

const names = z.array(z.string().max(200)).min(1).max(200).optional().catch(undefined);
const time = z
  .string()
  .refine((text) => !Number.isNaN(Date.parse(text)))
  .optional()
  .catch(undefined);

/** The feed's filter as it stands in the address; what is not understood is left out. */
export const historySearchSchema = z.object({
  q: z.string().max(200).optional().catch(undefined),
  app: names,
  environment: names,
  kind: z.array(deploymentKindSchema).min(1).optional().catch(undefined),
  event: z.array(historyEventTypeSchema).min(1).optional().catch(undefined),
  by: names,
  since: time,
  until: time,
});
export type HistorySearch = z.infer<typeof historySearchSchema>;

/** The filter that an address stands for. */
export function filterOf(search: HistorySearch): HistoryFilter {
  const text = search.q?.trim();
  return {
    ...(search.app && { apps: search.app }),
    ...(search.environment && { environments: search.environment }),
    ...(search.kind && { kinds: search.kind }),
    ...(search.event && { types: search.event }),
    ...(search.by && { actors: search.by }),
    ...(search.since && { since: search.since }),
    ...(search.until && { until: search.until }),
    ...(text && { text }),
  };
}

/** Whether anything is left out by a filter. */
export const isFiltered = (search: HistorySearch): boolean =>
  Object.values(search).some((value) => value !== undefined);
