import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { uuidv7 } from 'uuidv7';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { defaultImageTagPath } from '../../shared/domain/estate/estate';
import {
  type FeedOutline,
  type FeedPage,
  type FiguresRow,
  type HistoricBoard,
  type HistoryEvent,
  type HistoryFilter,
  isLedgerEventType,
} from '../../shared/domain/history/history-event';
import { commitMessage } from '../../shared/domain/ledger/trailers';
import { put, type RecordChange, remove } from '../../shared/domain/records/record-change';
import type { Ledger } from '../ledger/ledger';
import { deploy } from '../ledger/testing/commit-deploy';
import { takeHold } from '../ledger/testing/hold';
import { lock } from '../ledger/testing/lock';
import {
  commitFiles,
  makeEstate,
  type TestEstate,
  tagFile,
  tagPath,
  unwrap,
} from '../ledger/testing/release-repo';
import { initBare } from '../systems/git/init';
import { runGit } from '../systems/git/run-git';
import { HistoryService } from './service';

const branch = 'signalbox';
let scratch = '';
const ends: (() => unknown)[] = [];
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'signalbox-apart-'));
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  rmSync(scratch, { recursive: true, force: true });
});

/** An estate with one console. */
interface Console {
  estate: TestEstate;
  ledger: Ledger;
  history: HistoryService;
}

const historyOf = (ledger: Ledger, indexFile = join(scratch, `${uuidv7()}.sqlite`)): HistoryService => {
  const { recordsApart: apart } = ledger;
  const history = new HistoryService(
    {
      repo: ledger.gitDir,
      branch: ledger.ref,
      indexFile,
      template: defaultImageTagPath,
      ...(apart ? { records: { repo: apart.gitDir, branch: apart.ref } } : {}),
    },
    () => {},
  );
  ends.push(async () => {
    await history.settled();
    history.close();
  });
  return history;
};

async function console(isApart: boolean): Promise<Console> {
  const estate = await makeEstate({
    [tagPath('production', 'app')]: tagFile('v1'),
    [tagPath('integration', 'app')]: tagFile('v1'),
  });
  ends.push(() => estate.close());
  const ledger = await estate.open('console', isApart ? { records: { branch } } : {});
  await see(ledger);
  return { estate, ledger, history: historyOf(ledger) };
}

/**
 * Looks at the remote, until the copies here stand where it does: their refs, which the history reads, move a moment
 * after the snapshot (`Newest.adopt`).
 */
async function see(ledger: Ledger): Promise<void> {
  const { commit, recordsCommit } = unwrap(await ledger.refresh());
  const { gitDir, ref, recordsApart: apart } = ledger;
  const stands = async (repo: string, name: string): Promise<string> => {
    const found = await runGit(['rev-parse', '--verify', '--quiet', name], {
      gitDir: repo,
      expectedCodes: [1],
    });
    return found.stdout.toString().trim();
  };
  await expect.poll(() => stands(gitDir, ref)).toBe(commit ?? '');
  if (apart && recordsCommit) await expect.poll(() => stands(apart.gitDir, apart.ref)).toBe(recordsCommit);
}

const intent = (what: string) => ({ operationId: uuidv7(), what });
const made = { by: 'Robin', at: '2026-03-01T10:00:00.000Z', operation: 'op' };

async function write(
  ledger: Ledger,
  subject: string,
  changes: RecordChange[],
  reason?: string,
): Promise<void> {
  const { operationId } = intent(subject);
  const message = commitMessage(subject, {
    operation: operationId,
    kind: 'test',
    ...(reason === undefined ? {} : { reason }),
  });
  const written = () => ({ kind: 'change' as const, records: changes, message, value: null });
  unwrap(await ledger.transact({ operationId, what: subject }, written));
}

const bag = {
  pipeline: 'race',
  bag: 7,
  ...made,
  commit: 'c',
  source: 'published' as const,
  reason: '',
  services: {},
};
const started = {
  pipeline: 'race',
  environment: 'production',
  bag: 7,
  ...made,
  cause: 'manual' as const,
  reason: 'first',
  // Not of the lock that is given back.
  token: 99,
  since: made.at,
  replaced: null,
  leftRunning: [],
  tagged: false,
  tests: {},
  failure: null,
};
const badBag = { pipeline: 'race', environment: 'production', bag: 7, ...made, reason: 'five hundreds' };
const pin = {
  pipeline: 'race',
  environment: 'production',
  bag: 7,
  freeze: true,
  ...made,
  reason: 'quiet week',
};
const autopilot = { pipeline: 'race', environment: 'production', on: false, ...made, reason: 'by hand' };

/** Commits tell seconds alone: what happens later must not fall into the same one, however fast the machine is. */
async function nextSecond(): Promise<void> {
  const second = () => Math.floor(Date.now() / 1000);
  const now = second();
  await expect.poll(second, { interval: 20 }).toBeGreaterThan(now);
}

/** What happens, one thing after the other. */
const story: readonly ((ledger: Ledger) => Promise<unknown>)[] = [
  (ledger) =>
    lock(ledger, { environment: 'production', operationId: '0192f0c1-0000-7000-8000-000000000001' }),
  (ledger) => write(ledger, 'Pack bag 7', [put('bag', bag)]),
  (ledger) => write(ledger, 'Start bag 7', [put('deployment', { ...started, state: 'deploying' })]),
  (ledger) => {
    const { operationId } = intent('deploy');
    const wanted = deploy({ operationId, app: 'app', version: 'v2', expectedFrom: 'v1' });
    return ledger.transact({ operationId, what: 'deploy' }, wanted).then(unwrap);
  },
  (ledger) => write(ledger, 'Bag 7 failed', [put('deployment', { ...started, state: 'test-failed' })]),
  (ledger) => write(ledger, 'Mark bag 7 bad', [put('bad-bag', badBag)], 'five hundreds'),
  (ledger) => ledger.transact(intent('hold'), takeHold('app', 'op-hold', 'on fire')).then(unwrap),
  (ledger) =>
    lock(ledger, {
      environment: 'production',
      operationId: '0192f0c1-0000-7000-8000-000000000001',
      release: 1,
    }),
  (ledger) => write(ledger, 'Pin bag 7', [put('pin', pin)]),
  (ledger) => write(ledger, 'Switch the autopilot off', [put('autopilot', autopilot)]),
  (ledger) =>
    write(ledger, 'Bag 7 passed', [
      put('pass', { pipeline: 'race', environment: 'production', bag: 7, ...made, tag: '' }),
    ]),
  (ledger) => write(ledger, 'Unmark bag 7', [remove('bad-bag', badBag)]),
  (ledger) => write(ledger, 'Unpin bag 7', [remove('pin', pin)]),
  (ledger) => write(ledger, 'Switch the autopilot on', [put('autopilot', { ...autopilot, on: true })]),
];
/** Moments at which records are set apart, moved, and nothing else happens. */
const setApart = async (ledger: Ledger) =>
  unwrap((await ledger.recordsApart?.setUp(intent('Set records apart'))) ?? failed());
const moveOver = async (ledger: Ledger) =>
  unwrap((await ledger.recordsApart?.move(intent('Move records over'))) ?? failed());
const failed = (): never => {
  throw new Error('records do not lie apart');
};

const all = (history: HistoryService, filter: HistoryFilter = {}, limit = 4): HistoryEvent[] => {
  const events: HistoryEvent[] = [];
  for (let before: number | null | undefined; before !== null; ) {
    const page = history.ask('feed', {
      ...filter,
      limit,
      ...(before === undefined ? {} : { before }),
    }) as FeedPage;
    events.push(...page.events);
    before = page.next;
  }
  return events;
};

const told = ({ type, app, environment, subject, author, reason, ...rest }: HistoryEvent) => ({
  type,
  app,
  environment,
  subject,
  author,
  reason,
  version: 'version' in rest ? rest.version : rest.to,
  pipeline: 'pipeline' in rest ? rest.pipeline : null,
});
/** Ids change when an index is built anew. */
const unplaced = ({ id: _, ...event }: HistoryEvent) => event;
const placeless = ({ cells, standing, ...rest }: HistoricBoard) => ({
  ...rest,
  cells: cells.map((cell) => ({ ...cell, deployment: cell.deployment && unplaced(cell.deployment) })),
  standing: standing.map(unplaced),
});
/** The story of the records, oldest first. */
const ofRecords = (history: HistoryService): object[] =>
  all(history)
    .filter(({ type }) => isLedgerEventType(type))
    .map(told)
    .reverse();
const board = (history: HistoryService): HistoricBoard =>
  history.ask('board', { id: Number.MAX_SAFE_INTEGER }) as HistoricBoard;
const standing = (history: HistoryService): object[] => board(history).standing.map(told);
const figures = (history: HistoryService): FiguresRow[] =>
  history.ask('figures', {
    environments: ['production'],
    since: '2020-01-01T00:00:00Z',
    until: '2100-01-01T00:00:00Z',
    by: 'app',
  }) as FiguresRow[];

/** Everything that is asked of one history holds together. @returns it, newest first */
function expectWhole(history: HistoryService): HistoryEvent[] {
  const events = all(history);
  expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  expect(all(history, {}, 1000)).toEqual(events);
  for (const pageSize of [20, 1000]) {
    const outline = history.ask('outline', { pageSize }) as FeedOutline;
    expect(outline.total).toBe(events.length);
    expect(outline.days.reduce((sum, day) => sum + day.count, 0)).toBe(events.length);
    for (const { row, before } of outline.pages) {
      const page = history.ask('feed', { limit: 5, ...(before === null ? {} : { before }) }) as FeedPage;
      expect(page.events).toEqual(events.slice(row, row + 5));
    }
    expect([outline.newest, outline.oldest]).toEqual([events[0]?.at, events.at(-1)?.at]);
  }
  return events;
}

/** Plays the story with records moving at places of it, and says what an index tells that was kept up, and a new one. */
async function play(moves: Readonly<Record<number, (ledger: Ledger) => Promise<unknown>>>): Promise<Console> {
  const made = await console(true);
  for (const [at, happens] of story.entries()) {
    await nextSecond();
    await moves[at]?.(made.ledger);
    await happens(made.ledger);
    if (made.ledger.snapshot().commit !== null) await made.history.update();
  }
  await see(made.ledger);
  await made.history.update();
  return made;
}

async function together(): Promise<Console> {
  const made = await console(false);
  for (const happens of story) {
    await nextSecond();
    await happens(made.ledger);
  }
  await see(made.ledger);
  await made.history.update();
  return made;
}

it('is told of locks, holds and bags the same whether records lie together or apart', async () => {
  const [one, other] = [await together(), await play({ 0: setApart })];
  expect(ofRecords(one.history).map((event) => (event as { type: string }).type)).toEqual([
    'locked',
    'bag-packed',
    'bag-started',
    'bag-failed',
    'marked-bad',
    'frozen',
    'unlocked',
    'pinned',
    'autopilot-off',
    'bag-passed',
    'unmarked-bad',
    'unpinned',
    'autopilot-on',
  ]);
  expect(ofRecords(other.history)).toEqual(ofRecords(one.history));
  expect(standing(other.history)).toEqual(standing(one.history));
  expect(figures(other.history)).toEqual(figures(one.history));
  expect(all(other.history).map(told)).toHaveLength(all(one.history).length);
  for (const { history } of [one, other]) {
    const times = expectWhole(history).map(({ at }) => at);
    expect(times).toEqual([...times].sort().reverse());
  }
  // An index that is built anew says the same as one that was kept up.
  const anew = historyOf(other.ledger);
  await anew.update();
  expect(all(anew).map(unplaced)).toEqual(all(other.history).map(unplaced));
  expect(placeless(board(anew))).toEqual(placeless(board(other.history)));
});

it('loses nothing and doubles nothing when records are set apart, and moved over, in the middle of it', async () => {
  const one = await together();
  const expected = ofRecords(one.history);
  for (const [apart, over] of [
    [1, 2],
    [3, 5],
    [8, 8],
    [13, 13],
  ] as const) {
    const both = async (ledger: Ledger) => {
      if (apart === over) await setApart(ledger);
      await moveOver(ledger);
      // Safe to repeat.
      await moveOver(ledger);
    };
    const other = await playFrom(apart, { [apart]: setApart, [over]: both });
    expect(ofRecords(other.history), `apart at ${apart}, moved at ${over}`).toEqual(expected);
    expect(standing(other.history)).toEqual(standing(one.history));
    expect(figures(other.history)).toEqual(figures(one.history));
    expectWhole(other.history);
    const anew = historyOf(other.ledger);
    await anew.update();
    expect(all(anew).map(unplaced)).toEqual(all(other.history).map(unplaced));
    expect(placeless(board(anew))).toEqual(placeless(board(other.history)));
    // What stood at each moment of the story stood then in both.
    for (const event of all(anew).filter(({ type }) => isLedgerEventType(type))) {
      const twin = all(one.history).find(
        (candidate) => candidate.type === event.type && candidate.subject === event.subject,
      );
      const at = (history: HistoryService, id: number): object[] =>
        (history.ask('board', { id }) as HistoricBoard).standing.map(told);
      expect(at(anew, event.id)).toEqual(at(one.history, twin?.id ?? 0));
    }
  }
});

it('waits with copies of records until what they were copied from is here', async () => {
  const made = await console(true);
  await setApart(made.ledger);
  await story[0]?.(made.ledger);
  await see(made.ledger);
  await made.history.update();
  // An old console writes beside the image tags, and that is copied.
  const path = '.signalbox/bad/race/environments/production/9.yaml';
  const beside = 'version: 1\nreason: slow\n';
  const behind = join(scratch, 'behind.git');
  await runGit(['clone', '--quiet', '--bare', made.estate.gitDir, behind], {});
  await commitFiles(made.estate.gitDir, { [path]: beside }, { message: 'Mark bag 9 bad' });
  await see(made.ledger);
  await moveOver(made.ledger);
  await see(made.ledger);
  const indexFile = join(scratch, 'lagging.sqlite');
  const service = new HistoryService(
    {
      repo: behind,
      branch: 'main',
      indexFile,
      template: defaultImageTagPath,
      records: { repo: made.estate.gitDir, branch },
    },
    () => {},
  );
  ends.push(() => service.close());
  await service.update();
  const types = (): string[] => ofRecords(service).map((event) => (event as { type: string }).type);
  expect(types()).not.toContain('marked-bad');
  await runGit(['fetch', '--quiet', made.estate.gitDir, '+main:main'], { gitDir: behind });
  await service.update();
  expect(types().filter((type) => type === 'marked-bad' || type === 'unmarked-bad')).toEqual(['marked-bad']);
});

it('tells what says of itself that it is a copy and never lay beside the image tags', async () => {
  const made = await play({ 0: setApart });
  const gitDir = made.estate.gitDir;
  const message = commitMessage('Keep records apart', { operation: 'op', kind: 'records-copied' });
  const path = '.signalbox/locks/race/staging.yaml';
  const taken = 'version: 1\npipeline: race\nenvironment: staging\ntoken: 9\nheld: {operation: op}\n';
  const commit = await commitFiles(gitDir, { [path]: taken }, { branch, message });
  await see(made.ledger);
  expect(made.ledger.snapshot().recordsCommit).toBe(commit);
  await made.history.update();
  await commitFiles(gitDir, { README: 'x' });
  await see(made.ledger);
  await made.history.update();
  expect(all(made.history, { environments: ['staging'] }).map(({ type }) => type)).toEqual(['locked']);
});

it('follows a branch of records that was rewritten, and says so; of one that went, what was seen stays', async () => {
  const made = await play({ 0: setApart });
  const before = all(made.history);
  const { gitDir } = made.estate;
  const rev = async (name: string): Promise<string> =>
    (await runGit(['rev-parse', name], { gitDir })).stdout.toString().trim();
  await runGit(['update-ref', `refs/heads/${branch}`, await rev(`${branch}~2`)], { gitDir });
  await see(made.ledger);
  await made.history.update();
  expect(made.history.status.notice).toContain('The branch of records was rewritten: 2 events removed');
  expect(all(made.history).map(told)).toEqual(before.slice(2).map(told));
  expectWhole(made.history);
  await runGit(['update-ref', '-d', `refs/heads/${branch}`], { gitDir });
  await see(made.ledger);
  await made.history.update();
  expect(all(made.history).map(told)).toEqual(before.slice(2).map(told));
});

it('merges both lines by time, whatever the clocks said, however many updates brought them', async () => {
  const gitDir = join(scratch, 'clocks.git');
  await initBare(gitDir, 'main');
  // A generator with a seed (Park and Miller): the same clocks in every run.
  let seed = 20_261_130;
  const upTo = (most: number): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % most;
  };
  const lines = { main: [] as number[], [branch]: [] as number[] };
  const options = {
    repo: gitDir,
    branch: 'main',
    indexFile: join(scratch, 'clocks.sqlite'),
    template: defaultImageTagPath,
    records: { repo: gitDir, branch },
  };
  const history = new HistoryService(options, () => {});
  ends.push(() => history.close());
  let clock = 1_770_000_000;
  for (let step = 1; step <= 60; step += 1) {
    clock += upTo(40);
    // One commit in four was made by a clock that is late.
    const at = clock - (upTo(4) === 0 ? upTo(600) : 0);
    const isRecord = upTo(2) === 0;
    const name = isRecord ? branch : 'main';
    const files = isRecord
      ? { [`.signalbox/policy/race/pins/e${step}.yaml`]: `bag: ${step}\n` }
      : { [tagPath('production', 'app')]: `image_tag: v${step}\n` };
    await commitFiles(gitDir, files, { branch: name, at, message: `${step}` });
    lines[name]?.unshift(at);
    if (step > 3 && upTo(5) === 0) await history.update();
  }
  await history.update();
  /** Seconds by which a line is in its place: the least from there on to the tip. */
  const places = (line: readonly number[] = []): number[] =>
    line.map((_, index) => Math.min(...line.slice(0, index + 1)));
  const expected = [
    ...places(lines.main).map((eff, index) => ({ eff, index, isRecord: 0 })),
    ...places(lines[branch]).map((eff, index) => ({ eff, index, isRecord: 1 })),
  ].sort((a, b) => b.eff - a.eff || a.isRecord - b.isRecord || a.index - b.index);
  const shown = expectWhole(history).filter(({ type }) => type === 'deployment' || type === 'pinned');
  expect(shown.map(({ type }) => Number(type === 'pinned'))).toEqual(
    expected.map(({ isRecord }) => isRecord),
  );
  const anew = new HistoryService({ ...options, indexFile: join(scratch, 'anew.sqlite') }, () => {});
  ends.push(() => anew.close());
  await anew.update();
  expect(all(anew).map(unplaced)).toEqual(all(history).map(unplaced));
  for (const { at } of shown)
    expect(placeless(anew.ask('board', { at }) as HistoricBoard), `as of ${at}`).toEqual(
      placeless(history.ask('board', { at }) as HistoricBoard),
    );
});

it('is searched and filtered over both', async () => {
  const { history } = await playFrom(4, { 4: setApart, 6: moveOver });
  const subjects = (filter: HistoryFilter): string[] => all(history, filter).map(({ subject }) => subject);
  expect(subjects({ text: 'five hundreds' })).toEqual(['Mark bag 7 bad']);
  expect(subjects({ types: ['locked', 'unlocked'] })).toHaveLength(2);
  expect(all(history, { types: ['marked-bad', 'deployment'] }).map(({ type }) => type)).toEqual([
    'marked-bad',
    'deployment',
    'deployment',
    'deployment',
  ]);
  expect(subjects({ text: 'bag 7 failed' })).toEqual(['Bag 7 failed']);
  expect(subjects({ environments: ['integration'] })).toHaveLength(3);
  expect(history.ask('names', null)).toMatchObject({
    apps: ['app'],
    environments: ['integration', 'production'],
    actors: ['Robin'],
  });
});

/** Plays the first steps before the console knows of a place for records, as the estate file had none. */
async function playFrom(
  apart: number,
  moves: Readonly<Record<number, (ledger: Ledger) => Promise<unknown>>>,
): Promise<Console> {
  const estate = await makeEstate({
    [tagPath('production', 'app')]: tagFile('v1'),
    [tagPath('integration', 'app')]: tagFile('v1'),
  });
  ends.push(() => estate.close());
  const before = await estate.open('before');
  await before.refresh();
  for (const happens of story.slice(0, apart)) {
    await nextSecond();
    await happens(before);
  }
  const ledger = await estate.open('console', { records: { branch } });
  await see(ledger);
  const history = historyOf(ledger);
  await history.update();
  for (const [at, happens] of story.entries()) {
    if (at < apart) continue;
    await nextSecond();
    await moves[at]?.(ledger);
    await happens(ledger);
    await history.update();
  }
  await see(ledger);
  await history.update();
  return { estate, ledger, history };
}
