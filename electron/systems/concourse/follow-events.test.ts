import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildLogLines } from '../../../shared/domain/concourse/build-log';
import { type BuildEvent, stepNames } from '../../../shared/domain/concourse/event-stream';
import { followEvents } from './follow-events';
import { type PracticeForClient, practiceForClient } from './testing/practice';

let practice: PracticeForClient;
let stop: AbortController;
beforeEach(async () => {
  practice = await practiceForClient();
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await practice.close();
});

const follow = (build: number, again?: () => AbortSignal | null) => {
  const events: BuildEvent[] = [];
  let broken = 0;
  const done = followEvents(
    practice.client,
    build,
    { onEvents: (some) => events.push(...some), onBroken: () => broken++ },
    stop.signal,
    again,
  );
  return { events, done, broken: () => broken };
};
const pass = (seconds: number): void => {
  for (let second = 0; second < seconds; second += 1) practice.concourse.second();
};
const statuses = (events: readonly BuildEvent[]) =>
  events.flatMap((event) => (event.kind === 'status' ? [event.status] : []));

describe('a build’s events', () => {
  it('are followed from before the start to the end, whatever breaks meanwhile, each once', async () => {
    const { concourse, job, server } = practice;
    const build = concourse.trigger(job('preview', 'deploy'), 'pip');
    const seen = follow(build.id);
    pass(15);
    await expect.poll(() => statuses(seen.events)).toEqual(['started']);
    await expect.poll(() => seen.events.some(({ kind }) => kind === 'log')).toBe(true);
    server.faults.cutStreams();
    await expect.poll(seen.broken).toBe(1);
    pass(10);
    server.faults.reachability('refused');
    server.faults.cutStreams();
    await expect.poll(seen.broken).toBeGreaterThan(2);
    server.faults.reachability('up');
    pass(60);
    expect(await seen.done).toEqual({ ended: true });
    expect(statuses(seen.events)).toEqual(['started', 'succeeded']);
    expect(seen.events.filter(({ kind }) => kind === 'log').length).toBe(
      build.events.filter(({ event }) => event === 'log').length,
    );
  });

  it('of one that waits send not even a head, and are asked for anew when somebody knows better', async () => {
    const { concourse, job } = practice;
    concourse.pauseJob(job('preview', 'test'), 'pip');
    const build = concourse.trigger(job('preview', 'test'), 'pip');
    let known = new AbortController();
    const seen = follow(build.id, () => known.signal);
    await expect.poll(practice.server.openStreams).toBe(1);
    const before = practice.server.requests();
    const old = known;
    known = new AbortController();
    old.abort();
    await expect.poll(practice.server.requests).toBeGreaterThan(before);
    expect(seen.events).toEqual([]);
  });

  it('of none that is there end at once, with why', async () => {
    expect(await follow(999_999).done).toMatchObject({ ended: false, error: { kind: 'missing' } });
  });

  it('of 100,000 lines are the log’s lines', async () => {
    const { concourse, job, faults, client } = practice;
    faults.testLines.preview = 100_000;
    const build = concourse.trigger(job('preview', 'test'), 'pip');
    const seen = follow(build.id);
    pass(40);
    expect(await seen.done).toEqual({ ended: true });
    const names = stepNames(await client.plan(build.id, stop.signal));
    const lines = buildLogLines((step) => names.get(step) ?? null);
    const texts = seen.events.flatMap((event) => lines.push(event)).filter(({ note }) => !note);
    expect(texts.length).toBeGreaterThan(100_000);
    expect(texts.some(({ text }) => text === 'test 100000 ... ok')).toBe(true);
  });
});
