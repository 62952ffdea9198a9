import type { QueryClient } from '@tanstack/react-query';
import type { FeedOutline, HistoryFilter } from '../../shared/domain/history/history-event';
import { queryOf } from './query-client';

const types: HistoryFilter['types'] = ['deployment'];

/** The time of the last deployment before a moment (ms); `undefined` when there is none. */
export async function previousDeployment(client: QueryClient, moment: number): Promise<string | undefined> {
  const until = new Date(moment).toISOString();
  const page = await client.fetchQuery(queryOf('history.feed', { types, until, limit: 1 }));
  return page.events[0]?.at;
}

/**
 * The time of the first deployment after a moment (ms): looked for in the rest of its day, then in the next day that
 * has one. `null`: none came after, so the next moment is now.
 */
export async function nextDeployment(
  client: QueryClient,
  moment: number,
  days: FeedOutline['days'],
): Promise<string | null> {
  // Times are whole seconds: the next one at the earliest.
  const after = Math.floor(moment / 1000) * 1000 + 1000;
  const starts = days.map(({ from }) => Date.parse(from)).filter((from) => from > moment);
  const next = Math.min(...starts);
  const first = Number.isFinite(next) ? next : undefined;
  const today = await oldestWithin(client, after, first);
  if (today !== null || first === undefined) return today;
  const later = starts.filter((from) => from > first);
  return oldestWithin(client, first, later.length > 0 ? Math.min(...later) : undefined);
}

async function oldestWithin(
  client: QueryClient,
  from: number,
  to: number | undefined,
): Promise<string | null> {
  const range = {
    since: new Date(from).toISOString(),
    ...(to === undefined ? {} : { until: new Date(to).toISOString() }),
  };
  let oldest: string | null = null;
  for (let before: number | null | undefined; before !== null; ) {
    const page = await client.fetchQuery(
      queryOf('history.feed', { types, ...range, limit: 1000, ...(before === undefined ? {} : { before }) }),
    );
    oldest = page.events.at(-1)?.at ?? oldest;
    before = page.next;
  }
  return oldest;
}
