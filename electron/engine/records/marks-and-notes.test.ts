import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Intent } from '../../../shared/domain/operation/intent';
import { type PracticeProcess, startPracticeProcess } from '../../testing/practice-process';
import { until } from '../../testing/until';
import { ended, openRig, type Rig, unwrap } from '../testing/rig';

const second = 1_000;
let folder: string;
let practice: PracticeProcess;
let rig: Rig;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-marks-'));
  practice = await startPracticeProcess(['--dir', path.join(folder, 'estate'), '--speed', '60']);
  const access = {
    estateFile: practice.ready.estateFile,
    ledgerPassword: practice.credentials.ledger.password,
    githubToken: practice.credentials.github.token,
  };
  rig = await openRig(access, path.join(folder, 'console'), { limits: { look: 60 * second } });
  await rig.engine.recover();
  await until(() => {
    for (const { cluster } of rig.engine.board().environments) expect(cluster.state).toBe('live');
    expect(rig.engine.board().cells.every((one) => one.deployed !== null)).toBe(true);
  });
});

afterAll(async () => {
  await rig?.close();
  await practice?.stop();
  await rm(folder, { recursive: true, force: true });
});

const app = 'frontend';
const environment = 'staging';
const cell = () => rig.engine.cells([app]).find((one) => one.environment === environment);
const done = async (intent: Intent) =>
  ended(rig.engine, unwrap(rig.engine.start(intent, [])).operationId, 60 * second);
const bad = (version: string) => ({ kind: 'mark-version', app, version, reason: '500s on search' }) as const;

it('is no way back any more, and refused wherever it would go, but with a reason', async () => {
  const target = cell()?.rollbackTarget?.version ?? '';
  const expected = cell()?.ledger?.version ?? null;
  expect(target).not.toBe('');
  expect((await done(bad(target))).state).toBe('succeeded');
  await expect.poll(() => cell()?.rollbackTarget?.version).not.toBe(target);

  for (const place of ['integration', 'staging', 'production'])
    for (const kind of ['deploy', 'rollback'] as const) {
      const there = rig.engine.cells([app]).find((one) => one.environment === place)?.ledger?.version ?? null;
      const intent = { kind, app, environment: place, version: target, expected: there };
      const { findings } = unwrap(await rig.engine.preview(intent));
      expect(findings.find(({ code }) => code === 'bad')).toMatchObject({
        level: 'block',
        overridable: true,
        message: `${target} is marked bad. Ada Morrow marked ${app} ${target} bad: 500s on search.`,
      });
    }
  const wish = { kind: 'rollback', app, environment, version: target, expected } as const;
  const refused = await done(wish);
  expect(refused).toMatchObject({ state: 'failed', commit: null });
  expect(refused.failure?.message).toContain('is marked bad');

  // Said twice it is refused: the reason of the first stays.
  expect((await done({ ...bad(target), reason: 'again' })).failure?.code).toBe('conflict');
  expect(rig.engine.marks(app)).toMatchObject([{ version: target, mark: { reason: '500s on search' } }]);

  expect((await done({ kind: 'clear-mark', app, version: target })).state).toBe('succeeded');
  await expect.poll(() => cell()?.rollbackTarget?.version).toBe(target);
  expect(rig.engine.marks(app)).toEqual([]);
});

it('is refused where it was marked after the person looked', async () => {
  const expected = cell()?.ledger?.version ?? '';
  const version = `v${Number(expected.slice(1)) - 1}`;
  const wish = { kind: 'deploy', app, environment, version, expected, reason: 'x' } as const;
  const { findings } = unwrap(await rig.engine.preview(wish));
  const override = [...new Set(findings.map(({ code }) => code))];
  expect(override).not.toContain('bad');
  expect((await done(bad(version))).state).toBe('succeeded');
  const start = unwrap(rig.engine.start({ ...wish, override }, findings));
  const end = await ended(rig.engine, start.operationId, 60 * second);
  expect(end).toMatchObject({ state: 'failed', commit: null, failure: { code: 'conflict' } });
  await done({ kind: 'clear-mark', app, version });
});

it('shows notes where one deploys, the app’s own first, and changes none that somebody else changed', async () => {
  const version = `v${Number((cell()?.ledger?.version ?? '').slice(1)) - 1}`;
  const said = async () => {
    const expected = cell()?.ledger?.version ?? null;
    const { findings } = unwrap(
      await rig.engine.preview({ kind: 'deploy', app, environment, version, expected }),
    );
    return findings.filter(({ code }) => code === 'note').map(({ level, message }) => `${level} ${message}`);
  };
  expect(await said()).toEqual([]);
  await done({ kind: 'write-note', app: null, text: 'Search is reindexed on Mondays.', seen: null });
  await done({ kind: 'write-note', app, text: 'Warm the cache <b>first</b>.', seen: null });
  await done({ kind: 'write-note', app: 'router', text: 'Of another app.', seen: null });
  expect(await said()).toEqual(['info Warm the cache <b>first</b>.', 'info Search is reindexed on Mondays.']);

  const [first] = rig.engine.notes(app).notes;
  const seen = { note: first?.note ?? '', before: first?.text ?? '' };
  expect((await done({ kind: 'write-note', app, text: 'Warm it twice.', seen })).state).toBe('succeeded');
  const stale = await done({ kind: 'write-note', app, text: 'Mine.', seen });
  expect(stale.failure?.message).toContain('changed this note after you opened it');
  expect(rig.engine.notes(app).notes[0]).toMatchObject({
    text: 'Warm it twice.',
    edited: { by: 'Ada Morrow' },
  });
  await done({ kind: 'remove-note', app, seen: { ...seen, before: 'Warm it twice.' } });
  expect(await said()).toEqual(['info Search is reindexed on Mondays.']);
});

it('keeps a reason that is added to a deployment later, with author and time, and shows it nowhere else', async () => {
  const commit = cell()?.deployed?.commit ?? '';
  const before = rig.engine.notes(app).notes.length;
  const text = 'The fix for the search box could not wait.';
  const end = await done({ kind: 'write-note', app, about: { environment, commit }, text, seen: null });
  expect(end).toMatchObject({ state: 'succeeded' });
  expect(end.commit).not.toBe(commit);
  expect(rig.engine.reasons(commit)).toMatchObject([{ text, by: 'Ada Morrow', about: { commit } }]);
  expect(rig.engine.reasons('f'.repeat(40))).toEqual([]);
  // It is no note on what is to be deployed next.
  expect(rig.engine.notes(app).notes).toHaveLength(before);
});
