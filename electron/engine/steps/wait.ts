import { doneBy } from '../../../shared/domain/attribution/done-by';
import { shortVersion } from '../../../shared/domain/ledger/version';
import { type ClusterTopic, isHidden } from '../../../shared/domain/rollout/cluster-status';
import { utcText } from '../../../shared/domain/text/utc-text';
import type { Cluster } from '../../observation/types';
import type { StepContext, StepEnd, VersionIntent } from '../operation-context';
import type { World } from '../world';

/** What a look at the outside found: it is done, or what is still waited for, in words. */
export type Look<T> = { done: T } | { waitingFor: string };

/** `waitUntil` came to its limit. `waitingFor` is what it waited for last. */
export interface TimedOut {
  timedOut: true;
  waitingFor: string;
}

export const isTimedOut = (value: unknown): value is TimedOut =>
  typeof value === 'object' && value !== null && 'timedOut' in value;

/**
 * Looks again whenever one of the sources tells of a change, until it is done or the limit is over. Nothing is
 * polled. Rejects with the signal's reason when aborted.
 * @param limit milliseconds.
 */
export async function waitUntil<T>(
  context: Pick<StepContext, 'signal' | 'waiting'>,
  options: {
    limit: number;
    /** Each subscribes a listener and returns the unsubscribe. */
    sources: readonly ((listener: () => void) => () => void)[];
    look: () => Look<T>;
  },
): Promise<T | TimedOut> {
  const { signal } = context;
  signal.throwIfAborted();
  let waitingFor = '';
  return new Promise<T | TimedOut>((resolve, reject) => {
    const stops: (() => void)[] = [];
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', aborted);
      for (const stop of stops) stop();
      settle();
    };
    const aborted = (): void => end(() => reject(signal.reason));
    const again = (): void => {
      try {
        const found = options.look();
        if ('done' in found) {
          end(() => resolve(found.done));
          return;
        }
        if (found.waitingFor !== waitingFor) {
          waitingFor = found.waitingFor;
          context.waiting(waitingFor);
        }
      } catch (error) {
        end(() => reject(error));
      }
    };
    const timer = setTimeout(() => end(() => resolve({ timedOut: true, waitingFor })), options.limit);
    signal.addEventListener('abort', aborted, { once: true });
    for (const source of options.sources) stops.push(source(again));
    again();
  });
}

/** Tells of every change of the ledger. */
export const ledgerMoves =
  (world: World) =>
  (listener: () => void): (() => void) =>
    world.ledger.onChange(listener);

/** Tells of every change of a cluster that concerns the app, or all. */
export const clusterMoves =
  (cluster: Cluster, ...apps: string[]) =>
  (listener: () => void): (() => void) =>
    cluster.view.onChange((changes) => {
      if (changes.some(({ app }) => app === null || apps.includes(app))) listener();
    });

/** Tells that time has passed, for what turns on that alone. @param ms between two. */
export const timePasses =
  (ms: number) =>
  (listener: () => void): (() => void) => {
    const timer = setInterval(listener, ms);
    return () => clearInterval(timer);
  };

/** Milliseconds as a person says them: "5 min", "40 s". */
export const span = (ms: number): string =>
  ms >= 90_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 1000)} s`;

/** The end of a step that ran out of time: what it waited for stays unknown, nothing failed that we know of. */
export const ranOut = (out: TimedOut, limit: number): StepEnd => ({
  state: 'unknown',
  because: `Not finished within ${span(limit)}. ${out.waitingFor}`,
});

/**
 * "The cluster of staging to come back: …" while it (or a topic of it that is asked for) isn't live; `null` when it is.
 */
export function notLive(cluster: Cluster, ...topics: ClusterTopic[]): string | null {
  const { view } = cluster;
  const freshness = view.freshness(...topics);
  const name = view.environment;
  const pending = topics.filter((topic) => isPending(cluster, topic));
  switch (freshness.state) {
    case 'live':
      return null;
    case 'unreachable':
      // The cluster is there: it is the person whom it does not let in.
      if (freshness.failure.code === 'unauthorised')
        return `Waiting for you to sign in. ${freshness.failure.message}`;
      if (freshness.failure.code === 'consent-needed')
        return `Waiting for your permission. ${freshness.failure.message}`;
      if (view.freshness().state !== 'live')
        return `Waiting for the ${name} cluster: unreachable since ${utcText(freshness.since)}.`;
      if (pending.length > 0) return notAsked(pending, name);
      return `Waiting for the ${topics.join(' and ')} of ${name}. ${freshness.failure.message} ${freshness.failure.meaning}`;
    case 'connecting':
      return `Waiting for first data from the ${name} cluster.`;
    case 'absent':
      return `The estate file has no cluster for ${name}.`;
  }
}

/** The end of a step for which a cluster would be needed, in an environment that has none here. */
export const noCluster = (environment: string): StepEnd => ({
  state: 'unknown',
  because: `The estate file has no cluster for ${environment}, so Signalbox can’t see what happens after the commit.`,
});

/**
 * Whether a topic of a cluster is kept from the person: then waiting for it would never end. Not yet where a way to it was
 * not asked so far (right after a start, before somebody is signed in there): that one is waited for, for some moments.
 */
export const isHiddenThere = (cluster: Cluster, topic: ClusterTopic): boolean =>
  cluster.view.gaps().some((gap) => isHidden(gap) && gap.topics.includes(topic)) &&
  !isPending(cluster, topic);

/** Whether a topic can't be seen only because a way to it was not asked yet. */
export const isPending = ({ view }: Cluster, topic: ClusterTopic): boolean => {
  const gaps = view.gaps().filter((gap) => isHidden(gap) && gap.topics.includes(topic));
  return gaps.length > 0 && gaps.every((gap) => gap.pending);
};

const notAsked = (topics: readonly ClusterTopic[], environment: string): string =>
  `Waiting for Argo’s own server to show the ${topics.join(' and ')} of ${environment}: you may have to sign in there.`;

/** Waits for ways to a topic that were not asked yet, before something is asked of the cluster that would be refused. */
export async function untilAsked(
  context: Pick<StepContext, 'signal' | 'waiting'>,
  cluster: Cluster,
  limit: number,
  topic: ClusterTopic,
): Promise<void> {
  if (!isPending(cluster, topic)) return;
  await waitUntil(context, {
    limit,
    sources: [clusterMoves(cluster)],
    look: () =>
      isPending(cluster, topic)
        ? { waitingFor: notAsked([topic], cluster.view.environment) }
        : { done: true },
  });
}

/** The end of a step over which an emergency rollback has begun: the ledger says nothing of it. */
function leftPastGit({ world, intent, id }: StepContext<VersionIntent>): StepEnd | null {
  const { app, environment, version } = intent;
  const newer = world.holder(app, environment, id);
  if (newer?.intent.kind !== 'emergency-rollback') return null;
  const isBegun = newer.steps.some((one) => one.name === 'parent-sync-off' && one.state === 'succeeded');
  if (!isBegun) return null;
  const there = shortVersion(newer.intent.version);
  return {
    state: 'superseded',
    by: {
      operationId: newer.id,
      version: newer.intent.version,
      text: `${environment} gets ${there} by emergency rollback, so Signalbox no longer watches ${shortVersion(version)}.`,
    },
  };
}

/**
 * The end of a step whose version is no longer the one that the ledger wants in the environment, or that an emergency
 * rollback leaves; `null` while it is. Only asked once the own commit is known to be there.
 */
export function superseded(context: StepContext<VersionIntent>): StepEnd | null {
  const past = leftPastGit(context);
  if (past) return past;
  const { world, intent, id } = context;
  const { app, environment, version } = intent;
  const snapshot = world.ledger.snapshot();
  const now = world.reader.facts(snapshot, app, environment, null).version;
  if (now === version) return null;
  // A merge is made at GitHub and then fetched: until that fetch comes through, the view is of before the own commit.
  if (snapshot.commit === context.record().effects.get('commit')?.data.base) return null;
  const there = now === null ? 'no version' : shortVersion(now);
  const last = world.history.deployments(app, environment)[0];
  const isTold = last !== undefined && last.to === now;
  const when = isTold ? ` ${utcText(last.at)} by ${doneBy(last)}` : '';
  const newer =
    world.holder(app, environment, id) ??
    (isTold && last.operationId !== null ? world.operation(last.operationId) : null);
  return {
    state: 'superseded',
    by: {
      operationId: newer?.id ?? null,
      version: now,
      text: `${environment} got ${there}${when}, so Signalbox no longer watches ${shortVersion(version)}.`,
    },
  };
}
