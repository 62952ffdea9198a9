import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Board, Cell } from '../../shared/domain/board/board';
import type { Freshness } from '../../shared/domain/board/freshness';
import type { AppIntent, BagIntent } from '../../shared/domain/operation/intent';
import { type PracticeProcess, startPracticeProcess } from '../testing/practice-process';
import { until } from '../testing/until';
import { type BoardKeeper, boardKeeper } from './board-keeper';
import { ended, openRig, type Rig, unwrap } from './testing/rig';

let folder: string;
let practice: PracticeProcess;
let rig: Rig;
/** A board of the very same world, put together from nothing. */
let fromScratch: () => Board;
let hearAll = (): void => undefined;
/** Whether the keeper hears of what changed: what is seen of it when it does not. */
let hears = true;

/** When something was heard of last changes without an end, and is no part of what is compared. */
const steady = (freshness: Freshness): unknown =>
  freshness.state === 'live' ? 'live' : JSON.stringify(freshness);
/** All that a board says, by where it says it. */
function said(board: Board): Map<string, string> {
  const { cells, environments, ledger, revision: _revision, ...rest } = board;
  return new Map([
    ['board', JSON.stringify([rest, steady(ledger)])],
    ...environments.map((one): [string, string] => [
      one.name,
      JSON.stringify([{ ...one, cluster: steady(one.cluster) }]),
    ]),
    ...cells.map((cell): [string, string] => [`${cell.app} ${cell.environment}`, JSON.stringify(cell)]),
  ]);
}

/** Where what is kept says something else than what is so, each with both. */
function differences(): string[] {
  const kept = said(rig.engine.board());
  const now = said(fromScratch());
  return [...new Set([...kept.keys(), ...now.keys()])]
    .filter((place) => kept.get(place) !== now.get(place))
    .map((place) => `${place}: ${kept.get(place)} instead of ${now.get(place)}`);
}

/** A change is told within a frame; a board that was wrong through so many looks was told nothing. */
const enough = 10;
const stale = new Set<string>();
/** Boards as they were on the way. */
const boards = new Set<Board>();
function watchForStale(): () => void {
  let wrong: { board: Board; looks: number } | null = null;
  const timer = setInterval(() => {
    const board = rig.engine.board();
    boards.add(board);
    const found = differences();
    if (found.length === 0) wrong = null;
    else if (wrong?.board !== board) wrong = { board, looks: 1 };
    else {
      wrong.looks += 1;
      if (wrong.looks > enough) for (const one of found) stale.add(one);
    }
  }, 50);
  return () => clearInterval(timer);
}

let stopWatching = (): void => undefined;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-kept-'));
  practice = await startPracticeProcess(['--dir', path.join(folder, 'estate'), '--speed', '60']);
  rig = await openRig(
    {
      estateFile: practice.ready.estateFile,
      ledgerPassword: practice.credentials.ledger.password,
      githubToken: practice.credentials.github.token,
    },
    path.join(folder, 'console'),
    {
      keepBoard: (options): BoardKeeper => {
        const keeper = boardKeeper(options);
        fromScratch = () => boardKeeper(options).board();
        hearAll = () => keeper.changed(null);
        return {
          ...keeper,
          changed: (...what) => {
            if (hears) keeper.changed(...what);
          },
        };
      },
    },
  );
  stopWatching = watchForStale();
  await rig.engine.recover();
  await until(() => {
    for (const { cluster } of rig.engine.board().environments) expect(cluster.state).toBe('live');
    for (const cell of rig.engine.board().cells) expect(cell.deployed).not.toBeNull();
  });
});

afterAll(async () => {
  stopWatching();
  await rig?.close();
  await practice?.stop();
  await rm(folder, { recursive: true, force: true });
});

beforeEach(() => {
  hears = true;
  stale.clear();
});

const cell = (app: string, environment: string): Cell => {
  const found = rig.engine.cells([app]).find((one) => one.environment === environment);
  if (!found) throw new Error(`no cell ${app} ${environment}`);
  return found;
};
const wantedIn = (app: string, environment: string): string => cell(app, environment).ledger?.version ?? '';
const runs = (app: string, environment: string) => {
  const { running, stage } = cell(app, environment);
  return { version: running?.version, stage: stage?.state };
};

/** Nothing was stale on the way, and nothing is. */
async function nothingStale(): Promise<void> {
  await until(() => expect(differences()).toEqual([]));
  expect([...stale]).toEqual([]);
}

describe('the board that is kept says what one from scratch says', () => {
  it('through a release that travels to production', async () => {
    const { version } = await practice.control.publishRelease({ app: 'static' });
    for (const environment of ['integration', 'staging', 'production'])
      await until(() => expect(runs('static', environment)).toEqual({ version, stage: 'running' }));
    await nothingStale();
  });

  it('through a crash loop and the rollback that ends it', async () => {
    const app = 'frontend';
    const environment = 'production';
    const good = wantedIn(app, environment);
    const { version: bad } = await practice.control.publishRelease({ app, deploy: false });
    await practice.control.makeVersionCrashLoop({ app, version: bad, environment });
    for (const each of ['staging', environment] as const)
      await practice.control.deployAsSomeoneElse({ app, environment: each, version: bad });
    await until(() => {
      expect(wantedIn(app, environment)).toBe(bad);
      expect(cell(app, environment).rollout?.failing).toBe('CrashLoopBackOff');
    });
    const intent: AppIntent = {
      kind: 'rollback',
      app,
      environment,
      version: good,
      expected: bad,
      reason: 'it crashes',
      override: ['migration', 'migrations-unknown', 'never-healthy-here'],
    };
    const { findings } = unwrap(await rig.engine.preview(intent));
    const { operationId } = unwrap(rig.engine.start(intent, findings));
    await ended(rig.engine, operationId);
    await until(() => {
      expect(runs(app, environment)).toEqual({ version: good, stage: 'running' });
      expect(cell(app, environment).hold?.state).toBe('effective');
    });
    await nothingStale();
  });

  it('through a cluster that is away while somebody deploys to it', async () => {
    const app = 'router';
    const environment = 'staging';
    const version = `v${Number(wantedIn(app, environment).slice(1)) - 1}`;
    await practice.control.clusterDown({ environment });
    await until(() =>
      expect(rig.engine.board().environments.find(({ name }) => name === environment)?.cluster.state).toBe(
        'unreachable',
      ),
    );
    await practice.control.deployAsSomeoneElse({ app, environment, version });
    await until(() => expect(wantedIn(app, environment)).toBe(version));
    await nothingStale();
    await practice.control.clusterUp({ environment });
    await until(() => expect(runs(app, environment)).toEqual({ version, stage: 'running' }));
    await nothingStale();
  });

  it('through windows that close and open, and pods that are changed past Git', async () => {
    const app = 'collections';
    const environment = 'production';
    const version = wantedIn(app, environment);
    await practice.control.setSyncWindows({
      environment,
      windows: [{ kind: 'deny', schedule: '* * * * *', duration: '24h' }],
    });
    await until(() => expect(cell(app, environment).syncWindow).not.toBeNull());
    await practice.control.setSyncWindows({ environment, windows: [] });
    await until(() => expect(cell(app, environment).syncWindow).toBeNull());
    await practice.control.stopArgoCd({ environment, on: true });
    const other = `v${Number(version.slice(1)) - 1}`;
    await practice.control.setImage({ app, environment, version: other });
    await until(() => expect(runs(app, environment)).toEqual({ version: other, stage: 'drifted' }));
    await nothingStale();
    await practice.control.stopArgoCd({ environment, on: false });
    await until(() => expect(runs(app, environment)).toEqual({ version, stage: 'running' }));
    await nothingStale();
  });

  it('through tests of a bag that fail, and the lock that they leave', async () => {
    const environment = 'notify-preview';
    const pipeline = 'notify';
    // Its apps are waited for side by side, all on the operation's signal.
    const warnings: string[] = [];
    const warn = ({ message }: Error): unknown => warnings.push(message);
    process.on('warning', warn);
    const { lastBag, stages } = rig.engine.bags.pipeline(pipeline);
    const intent: BagIntent = {
      kind: 'deploy-bag',
      pipeline,
      environment,
      bag: lastBag ?? 0,
      cause: 'manual',
      byRule: true,
      running: stages.find((one) => one.environment === environment)?.running?.bag ?? null,
      leaveRunning: [],
      override: ['failed-before', 'same', 'older'],
      reason: 'rehearsal',
    };
    await practice.control.breakSuite({ environment, suite: 'functional-tests', outcome: 'fail' });
    const { findings } = await rig.engine.bags.preview(intent);
    const { operationId } = unwrap(rig.engine.start(intent, findings));
    const lock = () => rig.engine.board().environments.find(({ name }) => name === environment)?.lock;
    await until(() => expect(lock()).toMatchObject({ operation: operationId, mine: true }));
    // Its end is heard of although nothing else changes.
    hears = false;
    expect(await ended(rig.engine, operationId)).toMatchObject({ state: 'failed' });
    // Nobody waits for its end any more: it can be unlocked by force.
    expect(lock()).toMatchObject({ operation: operationId, mine: false });
    process.off('warning', warn);
    expect(warnings.filter((message) => message.includes('listeners'))).toEqual([]);
    hears = true;
    hearAll();
    await until(() => expect(differences()).toEqual([]));
  });

  it('and tells which cells changed since a revision, and none that say the same', async () => {
    const app = 'signon';
    const environment = 'staging';
    const before = rig.engine.board();
    const version = `v${Number(wantedIn(app, environment).slice(1)) - 1}`;
    await practice.control.deployAsSomeoneElse({ app, environment, version });
    await until(() => expect(runs(app, environment)).toEqual({ version, stage: 'running' }));
    const { revision, cells } = rig.engine.changedCells(before.revision);
    const now = rig.engine.board();
    expect(now.revision).toBe(revision);
    expect(revision).toBeGreaterThan(before.revision);
    const placeOf = (one: Cell): string => `${one.app} ${one.environment}`;
    const changed = new Map(cells.map((one) => [placeOf(one), one]));
    expect(changed.has(`${app} ${environment}`)).toBe(true);
    const known = new Map(before.cells.map((one) => [placeOf(one), one]));
    for (const one of cells) expect(one).not.toEqual(known.get(placeOf(one)));
    expect(before.cells.map((one) => changed.get(placeOf(one)) ?? one)).toEqual(now.cells);
    expect(rig.engine.changedCells(revision).cells).toEqual([]);
    // From any board of before, also one of many changes ago.
    for (const one of boards) {
      const since = new Map(rig.engine.changedCells(one.revision).cells.map((next) => [placeOf(next), next]));
      expect(one.cells.map((next) => since.get(placeOf(next)) ?? next)).toEqual(now.cells);
    }
    // A window that has a board of another opening, or none, gets all of them.
    expect(rig.engine.changedCells(null).cells).toEqual(now.cells);
    expect(rig.engine.changedCells(revision + 1_000_000).cells).toEqual(now.cells);
  });

  it('and is found out where it hears of no change', async () => {
    hears = false;
    await practice.control.publishRelease({ app: 'signon' });
    await until(() => expect([...stale].some((one) => one.startsWith('signon integration'))).toBe(true));
  });
});
