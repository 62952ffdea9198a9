import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HistoryEvent } from '../../shared/domain/history/history-event';
import { followBuildLog } from './follow-build-log';
import type { Session } from './open-session';
import { concourseEstate, concoursePipelineName as pipeline } from './testing/concourse-estate';

const day = 86_400_000;
const environments = ['preview', 'staging', 'production'];

let estate: Awaited<ReturnType<typeof concourseEstate>>;
let session: Session;
let stopTime: () => Promise<void> = async () => undefined;

const open = async (): Promise<void> => {
  session = await estate.open();
  stopTime = estate.pump(session);
  await session.ledger.refresh();
};
const close = async (): Promise<void> => {
  await stopTime();
  await session.close();
};
beforeEach(async () => {
  estate = await concourseEstate(-7 * day);
});
afterEach(async () => {
  await close();
  await estate.close();
});

const stage = (environment: string) =>
  session.engine.bags.pipeline(pipeline).stages.find((one) => one.environment === environment);
const live = () => expect.poll(() => session.engine.bags.pipeline(pipeline).ledger.state).toBe('live');
const goesOut = async (bag: number): Promise<void> => {
  estate.practice.publish();
  await expect.poll(() => stage('production')?.running).toMatchObject({ bag, state: 'done' });
};
const events = async (): Promise<HistoryEvent[]> =>
  (await session.history.feed({ limit: 1_000 })).events.filter(({ origin }) => origin === 'concourse');
const wordOf = (event: HistoryEvent): string =>
  event.type === 'deployment'
    ? `${event.kind} ${event.app} ${event.to} ${event.environment}`
    : `${event.type} ${'version' in event ? event.version : ''} ${event.environment}`;
const passed = (bag: number) =>
  expect.poll(async () => (await events()).map(wordOf)).toContain(`bag-passed ${bag} production`);
/** A week of bags, one a day. */
async function week(): Promise<void> {
  for (let bag = 2; bag <= 6; bag += 1) {
    estate.practice.time.offset += day;
    await goesOut(bag);
  }
  await passed(6);
}

describe('the history of a pipeline that a Concourse runs', () => {
  it('keeps a week after Concourse reaped its builds: in the same feed, figures, boards and bags, with no network', async () => {
    await open();
    await live();
    await week();
    const before = await events();
    const figures = () =>
      session.history.figures({
        environments,
        since: new Date(Date.now() - 30 * day).toISOString(),
        until: new Date(Date.now() + day).toISOString(),
        by: 'app',
      });
    const counted = await figures();
    // Five new versions of one service, and the first of each.
    expect(counted.find(({ key }) => key === 'api')).toMatchObject({ deployments: 6, rolledBack: 0 });
    await close();

    const { concourse, server } = estate.practice;
    concourse.forget(Math.floor(Date.now() / 1000) + 1);
    server.faults.reachability('refused');
    await open();
    await expect.poll(async () => (await events()).length).toBe(before.length);
    const after = await events();
    expect(after.map(({ id: _, ...event }) => event)).toEqual(before.map(({ id: _, ...event }) => event));
    expect(await figures()).toEqual(counted);
    expect(after.map(wordOf)).toEqual(
      expect.arrayContaining([
        'bag-packed 4 ',
        'bag-started 4 staging',
        'locked 4 staging',
        'bag api a4 staging',
        'bag-passed 4 staging',
      ]),
    );
    // Found by words, and shown on the app's own pages and as of a moment.
    const found = await session.history.feed({ limit: 50, text: 'api a3 production' });
    expect(found.events.map(wordOf)).toEqual(['bag api a3 production']);
    expect(
      (await session.history.versionHistory({ app: 'api', version: 'a3' })).map((run) => run.environment),
    ).toEqual(environments);
    const [moment] = found.events;
    const board = await session.history.board({ at: moment?.at ?? '' });
    expect(board.cells).toContainEqual(
      expect.objectContaining({ app: 'api', environment: 'production', version: 'a3' }),
    );
    // The bags, too, and what runs.
    const { bags } = session.engine.bags.list(pipeline);
    expect(bags.map(({ bag }) => bag)).toEqual([6, 5, 4, 3, 2, 1]);
    expect(bags[3]?.lanes.map(({ passes }) => passes.length)).toEqual([1, 1, 1]);
    expect(stage('production')?.running).toMatchObject({ bag: 6, state: 'done' });

    // Read again, nothing comes twice.
    server.faults.reachability('up');
    await live();
    await goesOut(7);
    await passed(7);
    const all = await events();
    expect(all.filter(({ at }) => before.some((old) => old.at === at)).length).toBeGreaterThanOrEqual(
      before.length,
    );
    expect(all.filter((event) => wordOf(event) === 'bag-passed 4 production')).toHaveLength(1);
    expect(all.map(wordOf)).not.toContain('unknown null production');
  });

  it('says what it does not know: it was not running, and Concourse has reaped', async () => {
    await open();
    await live();
    await goesOut(2);
    await passed(2);
    await close();
    const { concourse, time, publish } = estate.practice;
    for (let bag = 3; bag <= 4; bag += 1) {
      time.offset += day;
      publish();
      concourse.settle();
    }
    time.offset += day;
    concourse.forget(Math.floor((Date.now() + time.offset) / 1000));
    await open();
    await live();
    await goesOut(5);
    await passed(5);
    await expect.poll(async () => (await events()).map(wordOf)).toContain('unknown null production');
    const gap = (await events()).find(
      ({ type, environment }) => type === 'unknown' && environment === 'production',
    );
    expect(gap?.subject).toMatch(
      /^Nothing known of notify in production between .+ and .+: Signalbox was not running, and Concourse no longer has 2 builds of start-deploy$/,
    );
  });

  it('keeps logs of builds: read with no network and after Concourse deleted them, colours and steps as they were', async () => {
    await open();
    await live();
    estate.practice.faults.failTests.preview = 1;
    estate.practice.publish();
    await expect.poll(() => stage('preview')?.running?.state).toBe('test-failed');
    const build = estate.practice.job('preview', 'test').builds.at(-1)?.id ?? 0;
    const read = async () => {
      const lines: string[] = [];
      let said = '';
      await followBuildLog(session.concourses.views, session.concourses.past.logs)(
        { pipeline, build },
        {
          append: (came) => lines.push(...came.map(({ text }) => text)),
          is: (_, text) => {
            said = text ?? '';
          },
        },
        new AbortController().signal,
      );
      return { lines, said };
    };
    await expect.poll(() => session.concourses.past.logs.has(pipeline, build)).toBe(true);
    const kept = await read();
    await close();
    estate.practice.concourse.reap(Math.floor(Date.now() / 1000) + 1);
    estate.practice.server.faults.reachability('refused');
    await open();
    const again = await read();
    expect(again.said).toBe('The build has ended. This is Signalbox’s saved copy of its log.');
    expect(again.lines).toEqual(kept.lines);
    expect(again.lines.join('\n')).toContain('\u001b[');
    expect(again.lines).toContain('exit status 1');
  });

  it('says that a log was deleted where none was saved', async () => {
    await open();
    await live();
    const [build] = estate.practice.job('preview', 'periodic-smoke-test').builds;
    const made =
      build ??
      estate.practice.concourse.trigger(estate.practice.job('preview', 'force-unlock-pipeline'), 'pip');
    await expect.poll(() => made.endedAt).not.toBeNull();
    estate.practice.concourse.reap(Math.floor(Date.now() / 1000) + 1);
    let said = '';
    await followBuildLog(session.concourses.views)(
      { pipeline, build: made.id },
      {
        append: () => undefined,
        is: (_, text) => {
          said = text ?? '';
        },
      },
      new AbortController().signal,
    );
    expect(said).toContain('Concourse has deleted this log');
  });
});
