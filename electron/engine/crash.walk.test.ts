import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import PQueue from 'p-queue';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { environmentBefore } from '../../shared/domain/estate/chain';
import { parseTrailers } from '../../shared/domain/ledger/trailers';
import type { AppIntent } from '../../shared/domain/operation/intent';
import type { Operation } from '../../shared/domain/operation/operation';
import { type PracticeProcess, startPracticeProcess } from '../testing/practice-process';
import { programArguments } from '../testing/programs';
import { type EstateAccess, ended, openRig, type Rig, unwrap } from './testing/rig';

const seconds = 1_000;
let folder: string;
let practice: PracticeProcess;
let access: EstateAccess;
let observer: Rig;
/** Cells that no console works on right now: each has one of its own. */
let cells: { app: string; environment: string }[];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-crash-'));
  practice = await startPracticeProcess(['--dir', path.join(folder, 'estate'), '--speed', '60']);
  access = {
    estateFile: practice.ready.estateFile,
    ledgerPassword: practice.credentials.ledger.password,
    githubToken: practice.credentials.github.token,
  };
  observer = await openRig(access, path.join(folder, 'observer'), { watch: [] });
  // The environments of the other pipeline have other apps.
  const board = observer.engine.board();
  cells = ['production', 'staging'].flatMap((environment) =>
    board.cells.filter((cell) => cell.environment === environment).map(({ app }) => ({ app, environment })),
  );
});

afterAll(async () => {
  await observer?.close();
  await practice?.stop();
  await rm(folder, { recursive: true, force: true });
});

const child = (args: readonly string[], crashAt: string | null) =>
  execa(process.execPath, [...programArguments('crash-child'), ...args], {
    env: crashAt === null ? {} : { SIGNALBOX_CRASH_AT: crashAt },
    reject: false,
    timeout: 200 * seconds,
  });

/** A rollback on a cell of its own, by one release, everything overridden that it might warn of. */
async function rollback(): Promise<{
  intent: Extract<AppIntent, { kind: 'rollback' }>;
  console: string;
  watch: string[];
}> {
  const cell = cells.shift();
  if (!cell) throw new Error('more consoles than cells');
  const { tags } = await practice.control.status();
  const expected = tags[cell.environment]?.[cell.app]?.imageTag ?? '';
  const before = environmentBefore(observer.estate, cell.environment);
  return {
    intent: {
      kind: 'rollback',
      ...cell,
      version: `v${Number(expected.slice(1)) - 1}`,
      expected,
      reason: 'rehearsal',
      override: ['migration', 'migrations-unknown', 'never-healthy-here'],
    },
    console: await mkdtemp(path.join(folder, `${cell.app}-${cell.environment}-`)),
    watch: [cell.environment, ...(before === null ? [] : [before])],
  };
}

/** Operations by the commits of main that carry their trailer. */
async function commitsOf(operationId: string): Promise<string[]> {
  unwrap(await observer.ledger.refresh());
  const log = unwrap(await observer.ledger.log([], 1_000));
  return log.filter((one) => parseTrailers(one.message)?.operation === operationId).map((one) => one.commit);
}

/** Kills a console at a record of its journal, starts it again, and gives what became of its operation. */
async function killAndRestart(crashAt: string): Promise<Operation> {
  const { intent, console, watch } = await rollback();
  const run = await child([JSON.stringify({ access, folder: console, watch, intent })], crashAt);
  expect(`${crashAt} ${run.signal ?? `exit ${run.exitCode}: ${run.stderr}`}`).toBe(`${crashAt} SIGKILL`);
  const rig = await openRig(access, console, { watch, limits: { settle: 100, look: 60 * seconds } });
  try {
    await rig.engine.recover();
    const [operation] = rig.engine.list({ limit: 10 });
    if (!operation) throw new Error(`${crashAt}: the operation is lost`);
    const end = await ended(rig.engine, operation.id);
    const commits = await commitsOf(end.id);
    expect(commits.length, `${crashAt}: commits`).toBeLessThanOrEqual(1);
    expect(end.commit, crashAt).toBe(commits[0] ?? null);
    const there = (await practice.control.status()).tags[intent.environment]?.[intent.app]?.imageTag;
    expect(there, crashAt).toBe(commits.length === 1 ? intent.version : intent.expected);
    return end;
  } finally {
    await rig.close();
    cells.push({ app: intent.app, environment: intent.environment });
  }
}

/**
 * The end of a step lies at the same place as the beginning of the next one, and of the requests that may be made twice
 * one stands for all: every step is died in, and the commit at every record. `SIGNALBOX_KILLS=all` kills at all others.
 */
const isTelling = (kill: string): boolean =>
  /^after:(requested|step-started\/|side-effect-intended\/nudge\/)/.test(kill) ||
  /\/commit\/commit$/.test(kill);

describe('a console that is killed', { timeout: 1_200 * seconds }, () => {
  it('finishes or says that it does not know, and never deploys twice, whatever record it dies at', async () => {
    const first = await rollback();
    const whole = await child(
      [JSON.stringify({ access, folder: first.console, watch: first.watch, intent: first.intent })],
      null,
    );
    expect(whole.exitCode, whole.stderr).toBe(0);
    const names = [...new Set(whole.stdout.split('\n'))].filter(
      (name) => name !== '' && !name.startsWith('finished'),
    );
    expect(names).toContain('side-effect-intended/commit/commit');
    // Between an intent and its result lies the side effect: there the kill comes before it and after it.
    const all = names.flatMap((name) =>
      name.startsWith('side-effect-result') ? [`before:${name}`, `after:${name}`] : [`after:${name}`],
    );
    const { SIGNALBOX_KILLS: asked } = process.env;
    const kills = all.filter((one) =>
      asked ? asked === 'all' || asked.split(',').includes(one) : isTelling(one),
    );
    expect(kills).not.toEqual([]);
    const ends = new Map<string, string>();
    const queue = new PQueue({ concurrency: 2 });
    await queue.addAll(
      kills.map((crashAt) => async () => {
        const end = await killAndRestart(crashAt);
        if (process.env.SIGNALBOX_TEST_TALK)
          process.stderr.write(`${crashAt}: ${end.state} ${end.failure?.message ?? ''}\n`);
        ends.set(crashAt, `${end.state} ${end.failure?.message ?? ''}`.trim());
      }),
    );
    expect(Object.fromEntries(ends)).toEqual(
      Object.fromEntries(kills.map((crashAt) => [crashAt, 'succeeded'])),
    );
  });
});
