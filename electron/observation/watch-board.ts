import { type Freshness, worstFreshness } from '../../shared/domain/board/freshness';
import type { Failure } from '../../shared/domain/failure/failure';
import type { ClusterGap, ClusterTopic, ClusterWatch } from '../../shared/domain/rollout/cluster-status';
import type { WatchMeter } from '../systems/kubernetes/types';
import { selectionOf, type WatchedKind, watchName } from './watched-kinds';

/** The states of all watches of a cluster, and what they come to. */
export interface WatchBoard {
  /**
   * Of the whole cluster, or with topics of those alone. A kind that the cluster itself refuses (`gaps`) does not make
   * the whole unreachable, but its topics. A kind that nobody is asked for is absent.
   */
  freshness(...topics: ClusterTopic[]): Freshness;
  gaps(): ClusterGap[];
  watches(): ClusterWatch[];
  /** Since when the whole is in its state; ISO 8601 UTC. */
  since(): string;
  /**
   * Takes a watch's state in. `answered`: it failed because the cluster said so, not for want of an answer; `apart`: it is
   * seen through a server of its own, whose failures say nothing about the rest.
   */
  apply(kind: WatchedKind, freshness: Freshness, answered: boolean, apart?: boolean): { changed: boolean };
  /** Whether a way to the kind has not answered yet that may within moments: until then, no gap is for good. */
  applyPending(kind: WatchedKind, pending: boolean): { changed: boolean };
}

interface Entry {
  kind: WatchedKind;
  meter: WatchMeter;
  freshness: Freshness;
  since: string;
  refused: boolean;
  /** Since when it cannot be reached, where it was a gap until then. */
  awaySince: string | null;
  /** A later one was told later. */
  told: number;
  /** Why nobody is asked for it; `null`: it is watched. */
  unasked: Failure | null;
  /** A way to it may show it within moments. */
  pending: boolean;
}

/**
 * @param meterOf where the watch of a kind counts.
 * @param unasked why a kind is not watched at all, `null` where it is.
 */
export function createWatchBoard(
  kinds: readonly WatchedKind[],
  meterOf: (kind: WatchedKind) => WatchMeter,
  now: () => string = () => new Date().toISOString(),
  unasked: (kind: WatchedKind) => Failure | null = () => null,
): WatchBoard {
  const entryOf = (kind: WatchedKind): Entry => {
    const because = unasked(kind);
    return {
      kind,
      meter: meterOf(kind),
      freshness: because === null ? { state: 'connecting', asOf: null } : { state: 'absent' },
      since: now(),
      refused: false,
      awaySince: null,
      told: 0,
      unasked: because,
      pending: false,
    };
  };
  const entries = new Map(kinds.map((kind) => [watchName(kind), entryOf(kind)]));
  let since = now();
  let turns = 0;

  /**
   * While a cluster is away, one watch asks for all of them (`cluster-pace.ts`): why it is away is what was heard last,
   * and not what the others heard before they began to wait.
   */
  const worst = (some: readonly Entry[]): Freshness => {
    const found = worstFreshness(some.map((one) => one.freshness));
    if (found.state !== 'unreachable' || some.some((one) => one.refused)) return found;
    const away = some.flatMap(({ freshness, told }) =>
      freshness.state === 'unreachable' ? [{ told, failure: freshness.failure }] : [],
    );
    const [newest = found] = away.sort((a, b) => b.told - a.told);
    return { ...found, failure: newest.failure };
  };
  const whole = (): Freshness => {
    const all = [...entries.values()];
    const asked = all.filter(({ unasked }) => unasked === null);
    const rest = asked.filter((one) => !one.refused);
    return worst(rest.length > 0 ? rest : asked.length > 0 ? asked : all);
  };
  /** Whether what rests on it is known without it: for good, not while it is only away. */
  const isSpared = ({ kind, refused, unasked }: Entry): boolean =>
    kind.helps === true && (refused || unasked !== null);
  const ofTopics = (topics: readonly ClusterTopic[]): Freshness => {
    const about = topics.map((one) =>
      [...entries.values()].filter((entry) => entry.kind.topics.includes(one) && !isSpared(entry)),
    );
    // What rests on two topics rests on nothing where one of them is not watched at all.
    const isUnasked = about.some((some) => some.length > 0 && some.every((one) => one.unasked !== null));
    return isUnasked ? { state: 'absent' } : worst([...new Set(about.flat())]);
  };
  /** What people are told of a state: another reason for the same one is news, too. */
  const words = (freshness: Freshness): string =>
    freshness.state === 'unreachable'
      ? `${freshness.state} ${freshness.failure.code} ${freshness.failure.message}`
      : freshness.state;
  const sign = (): string =>
    [words(whole()), ...[...entries.values()].map((one) => `${words(one.freshness)} ${one.refused}`)].join(
      '\n',
    );

  /** By topics: every cell and every look at an app asks. */
  const known = new Map<string, Freshness>();

  return {
    freshness: (...topics) => {
      const key = topics.join();
      const before = known.get(key);
      if (before) return before;
      const found = topics.length === 0 ? whole() : ofTopics(topics);
      known.set(key, found);
      return found;
    },
    gaps: () =>
      [...entries.values()].flatMap((entry): ClusterGap[] => {
        const { kind, freshness, refused, unasked: because } = entry;
        const gap = {
          kind: kind.plural,
          namespace: kind.namespace,
          selector: selectionOf(kind),
          topics: isSpared(entry) ? [] : [...kind.topics],
          means: kind.means,
        };
        if (because !== null) return [{ ...gap, since: entry.since, because }];
        return refused && freshness.state === 'unreachable'
          ? [
              {
                ...gap,
                since: freshness.since,
                because: freshness.failure,
                ...(entry.pending ? { pending: true as const } : {}),
              },
            ]
          : [];
      }),
    watches: () =>
      [...entries.values()]
        .filter((one) => one.unasked === null)
        .map(({ kind, meter, freshness, since: sinceThen }) => ({
          kind: kind.plural,
          namespace: kind.namespace,
          selector: selectionOf(kind),
          state: freshness,
          since: sinceThen,
          objects: meter.objects,
          lastEventAt: meter.lastEventAt,
          restarts: meter.restarts,
        })),
    since: () => since,
    apply(kind, freshness, answered, apart = false) {
      const entry = entries.get(watchName(kind));
      if (!entry || entry.unasked !== null) return { changed: false };
      known.clear();
      const before = sign();
      const wholeBefore = whole().state;
      // What is away is so from when it was last heard of, not from when that was noticed.
      const at = freshness.state === 'unreachable' ? freshness.since : now();
      if (entry.freshness.state !== freshness.state) entry.since = at;
      // 401 is about the person, not about the kind: it is no gap but a cluster that lets nobody in.
      const refused =
        freshness.state === 'unreachable' &&
        (apart || (answered && freshness.failure.code !== 'unauthorised'));
      // A kind that was a gap failed long before the cluster went away: that began only now.
      if (refused || freshness.state !== 'unreachable') entry.awaySince = null;
      else if (entry.refused) entry.awaySince = now();
      entry.refused = refused;
      turns += 1;
      entry.told = turns;
      entry.freshness =
        freshness.state === 'unreachable' && entry.awaySince !== null
          ? { ...freshness, since: entry.awaySince }
          : freshness;
      const after = whole();
      if (after.state !== wholeBefore) since = after.state === 'unreachable' ? after.since : now();
      return { changed: sign() !== before };
    },
    applyPending(kind, pending) {
      const entry = entries.get(watchName(kind));
      if (!entry || entry.unasked !== null || entry.pending === pending) return { changed: false };
      entry.pending = pending;
      // Without a gap, it says nothing.
      return { changed: entry.refused };
    },
  };
}
