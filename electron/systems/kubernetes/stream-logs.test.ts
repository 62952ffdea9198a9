import { describe, expect, it } from 'vitest';
import { somePod } from '../../practice/testing/cluster';
import { streamLogs } from './stream-logs';
import { clusterForEachTest } from './testing/cluster';
import type { LogLine, LogRequest, LogState } from './types';

const now = clusterForEachTest();

describe('streamLogs', () => {
  const podWith = (state: object, restartCount = 0): void => {
    const pod = {
      ...somePod('a'),
      status: { phase: 'Running', containerStatuses: [{ name: 'app', restartCount, state }] },
    };
    if (now.cluster.store.get('Pod', 'apps', 'a'))
      now.cluster.store.patch('Pod', 'apps', 'a', 'merge', { status: pod.status });
    else now.cluster.store.create('Pod', pod);
  };

  function follow(request: Partial<LogRequest> = {}) {
    const lines: LogLine[] = [];
    const states: LogState[] = [];
    const done = streamLogs(
      {
        connection: now.connection,
        namespace: 'apps',
        pod: 'a',
        container: 'app',
        follow: true,
        timing: { batchDelay: 1, backoffBase: 5, backoffLimit: 20, lookEvery: 5 },
        ...request,
      },
      (batch) => lines.push(...batch),
      (state) => states.push(state),
      now.stop.signal,
    );
    now.running.push(done);
    return {
      lines,
      states,
      done,
      texts: () => lines.map(({ text }) => text),
      last: () => states.at(-1)?.state,
    };
  }

  it('follows to the end of the container', async () => {
    podWith({ running: {} });
    now.cluster.logs.append('apps', 'a', 'app', 'one\ntwo\nthree');
    const log = follow({ tailLines: 2 });
    await expect.poll(log.texts).toEqual(['two', 'three']);
    now.cluster.logs.append('apps', 'a', 'app', Buffer.from([0x66, 0xff]));
    await expect
      .poll(() => log.lines.at(-1))
      .toEqual({ at: expect.stringMatching(/\.\d{9}Z$/), text: 'f\ufffd' });
    now.cluster.store.patch('Pod', 'apps', 'a', 'merge', { spec: { restartPolicy: 'Never' } });
    podWith({ running: null, terminated: { exitCode: 0 } });
    await log.done;
    expect(log.last()).toBe('ended');
  });

  it('neither repeats nor loses a line over many breaks', async () => {
    podWith({ running: {} });
    const log = follow();
    await expect.poll(log.last).toBe('following');
    const written: string[] = [];
    const write = (count: number) => {
      for (let i = 0; i < count; i++) {
        // Equal stamps and equal texts among them.
        const text = `line ${Math.floor(written.length / 3)}`;
        written.push(text);
        now.cluster.logs.append('apps', 'a', 'app', text, new Date().toISOString());
      }
    };
    for (let round = 0; round < 8; round++) {
      write(20);
      if (round % 2) await expect.poll(() => log.lines.length).toBe(written.length);
      now.cluster.server.faults.cutLogs();
      write(20);
      await expect.poll(() => log.lines.length).toBe(written.length);
    }
    expect(log.texts()).toEqual(written);
    expect(log.states.some(({ state }) => state === 'reconnecting')).toBe(true);
  });

  it('loses nothing that came while a tail without lines was cut', async () => {
    podWith({ running: {} });
    const log = follow({ tailLines: 1 });
    await expect.poll(log.last).toBe('following');
    now.cluster.server.faults.cutLogs();
    for (let i = 0; i < 5; i++) now.cluster.logs.append('apps', 'a', 'app', `line ${i}`);
    await expect.poll(log.texts).toEqual(['line 0', 'line 1', 'line 2', 'line 3', 'line 4']);
  });

  it('reads the rest of a run that ended while the stream was away, and goes on with the next', async () => {
    podWith({ running: {} });
    now.cluster.logs.append('apps', 'a', 'app', 'one');
    const log = follow();
    await expect.poll(log.texts).toEqual(['one']);
    await now.cluster.server.faults.reachability('refused');
    now.cluster.logs.append('apps', 'a', 'app', 'last words');
    now.cluster.logs.restart('apps', 'a', 'app');
    podWith({ running: {} }, 1);
    now.cluster.logs.append('apps', 'a', 'app', 'a new life');
    await expect.poll(log.last).toBe('reconnecting');
    await now.cluster.server.faults.reachability('up');
    await expect.poll(log.texts).toEqual(['one', 'last words', 'a new life']);
    expect(log.states).toContainEqual({ state: 'restarted', restarts: 1 });
  });

  it('waits for a container that crashed, through any number of restarts, and tells', async () => {
    podWith({ running: {} });
    const log = follow();
    const expected: string[] = [];
    for (let life = 0; life < 4; life += 1) {
      now.cluster.logs.append('apps', 'a', 'app', `life ${life}`);
      expected.push(`life ${life}`);
      await expect.poll(log.texts).toEqual(expected);
      podWith({ running: null, terminated: { exitCode: 1, reason: 'Error' } }, life);
      await expect.poll(log.last).toBe('waiting');
      // As a kubelet does while it waits: the log is still that of the run that ended.
      podWith({ terminated: null, waiting: { reason: 'CrashLoopBackOff' } }, life);
      now.cluster.logs.restart('apps', 'a', 'app');
      podWith({ waiting: null, running: {} }, life + 1);
      await expect.poll(log.last).toBe('following');
    }
    expect(log.states.flatMap((state) => (state.state === 'restarted' ? [state.restarts] : []))).toEqual([
      1, 2, 3, 4,
    ]);
    expect(log.texts()).toEqual(expected);
  });

  it('says gone when the pod is deleted', async () => {
    podWith({ running: {} });
    now.cluster.logs.append('apps', 'a', 'app', 'one');
    const log = follow();
    await expect.poll(log.texts).toEqual(['one']);
    now.cluster.store.delete('Pod', 'apps', 'a');
    await log.done;
    expect([log.texts(), log.last()]).toEqual([['one'], 'gone']);
  });

  it('waits for a container that has not started', async () => {
    podWith({ waiting: { reason: 'ContainerCreating' } });
    const log = follow();
    await expect.poll(() => log.states.at(-1)).toEqual({ state: 'waiting', reason: 'ContainerCreating' });
    podWith({ running: {}, waiting: null });
    now.cluster.logs.append('apps', 'a', 'app', 'hello');
    await expect.poll(log.texts).toEqual(['hello']);
  });

  it('opens a silent log again without a word', async () => {
    podWith({ running: {} });
    now.cluster.logs.append('apps', 'a', 'app', 'one');
    const log = follow({
      timing: { batchDelay: 1, backoffBase: 5, backoffLimit: 20, stallAfter: 60, lookEvery: 5 },
    });
    await expect.poll(log.texts).toEqual(['one']);
    const asked = now.cluster.server.requests();
    await expect.poll(() => now.cluster.server.requests()).toBeGreaterThan(asked + 2);
    now.cluster.logs.append('apps', 'a', 'app', 'two');
    await expect.poll(log.texts).toEqual(['one', 'two']);
    expect(log.states.every(({ state }) => state === 'following')).toBe(true);
  });

  it('reads a previous log, and says gone for what is not there', async () => {
    podWith({ running: {} }, 1);
    now.cluster.logs.append('apps', 'a', 'app', 'before');
    now.cluster.logs.restart('apps', 'a', 'app');
    const previous = follow({ previous: true });
    await previous.done;
    expect([previous.texts(), previous.last()]).toEqual([['before'], 'ended']);
    const none = follow({ pod: 'none' });
    await none.done;
    expect(none.last()).toBe('gone');
    const wrong = follow({ container: 'wrong' });
    await wrong.done;
    expect(wrong.last()).toBe('gone');
  });
});
