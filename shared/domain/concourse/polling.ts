/**
 * How few requests show a Concourse live: it has no watches. Lists of everything visible, whatever the number of teams and
 * pipelines; single things only where they are on their way (docs/concourse.md, "Live with few requests").
 */

/** Lists that are asked for regularly. */
export const polledLists = ['jobs', 'builds', 'resources'] as const;
export type PolledList = (typeof polledLists)[number];

/** Milliseconds between two looks. Busy: a build of a watched pipeline has not ended. */
const every: Readonly<Record<PolledList, { busy: number; idle: number }>> = {
  jobs: { busy: 5_000, idle: 20_000 },
  builds: { busy: 5_000, idle: 20_000 },
  resources: { busy: 30_000, idle: 60_000 },
};

/** When each list was asked for last, in milliseconds; `null`: never, or something was written since. */
export type LastLooks = Readonly<Record<PolledList, number | null>>;

/** The lists that are due, and how many milliseconds it is until the next one is. */
export function dueLists(
  last: LastLooks,
  isBusy: boolean,
  now: number,
): { due: PolledList[]; nextIn: number } {
  const waits = polledLists.map((list) => {
    const at = last[list];
    const pace = every[list][isBusy ? 'busy' : 'idle'];
    // A clock that was set back must not stop the looks.
    return { list, wait: at === null || at > now ? 0 : Math.max(0, at + pace - now) };
  });
  const due = waits.filter(({ wait }) => wait === 0).map(({ list }) => list);
  const rest = waits.filter(({ wait }) => wait > 0).map(({ wait }) => wait);
  const soonest = Math.min(...due.map((list) => every[list][isBusy ? 'busy' : 'idle']), ...rest);
  return { due, nextIn: soonest };
}

/** Builds that are looked at one by one in a round, at most: the newest that have not ended. */
export const mostTracked = 12;

/** What happens in a minute, as far as it asks for more than the lists. */
export interface Busyness {
  environments: number;
  /** Builds that have not ended. */
  unfinished: number;
  /** Builds that appeared or ended: each has its inputs looked at, and the versions of bag and lock of its environment. */
  events: number;
}

/** Requests of one minute, at most, by this plan. */
export function mostRequests({ environments, unfinished, events }: Busyness): number {
  const pace = unfinished > 0 || events > 0 ? 'busy' : 'idle';
  // The list of pipelines goes along with that of resources.
  const lists = [...polledLists, 'resources' as const].reduce(
    (sum, list) => sum + Math.ceil(60_000 / every[list][pace]),
    0,
  );
  const rounds = Math.ceil(60_000 / every.builds[pace]);
  const looked = rounds * Math.min(unfinished, mostTracked);
  // Bag's versions, lock's versions, its `output_of` and the build's own resources; plan and events of a log that is saved.
  // Versions change by checks, too:
  // each environment's are read again with the list of resources.
  const perResources = Math.ceil(60_000 / every.resources[pace]) * environments * 3;
  return lists + looked + events * 6 + perResources;
}
