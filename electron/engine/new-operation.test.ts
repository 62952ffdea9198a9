import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { parseTrailers } from '../../shared/domain/ledger/trailers';
import { type AppIntent, appIntentSchema, titleOf } from '../../shared/domain/operation/intent';
import { type PracticeProcess, startPracticeProcess } from '../testing/practice-process';
import { until } from '../testing/until';
import { type Journal, openJournal } from './journal';
import { recordName } from './testing/record-name';
import { ended, openRig, operationWhen, type Rig, unwrap } from './testing/rig';

// The registry with one line more; nothing of it is replaced.
vi.mock(import('../../shared/domain/operation/registry'), async (original) => ({
  ...(await original()),
  ...(await import('../../shared/domain/operation/testing/rehearsal')),
}));

let folder: string;
let practice: PracticeProcess;
const environment = 'production';
const limits = { settle: 200 };

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-new-operation-'));
  practice = await startPracticeProcess(['--dir', path.join(folder, 'estate'), '--speed', '60']);
});

afterAll(async () => {
  await practice?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function open(name: string, journal?: (file: string, now: () => Date) => Journal): Promise<Rig> {
  const rig = await openRig(
    {
      estateFile: practice.ready.estateFile,
      ledgerPassword: practice.credentials.ledger.password,
      githubToken: practice.credentials.github.token,
    },
    path.join(folder, name),
    { watch: ['staging', environment], limits, ...(journal ? { openJournal: journal } : {}) },
  );
  await rig.engine.recover();
  await until(() => {
    for (const { cluster, name: one } of rig.engine.board().environments)
      if (one === environment || one === 'staging') expect(cluster.state).toBe('live');
  });
  return rig;
}

/** What is asked: back to the release before. */
function asking(rig: Rig, app: string): AppIntent {
  const cell = rig.engine.board().cells.find((one) => one.app === app && one.environment === environment);
  const expected = cell?.ledger?.version ?? '';
  return appIntentSchema.parse({
    kind: 'rehearsal',
    app,
    environment,
    version: `v${Number(expected.slice(1)) - 1}`,
    expected,
    reason: 'rehearsal',
    override: ['behind-running', 'migration', 'migrations-unknown', 'not-tested-before', 'hold'],
  });
}

async function start(rig: Rig, intent: AppIntent): Promise<string> {
  const { findings } = unwrap(await rig.engine.preview(intent));
  return unwrap(rig.engine.start(intent, findings)).operationId;
}

async function commitsOf(rig: Rig, id: string): Promise<(string | undefined)[]> {
  unwrap(await rig.ledger.refresh());
  const log = unwrap(await rig.ledger.log([], 1_000));
  return log.flatMap(({ message }) => {
    const trailers = parseTrailers(message);
    return trailers?.operation === id ? [trailers.kind] : [];
  });
}

it('runs by what it declares, and cannot be cancelled from its point of no return on', async () => {
  const rig = await open('whole');
  try {
    const intent = asking(rig, 'router');
    const id = await start(rig, intent);
    const landed = await operationWhen(rig.engine, id, ({ commit }) => commit !== null);
    expect(landed.cancel).toEqual({
      allowed: false,
      because: 'The rehearsal has begun: it is played to its end.',
    });
    const end = await ended(rig.engine, id);
    expect(end.failure).toBeNull();
    expect(end.steps.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'preflight succeeded',
      'commit succeeded',
      'stop-promotions succeeded',
      'nudge succeeded',
      'rollout succeeded',
    ]);
    expect(titleOf(end.intent)).toMatch(/^Rehearse router v\d+ in production$/);
    expect(rig.engine.list({ app: 'router', environment, limit: 10 }).map((one) => one.id)).toEqual([id]);
    expect(await commitsOf(rig, id)).toEqual(['deploy']);
  } finally {
    await rig.close();
  }
});

it.each([
  ['static', 'before:side-effect-result/commit/commit'],
  ['publishing-api', 'after:step-started/nudge'],
])('is carried on after a crash: %s, %s', async (app, at) => {
  const [when, where] = at.split(/:(.*)/s);
  let isDead = false;
  /** A journal that takes nothing any more from a record on: whoever must write before it acts does nothing then. */
  const dying = (file: string, now: () => Date): Journal => {
    const journal = openJournal(file, now);
    return {
      ...journal,
      append: (id, event, durable) => {
        const isHere = recordName(event) === where;
        if (isHere && when === 'after' && !isDead) journal.append(id, event, durable);
        if (isHere) isDead = true;
        if (isDead) throw new Error('dead');
        journal.append(id, event, durable);
      },
    };
  };
  const first = await open(app, dying);
  const intent = asking(first, app);
  const id = await start(first, intent);
  await ended(first.engine, id);
  await first.close();
  expect(isDead).toBe(true);

  const second = await open(app);
  try {
    const end = await ended(second.engine, id);
    expect(end).toMatchObject({ state: 'succeeded', failure: null, intent });
    expect(await commitsOf(second, id)).toEqual(['deploy']);
    const { tags } = await practice.control.status();
    expect(tags[environment]?.[app]?.imageTag).toBe('version' in intent ? intent.version : '');
  } finally {
    await second.close();
  }
});
