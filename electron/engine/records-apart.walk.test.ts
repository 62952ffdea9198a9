import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseTrailers } from '../../shared/domain/ledger/trailers';
import type { Intent } from '../../shared/domain/operation/intent';
import type { Operation } from '../../shared/domain/operation/operation';
import { type PracticeProcess, startPracticeProcess } from '../testing/practice-process';
import { until } from '../testing/until';
import { killedConsole } from './testing/killed-console';
import { type EstateAccess, ended, openRig, type Rig, unwrap } from './testing/rig';

const seconds = 1_000;
const pipeline = 'notify';
const preview = 'notify-preview';
const watch = ['production', 'staging', preview];
const limits = { settle: 100, look: 60 * seconds };
let folder: string;
let practice: PracticeProcess;
let access: EstateAccess;
let observer: Rig;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-apart-'));
  practice = await startPracticeProcess(['--dir', path.join(folder, 'estate'), '--speed', '60']);
  const text = await readFile(practice.ready.estateFile, 'utf8');
  const estateFile = path.join(path.dirname(practice.ready.estateFile), 'apart.yaml');
  await writeFile(estateFile, text.replace(/^(\s+)landing: .*$/m, '$&\n$1records: { branch: signalbox }'));
  access = {
    estateFile,
    ledgerPassword: practice.credentials.ledger.password,
    githubToken: practice.credentials.github.token,
  };
  observer = await openRig(access, path.join(folder, 'observer'), { watch, limits });
  const apart = observer.ledger.recordsApart;
  if (!apart) throw new Error(`records do not lie apart:\n${text}`);
  unwrap(await apart.setUp({ operationId: uuidv7(), what: 'set up' }));
  await observer.engine.recover();
  await until(() => expect(stage().cluster.state).toBe('live'));
});

afterAll(async () => {
  await observer?.close();
  await practice?.stop();
  await rm(folder, { recursive: true, force: true });
});

function stage() {
  const found = observer.engine.bags.pipeline(pipeline).stages.find((one) => one.environment === preview);
  if (!found) throw new Error(`no stage ${preview}`);
  return found;
}

/** Kinds of an operation's commits that tell of something done, by branch. */
async function kindsOf(id: string): Promise<{ tags: string[]; records: string[] }> {
  unwrap(await observer.ledger.refresh());
  const of = async (paths: string[]): Promise<string[]> =>
    unwrap(await observer.ledger.log(paths, 500)).flatMap(({ message }) => {
      const trailers = parseTrailers(message);
      return trailers?.operation === id ? [trailers.kind] : [];
    });
  return { tags: await of([]), records: await of(['.signalbox/']) };
}

/** Kills a console at a record of its journal, starts it again, and gives what became of its operation. */
async function killedAt(at: string, intent: Intent): Promise<Operation> {
  const own = await mkdtemp(path.join(folder, 'console-'));
  expect(await killedConsole({ access, folder: own, watch, intent }, at)).toBe(`${at} SIGKILL`);
  const rig = await openRig(access, own, { watch, limits });
  try {
    await rig.engine.recover();
    const [operation] = rig.engine.list({ limit: 10 });
    if (!operation) throw new Error(`${at}: the operation is lost`);
    const end = await ended(rig.engine, operation.id, 110 * seconds);
    const { tags, records } = await kindsOf(end.id);
    expect(tags, at).toEqual([...new Set(tags)]);
    expect(
      records.filter((kind) => !kind.endsWith('-begun')),
      at,
    ).toEqual([...new Set(records.filter((kind) => !kind.endsWith('-begun')))]);
    expect(observer.ledger.recordsApart?.pending(), at).toEqual([]);
    return end;
  } finally {
    await rig.close();
  }
}

/** Before the intent is pushed, between it and the image tags, and after both: the rest dies at pushes in the ledger's tests. */
const kills = (effect: string): string[] => [
  `after:side-effect-intended/${effect}#1`,
  `after:side-effect-intended/${effect}#2`,
  `before:side-effect-result/${effect}`,
];

describe('records apart: a console that is killed', { timeout: 300 * seconds }, () => {
  it.each(kills('commit/commit').map((at, index) => ({ at, index })))(
    'rolls back once, with its hold: $at',
    async ({ at, index }) => {
      const cells = observer.engine
        .board()
        .cells.filter((cell) => cell.environment === 'production')
        .map(({ app }) => app);
      const app = cells[index] ?? '';
      const { tags } = await practice.control.status();
      const expected = tags.production?.[app]?.imageTag ?? '';
      const version = `v${Number(expected.slice(1)) - 1}`;
      const end = await killedAt(at, {
        kind: 'rollback',
        app,
        environment: 'production',
        version,
        expected,
        reason: 'rehearsal',
        override: ['migration', 'migrations-unknown', 'never-healthy-here'],
      });
      expect(end.state, JSON.stringify(end.failure)).toBe('succeeded');
      const kinds = await kindsOf(end.id);
      expect(kinds.tags).toEqual(['rollback']);
      expect(kinds.records).toContain('rollback');
      const cell = observer.engine
        .board()
        .cells.find((one) => one.app === app && one.environment === 'production');
      expect(cell?.ledger?.version).toBe(version);
      const hold = observer.ledger.snapshot().file(`.signalbox/freezes/production/${app}.yaml`);
      expect(hold?.text).toContain(end.id);
      expect(hold?.text).not.toContain('automatic_deploys_enabled: false');
    },
  );

  it.each(kills('deploy/tags'))('sets the image tags of a bag once: %s', async (at) => {
    const before = await observer.engine.bags.packPreview(pipeline, 'published');
    await practice.control.publishRelease({ app: 'notify-api' });
    let { contents, last } = before;
    await until(async () => {
      ({ contents, last } = await observer.engine.bags.packPreview(pipeline, 'published'));
      expect(contents).not.toEqual(before.contents);
    });
    const pack: Intent = {
      kind: 'pack-bag',
      pipeline,
      environment: preview,
      source: 'published',
      contents,
      last,
      force: true,
    };
    const packed = unwrap(observer.engine.start(pack, []));
    expect((await ended(observer.engine, packed.operationId)).failure).toBeNull();
    const end = await killedAt(at, {
      kind: 'deploy-bag',
      pipeline,
      environment: preview,
      bag: observer.engine.bags.pipeline(pipeline).lastBag ?? 0,
      cause: 'manual',
      byRule: true,
      running: stage().running?.bag ?? null,
      leaveRunning: [],
      override: ['failed-before', 'same', 'older', 'never-here'],
      reason: 'rehearsal',
    });
    expect(end.state, JSON.stringify(end.failure)).toBe('succeeded');
    const { tags, records } = await kindsOf(end.id);
    expect(tags).toEqual(['bag']);
    expect(records.filter((kind) => kind === 'bag' || kind === 'bag-pass')).toHaveLength(2);
    expect(stage()).toMatchObject({ lock: null, running: { operation: end.id, state: 'done' } });
  });
});
