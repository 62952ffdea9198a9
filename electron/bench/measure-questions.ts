import type { HistoryFilter } from '../../shared/domain/history/history-event';
import type { History } from '../history/open-history';

/** One measured question; `rows` is how many it answered last. Milliseconds, from asking to having the answer. */
export interface Measured {
  p50: number;
  p95: number;
  rows: number;
}

/** Runs one thing again and again. */
async function measure(times: number, run: (round: number) => Promise<number>): Promise<Measured> {
  const taken: number[] = [];
  let rows = 0;
  // The first rounds prepare statements and warm caches.
  for (let round = -3; round < times; round += 1) {
    const start = performance.now();
    rows = await run(round);
    if (round >= 0) taken.push(performance.now() - start);
  }
  taken.sort((a, b) => a - b);
  const at = (share: number): number =>
    Number((taken[Math.min(taken.length - 1, Math.ceil(taken.length * share) - 1)] ?? 0).toFixed(2));
  return { p50: at(0.5), p95: at(0.95), rows };
}

/** Every question of the history, asked of the repo's own apps, authors and times. */
export async function measureQuestions(history: History, times: number): Promise<Record<string, Measured>> {
  const [last, names] = await Promise.all([history.lastDeployments(), history.names()]);
  const pick = <T>(list: readonly T[], round: number): T | undefined =>
    list[Math.abs(round * 7) % Math.max(1, list.length)];
  const appOf = (round: number) => pick(last, round)?.app ?? '';
  const environmentOf = (round: number) => pick(last, round)?.environment ?? '';
  const newest = last[0] ? Date.parse(last[0].at) : 0;
  const begins = Date.parse(history.status().beginning?.at ?? '') || newest;
  const someTime = (round: number) =>
    new Date(begins + (newest - begins) * (((round * 37) % 100) / 100 + 0.001)).toISOString();
  const month = 30 * 86_400_000;
  const feed = async (filter: HistoryFilter & { stories?: boolean }): Promise<number> =>
    (await history.feed({ ...filter, limit: 100 })).events.length;
  const figures = async (since: number, until: number, by: 'app' | 'week' | 'month'): Promise<number> =>
    (
      await history.figures({
        environments: names.environments.includes('integration')
          ? ['integration', 'production']
          : names.environments,
        since: new Date(since).toISOString(),
        until: new Date(until).toISOString(),
        by,
      })
    ).length;
  const questions: Record<string, (round: number) => Promise<number>> = {
    feed: () => feed({}),
    feedApp: (round) => feed({ apps: [appOf(round)] }),
    feedEnvironment: (round) => feed({ environments: [environmentOf(round)] }),
    feedCell: (round) => feed({ apps: [appOf(round)], environments: [environmentOf(round)] }),
    feedRollbacks: () => feed({ kinds: ['rollback'] }),
    feedRollbacksAndHolds: () => feed({ kinds: ['rollback'], types: ['hold-set', 'hold-released'] }),
    feedManualHere: (round) => feed({ kinds: ['manual'], environments: [environmentOf(round)] }),
    feedHolds: () => feed({ types: ['hold-set', 'hold-released'] }),
    feedActor: (round) => feed({ actors: [pick(names.actors, round) ?? ''] }),
    feedMonth: (round) =>
      feed({ since: someTime(round), until: new Date(Date.parse(someTime(round)) + month).toISOString() }),
    feedDeep: async (round) => {
      const { events } = await history.feed({ until: someTime(round), limit: 100 });
      return events.length;
    },
    feedEverything: (round) =>
      feed({
        apps: [appOf(round)],
        environments: [environmentOf(round)],
        kinds: ['promote', 'automatic', 'manual'],
        actors: names.actors.slice(0, 2),
        until: someTime(round),
        types: ['deployment'],
      }),
    textApp: (round) => feed({ text: appOf(round) }),
    textVersion: (round) => feed({ text: (pick(last, round)?.to ?? 'v').slice(0, 12) }),
    textPrefix: () => feed({ text: 'pub' }),
    textSeveral: (round) => feed({ text: `update ${appOf(round)} ${environmentOf(round)}` }),
    textFiltered: (round) => feed({ text: 'update image tag', apps: [appOf(round)], kinds: ['rollback'] }),
    lastDeployments: async () => (await history.lastDeployments()).length,
    deployments: async (round) => (await history.deployments({ app: appOf(round), limit: 50 })).length,
    previousVersions: async (round) =>
      (await history.previousVersions({ app: appOf(round), environment: environmentOf(round), limit: 10 }))
        .length,
    boardAsOf: async (round) => (await history.board({ at: someTime(round) })).cells.length,
    versionHistory: async (round) =>
      (await history.versionHistory({ app: appOf(round), version: pick(last, round)?.to ?? '' })).length,
    compare: async (round) =>
      (
        await history.compare(
          { moment: { at: someTime(round) } },
          { moment: { at: new Date(newest).toISOString() } },
        )
      ).length,
    outline: async () => (await history.outline({ pageSize: 200 })).total,
    outlineStories: async () => (await history.outline({ pageSize: 200, stories: true })).total,
    feedStories: (round) => feed({ environments: [environmentOf(round)], stories: true }),
    outlineApp: async (round) => (await history.outline({ apps: [appOf(round)], pageSize: 200 })).total,
    outlineEnvironment: async (round) =>
      (await history.outline({ environments: [environmentOf(round)], pageSize: 200 })).total,
    outlineText: async (round) =>
      (await history.outline({ text: `update ${appOf(round)}`, pageSize: 200 })).total,
    figuresMonth: (round) => figures(Date.parse(someTime(round)) - month, Date.parse(someTime(round)), 'app'),
    figuresYear: (round) =>
      figures(Date.parse(someTime(round)) - 12 * month, Date.parse(someTime(round)), 'week'),
    figuresAll: () => figures(begins, newest, 'month'),
  };
  const results: Record<string, Measured> = {};
  for (const [name, run] of Object.entries(questions)) results[name] = await measure(times, run);
  return results;
}
