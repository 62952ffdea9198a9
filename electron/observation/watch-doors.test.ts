import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Freshness } from '../../shared/domain/board/freshness';
import type { FailureCode } from '../../shared/domain/failure/failure';
import type { WatchBatch } from '../systems/kubernetes/types';
import { type Door, type DoorName, watchThroughDoors } from './watch-doors';

/** A door that the test opens and closes. */
class Scripted implements Door<string> {
  readonly name: DoorName;
  #known: string[] = [];
  #reading: Parameters<Door<string>['watch']>[0] | null = null;
  /** How often it was watched. */
  opened = 0;
  reject: (error: Error) => void = () => {};
  constructor(name: DoorName) {
    this.name = name;
  }
  get isWatched(): boolean {
    return this.#reading !== null;
  }
  watch(reading: Parameters<Door<string>['watch']>[0]): Promise<void> {
    this.#reading = reading;
    this.#known = [];
    this.opened += 1;
    reading.onState({ state: 'connecting', asOf: null }, false);
    return new Promise((resolve, reject) => {
      this.reject = reject;
      reading.signal.addEventListener('abort', () => {
        this.#reading = null;
        resolve();
      });
    });
  }
  show(...names: string[]): void {
    const upserts = names.map((name) => ({
      namespace: 'apps',
      name,
      uid: name,
      resourceVersion: '1',
      value: name,
    }));
    const gone = this.#known.filter((name) => !names.includes(name));
    this.#known = names;
    const removed = gone.map((name) => ({ namespace: 'apps', name, uid: name }));
    this.#reading?.onBatch({ source: 'list', upserts, removed });
    this.#reading?.onState({ state: 'live', asOf: '2026-11-30T14:00:00Z' }, false);
  }
  fail(code: FailureCode): void {
    const failure = { code, message: `${this.name} ${code}`, meaning: '', next: [] };
    this.#reading?.onState(
      { state: 'unreachable', asOf: null, since: '2026-11-30T14:00:00Z', failure },
      true,
    );
  }
}

describe('watchThroughDoors', () => {
  let kubernetes: Scripted;
  let server: Scripted;
  let stop: AbortController;
  let done: Promise<void>;
  let batches: WatchBatch<string>[];
  let states: [DoorName, Freshness['state']][];
  let doors: DoorName[];
  const shown = () => {
    const names = new Set<string>();
    for (const { upserts, removed } of batches) {
      for (const { name } of removed) names.delete(name);
      for (const { name } of upserts) names.add(name);
    }
    return [...names].sort();
  };
  const settled = () => new Promise((resolve) => setImmediate(resolve));

  beforeEach(async () => {
    [kubernetes, server] = [new Scripted('kubernetes'), new Scripted('server')];
    [batches, states, doors] = [[], [], []];
    stop = new AbortController();
    done = watchThroughDoors([kubernetes, server], {
      onBatch: (batch) => batches.push(batch),
      onState: ({ state }, _, door) => states.push([door, state]),
      onDoor: (door) => doors.push(door),
      signal: stop.signal,
    });
    await settled();
  });
  afterEach(async () => {
    stop.abort();
    await done;
  });

  it('takes the first that shows something, and asks the other for nothing', async () => {
    kubernetes.show('a');
    expect([shown(), server.isWatched, doors]).toEqual([['a'], false, []]);
  });

  it('takes the second where the first shows nothing, without a failure in between', async () => {
    kubernetes.fail('forbidden');
    await settled();
    expect(states).toEqual([['kubernetes', 'connecting']]);
    server.show('a', 'b');
    expect([shown(), states.at(-1), doors]).toEqual([['a', 'b'], ['server', 'live'], ['server']]);
  });

  it('has the first begin anew once the second stands in for it, so that nothing old comes back', async () => {
    kubernetes.show('a', 'b');
    kubernetes.fail('unreachable');
    await settled();
    const before = kubernetes.opened;
    server.show('b', 'c');
    await settled();
    expect(kubernetes.opened).toBe(before + 1);
    kubernetes.show('b', 'c', 'd');
    expect(shown()).toEqual(['b', 'c', 'd']);
  });

  it('ends with what a door rejects with, at once', async () => {
    kubernetes.show('a');
    kubernetes.fail('unreachable');
    await settled();
    server.reject(new Error('a fault of the door'));
    await expect(done).rejects.toThrow('a fault of the door');
    done = Promise.resolve();
  });

  it('tells what differs alone when one takes the place of the other, and goes back', async () => {
    kubernetes.show('a', 'b');
    kubernetes.fail('unreachable');
    await settled();
    server.show('b', 'c');
    expect(batches.at(-1)).toMatchObject({ upserts: [{ name: 'c' }], removed: [{ name: 'a' }] });
    await settled();
    kubernetes.show('b', 'c');
    await settled();
    expect([shown(), server.isWatched, doors]).toEqual([['b', 'c'], false, ['server', 'kubernetes']]);
    expect(states.map(([, state]) => state)).not.toContain('unreachable');
  });

  it.each([
    // Not signed in is no news to whoever is not permitted to see them by the other door either.
    ['forbidden', 'unauthorised', 'kubernetes'],
    ['forbidden', 'unreachable', 'server'],
    ['unreachable', 'unauthorised', 'kubernetes'],
    ['forbidden', 'forbidden', 'kubernetes'],
  ] as const)('tells of %s and %s that of %s', async (one, other, told) => {
    kubernetes.fail(one);
    await settled();
    server.fail(other);
    expect(states.at(-1)).toEqual([told, 'unreachable']);
  });

  it('tells that a session ended, where it was one that showed them', async () => {
    kubernetes.fail('forbidden');
    await settled();
    server.show('a');
    server.fail('unauthorised');
    expect([states.at(-1), shown()]).toEqual([['server', 'unreachable'], ['a']]);
    server.show('a', 'b');
    expect([states.at(-1), shown()]).toEqual([
      ['server', 'live'],
      ['a', 'b'],
    ]);
  });
});
