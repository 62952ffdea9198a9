import { isDeepStrictEqual } from 'node:util';
import type { Freshness } from '../../shared/domain/board/freshness';
import { hidingCodes } from '../../shared/domain/rollout/cluster-status';
import type { WatchBatch, WatchItem, WatchKey } from '../systems/kubernetes/types';

/** By which way an outside system is reached. */
export type DoorName = 'kubernetes' | 'server';

/** One way to the same objects. */
export interface Door<T> {
  name: DoorName;
  /** Watches until the signal is aborted, as `watchObjects` does. */
  watch(reading: {
    onBatch: (batch: WatchBatch<T>) => void;
    onState: (freshness: Freshness, answered: boolean) => void;
    signal: AbortSignal;
  }): Promise<void>;
}

export interface DoorsReading<T> {
  onBatch: (batch: WatchBatch<T>) => void;
  /** How it is through the door that is told of. */
  onState: (freshness: Freshness, answered: boolean, door: DoorName) => void;
  /** Objects come through another door from now on. */
  onDoor?: (door: DoorName, instead: DoorName) => void;
  signal: AbortSignal;
}

interface Way<T> {
  door: Door<T>;
  /** What it has shown so far. */
  items: Map<string, WatchItem<T>>;
  state: { freshness: Freshness; answered: boolean } | null;
  wasLive: boolean;
  stop: AbortController | null;
  done: Promise<void>;
}

const idOf = ({ namespace, name }: WatchKey): string => `${namespace}/${name}`;

/** What the account is not permitted to see at all, as against what is out of reach for a time. */
const isHidden = (freshness: Freshness): boolean =>
  freshness.state === 'unreachable' &&
  (hidingCodes.has(freshness.failure.code) || freshness.failure.code === 'not-found');
const isSessionOver = (freshness: Freshness): boolean =>
  freshness.state === 'unreachable' && freshness.failure.code === 'unauthorised';

/**
 * Watches the same objects through the first of two doors that shows them. The second is tried when the first does not
 * show them, and left when the first does (again). What both show alike is not told again, so that nothing flickers when
 * one takes the other's place; while the second has not answered yet, no failure of the first is told.
 */
export async function watchThroughDoors<T>(
  doors: readonly [Door<T>, ...Door<T>[]],
  reading: DoorsReading<T>,
): Promise<void> {
  const { signal } = reading;
  const ways: Way<T>[] = doors.map((door) => ({
    door,
    items: new Map(),
    state: null,
    wasLive: false,
    stop: null,
    done: Promise.resolve(),
  }));
  const [first, second] = ways as [Way<T>, Way<T> | undefined];
  let taken = first;
  let listed = false;

  const isLive = (way: Way<T>): boolean => way.state?.freshness.state === 'live';
  const tell = (way: Way<T>): void => {
    if (way.state) reading.onState(way.state.freshness, way.state.answered, way.door.name);
  };
  /** Which of two that both fail is told. */
  const toTell = (): Way<T> => {
    if (!second?.state || !first.state) return taken;
    if (taken === second && second.wasLive) return second;
    return isHidden(first.state.freshness) &&
      !isHidden(second.state.freshness) &&
      !(isSessionOver(second.state.freshness) && !second.wasLive)
      ? second
      : first;
  };

  const take = (way: Way<T>): void => {
    if (taken === way) return;
    const before = taken;
    taken = way;
    const upserts = [...way.items.values()].filter(
      (item) => !isDeepStrictEqual(before.items.get(idOf(item)), item),
    );
    const removed = [...before.items.values()]
      .filter((item) => !way.items.has(idOf(item)))
      .map(({ namespace, name, uid }): WatchKey => ({ namespace, name, uid }));
    if (upserts.length > 0 || removed.length > 0 || !listed)
      reading.onBatch({ source: 'list', upserts, removed });
    listed = true;
    reading.onDoor?.(way.door.name, before.door.name);
    // When the first comes back, it has to show how it is by then, not what it knew before it went away.
    if (way === second) start(first);
  };

  const decide = (): void => {
    if (isLive(first)) {
      take(first);
      if (second?.stop) {
        second.stop.abort();
        second.stop = null;
        second.state = null;
      }
      tell(first);
      return;
    }
    const isDown = first.state?.freshness.state === 'unreachable';
    if (second && isDown && second.stop === null) start(second);
    if (second && isLive(second)) {
      take(second);
      tell(second);
      return;
    }
    // One that was just opened has not answered yet.
    if (second?.stop && (second.state === null || second.state.freshness.state === 'connecting')) return;
    tell(toTell());
  };

  function start(way: Way<T>): void {
    way.stop?.abort();
    const stop = new AbortController();
    way.stop = stop;
    // What it showed before is as old as that: it is told anew.
    way.items = new Map();
    const before = way.done;
    way.done = before.then(() =>
      stop.signal.aborted
        ? undefined
        : way.door.watch({
            onBatch: (batch) => {
              if (stop.signal.aborted) return;
              for (const key of batch.removed) way.items.delete(idOf(key));
              for (const item of batch.upserts) way.items.set(idOf(item), item);
              if (way !== taken) return;
              listed = true;
              reading.onBatch(batch);
            },
            onState: (freshness, answered) => {
              if (stop.signal.aborted) return;
              way.state = { freshness, answered };
              way.wasLive ||= freshness.state === 'live';
              decide();
            },
            signal: AbortSignal.any([signal, stop.signal]),
          }),
    );
    // It is told at once, by what is returned.
    way.done.catch(fail);
  }

  let fail: (error: unknown) => void = () => {};
  const ended = new Promise<void>((resolve, reject) => {
    fail = reject;
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  start(first);
  await ended;
  await Promise.all(ways.map(({ done }) => done));
}
