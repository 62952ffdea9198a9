import { setMaxListeners } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import type { Freshness } from '../../../shared/domain/board/freshness';
import type { KubeObject as Stored } from '../../practice/cluster/stored-objects';
import { somePod } from '../../practice/testing/cluster';
import { clusterForEachTest } from './testing/cluster';
import type { KubeObject, WatchBatch, WatchOptions } from './types';
import { watchResource } from './watch';

const now = clusterForEachTest();
const pods = { apiVersion: 'v1', plural: 'pods', namespace: 'apps' };

/** A watch whose batches are applied to a map, as its users do. */
function watchPods(options: Partial<WatchOptions<string>> = {}) {
  const shown = new Map<string, string>();
  const batches: WatchBatch<string>[] = [];
  const states: Freshness[] = [];
  const { timing, ...rest } = options;
  const done = watchResource<string>({
    connection: now.connection,
    ...pods,
    trim: (object: KubeObject) => (object.status as { phase: string } | undefined)?.phase ?? '',
    onBatch: (batch) => {
      batches.push(batch);
      for (const { name } of batch.removed) shown.delete(name);
      for (const { name, value } of batch.upserts) shown.set(name, value);
    },
    onState: (state) => states.push(state),
    signal: now.stop.signal,
    timing: { batchDelay: 1, backoffBase: 10, backoffLimit: 50, ...timing },
    ...rest,
  });
  now.running.push(done);
  return { shown, batches, states, done, names: () => [...shown.keys()].sort(), state: () => states.at(-1) };
}

const setPhase = (name: string, phase: string) =>
  now.cluster.store.modify<Stored & { status?: object }>('Pod', 'apps', name, (draft) => {
    draft.status = { phase };
  });

describe('watchResource', () => {
  it('lists, then follows, with selectors', async () => {
    now.cluster.store.create('Pod', somePod('a', { app: 'x' }));
    now.cluster.store.create('Pod', somePod('z', { app: 'y' }));
    const watch = watchPods({ labelSelector: 'app=x' });
    await expect.poll(() => [watch.names(), watch.state()?.state]).toEqual([['a'], 'live']);
    now.cluster.store.create('Pod', somePod('b', { app: 'x' }));
    setPhase('a', 'Failed');
    now.cluster.store.patch('Pod', 'apps', 'b', 'merge', { metadata: { labels: { app: 'y' } } });
    now.cluster.store.create('Pod', somePod('c', { app: 'x' }));
    await expect
      .poll(() => [...watch.shown].sort())
      .toEqual([
        ['a', 'Failed'],
        ['c', 'Running'],
      ]);
    expect(watch.states[0]).toEqual({ state: 'connecting', asOf: null });
  });

  it('says that there is nothing, once', async () => {
    const watch = watchPods();
    await expect.poll(() => watch.state()?.state).toBe('live');
    expect(watch.batches).toEqual([{ source: 'list', upserts: [], removed: [] }]);
  });

  it('comes back after cut watches without telling anything twice or anyone', async () => {
    now.cluster.store.create('Pod', somePod('a'));
    const watch = watchPods();
    for (let round = 0; round < 3; round++) {
      await expect.poll(() => now.cluster.server.openWatches()).toBe(1);
      const asked = now.cluster.server.requests();
      now.cluster.server.faults.cutWatches();
      // In the same tick: nobody watches while it is created.
      now.cluster.store.create('Pod', somePod(`b${round}`));
      await expect.poll(() => now.cluster.server.requests()).toBeGreaterThan(asked);
    }
    await expect.poll(watch.names).toEqual(['a', 'b0', 'b1', 'b2']);
    const told = watch.batches.flatMap((batch) => batch.upserts.map(({ name }) => name));
    expect(told).toEqual(['a', 'b0', 'b1', 'b2']);
  });

  it.each(['its own events', 'bookmarks'])(
    'goes on from where %s brought it, without a new list',
    async (by) => {
      const { server, store } = now.cluster;
      const watch = watchPods({ timing: { heartbeat: 5 } });
      await expect.poll(() => server.openWatches()).toBe(1);
      if (by === 'bookmarks') store.create('Job', { metadata: { name: 'elsewhere', namespace: 'apps' } });
      else store.create('Pod', somePod('a'));
      const after = new Date(Date.now() + 1).toISOString();
      const heard = () => watch.states.some((state) => state.state === 'live' && state.asOf > after);
      // Something was heard after that change: an event, or a bookmark that is past it.
      await expect.poll(() => heard() && (by === 'bookmarks' || watch.names().length === 1)).toBe(true);
      store.compact();
      server.faults.cutWatches();
      store.create('Pod', somePod('b'));
      await expect.poll(watch.names).toContain('b');
      expect(watch.batches.slice(1).map((batch) => batch.source)).not.toContain('list');
    },
  );

  it('after 410 lists again and tells the difference alone', async () => {
    for (const name of ['a', 'b', 'c']) now.cluster.store.create('Pod', somePod(name));
    const watch = watchPods();
    await expect.poll(() => now.cluster.server.openWatches()).toBe(1);
    const before = watch.batches.length;
    now.cluster.server.faults.refuseWatches(true);
    now.cluster.store.delete('Pod', 'apps', 'a');
    setPhase('b', 'Failed');
    now.cluster.store.create('Pod', somePod('d'));
    now.cluster.store.compact();
    await expect.poll(() => watch.state()?.state).toBe('unreachable');
    now.cluster.server.faults.refuseWatches(false);
    await expect.poll(watch.names).toEqual(['b', 'c', 'd']);
    const after = watch.batches.slice(before);
    expect(after.map((batch) => batch.source)).toEqual(['list']);
    expect(after[0]?.upserts.map(({ name }) => name).sort()).toEqual(['b', 'd']);
    expect(after[0]?.removed.map(({ name }) => name)).toEqual(['a']);
  });

  it('keeps what was seen while a cluster is away, says since when, and catches up', async () => {
    now.cluster.store.create('Pod', somePod('a'));
    const watch = watchPods();
    await expect.poll(() => watch.state()?.state).toBe('live');
    await now.cluster.server.faults.reachability('refused');
    await expect.poll(() => watch.state()?.state).toBe('unreachable');
    const away = watch.state();
    expect(away).toMatchObject({
      failure: { code: 'unreachable' },
      since: expect.any(String),
      asOf: expect.any(String),
    });
    now.cluster.store.create('Pod', somePod('b'));
    await now.cluster.server.faults.reachability('up');
    await expect.poll(() => [watch.names(), watch.state()?.state]).toEqual([['a', 'b'], 'live']);
    const since = watch.states.flatMap((state) => (state.state === 'unreachable' ? [state.since] : []));
    expect(new Set(since).size).toBe(1);
  });

  it.each([
    [401, 'unauthorised'],
    [403, 'forbidden'],
    [429, 'rate-limited'],
    [500, 'unreachable'],
  ] as const)('says why at %d, and goes on when it is over', async (code, expected) => {
    now.cluster.server.faults.answer({ code });
    const watch = watchPods();
    await expect
      .poll(() => watch.state())
      .toMatchObject({ state: 'unreachable', asOf: null, failure: { code: expected } });
    now.cluster.server.faults.answer(null);
    await expect.poll(() => watch.state()?.state).toBe('live');
  });

  it('waits with many others for a cluster that is away, and Node takes none of them for a leak', async () => {
    const warnings: string[] = [];
    const warn = ({ message }: Error): unknown => warnings.push(message);
    process.on('warning', warn);
    // That one is the test's own.
    setMaxListeners(0, now.stop.signal);
    await now.cluster.server.close();
    const watches = Array.from({ length: 14 }, () =>
      watchPods({ timing: { backoffBase: 5_000, backoffLimit: 5_000 } }),
    );
    await expect
      .poll(() => watches.map((watch) => watch.state()?.state).filter((state) => state === 'unreachable'))
      .not.toEqual([]);
    expect(warnings.filter((message) => message.includes('listeners'))).toEqual([]);
    process.off('warning', warn);
  });

  it('notices a half-open connection by its silence', async () => {
    const watch = watchPods({ timing: { stallAfter: 150 } });
    await expect.poll(() => now.cluster.server.openWatches()).toBe(1);
    const asked = now.cluster.server.requests();
    now.cluster.server.faults.silenceWatches(true);
    now.cluster.store.create('Pod', somePod('a'));
    await expect.poll(() => now.cluster.server.requests()).toBeGreaterThan(asked);
    now.cluster.server.faults.silenceWatches(false);
    await expect.poll(watch.names).toEqual(['a']);
  });

  it('asks whether a silent cluster is still there, long before the silence is too long', async () => {
    const watch = watchPods({ timing: { heartbeat: 20, askAfter: 60, stallAfter: 600_000 } });
    await expect.poll(() => watch.state()?.state).toBe('live');
    await now.cluster.server.faults.reachability('hanging');
    await expect
      .poll(() => watch.state())
      .toMatchObject({ state: 'unreachable', failure: { code: 'timeout' } });
    await now.cluster.server.faults.reachability('up');
    await expect.poll(() => watch.state()?.state).toBe('live');
  });

  it('asks at once after the computer slept, whose monotonic clock stood still', async () => {
    const watch = watchPods({ timing: { heartbeat: 20, askAfter: 600_000, stallAfter: 600_000 } });
    await expect.poll(() => watch.state()?.state).toBe('live');
    await now.cluster.server.faults.reachability('hanging');
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 8 * 3_600_000 });
    try {
      await expect.poll(() => watch.state()?.state).toBe('unreachable');
    } finally {
      vi.useRealTimers();
    }
  });

  it('leaves out an object that cannot be read, and says so', async () => {
    const skipped: string[] = [];
    now.cluster.store.create('Pod', somePod('bad'));
    now.cluster.store.create('Pod', somePod('good'));
    const watch = watchPods({
      trim: (object) => {
        if (object.metadata.name === 'bad') throw new Error('bad');
        return 'ok';
      },
      onSkipped: ({ key }) => skipped.push(key.name),
    });
    await expect.poll(watch.names).toEqual(['good']);
    expect(skipped).toEqual(['bad']);
  });

  it('is quiet once it is aborted', async () => {
    const watch = watchPods();
    await expect.poll(() => watch.state()?.state).toBe('live');
    now.stop.abort();
    await watch.done;
    const told = watch.states.length;
    now.cluster.store.create('Pod', somePod('a'));
    await expect.poll(() => now.cluster.server.openWatches()).toBe(0);
    expect([watch.states.length, watch.names()]).toEqual([told, []]);
  });
});
