import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseTrailers } from '../../../shared/domain/ledger/trailers';
import type { BagIntent } from '../../../shared/domain/operation/intent';
import type { Operation } from '../../../shared/domain/operation/operation';
import { type PracticeProcess, startPracticeProcess } from '../../testing/practice-process';
import { until } from '../../testing/until';
import { killedConsole } from '../testing/killed-console';
import { type EstateAccess, ended, openRig, type Rig, unwrap } from '../testing/rig';

const seconds = 1_000;
const pipeline = 'notify';
const environment = 'notify-preview';
const limits = { settle: 100, look: 60 * seconds };
let folder: string;
let practice: PracticeProcess;
let access: EstateAccess;
let observer: Rig;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-bags-acts-'));
  practice = await startPracticeProcess(['--dir', path.join(folder, 'estate'), '--speed', '120']);
  access = {
    estateFile: practice.ready.estateFile,
    ledgerPassword: practice.credentials.ledger.password,
    githubToken: practice.credentials.github.token,
  };
  observer = await openRig(access, path.join(folder, 'observer'), { watch: [environment], limits });
  await observer.engine.recover();
  await until(() => expect(stage().cluster.state).toBe('live'));
});

afterAll(async () => {
  await observer?.close();
  await practice?.stop();
  await rm(folder, { recursive: true, force: true });
});

function stage() {
  const found = observer.engine.bags.pipeline(pipeline).stages.find((one) => one.environment === environment);
  if (!found) throw new Error(`no stage ${environment}`);
  return found;
}
const lastBag = (): number => observer.engine.bags.pipeline(pipeline).lastBag ?? 0;

/** What is done by the console that looks on. */
async function action(intent: BagIntent): Promise<Operation> {
  const seen = await observer.engine.bags.preview(intent);
  const { operationId } = unwrap(observer.engine.start(intent, seen.findings));
  return ended(observer.engine, operationId, 110 * seconds);
}

/**
 * Kills a console at a record of its journal while it does what is asked, and starts it again.
 * @returns its operation at the end, with the kinds of its commits: each once at most, whatever was done again.
 */
async function killedAt(at: string, intent: BagIntent): Promise<Operation & { kinds: string[] }> {
  const own = await mkdtemp(path.join(folder, 'console-'));
  const order = { access, folder: own, watch: [environment], intent };
  expect(await killedConsole(order, at)).toBe(`${at} SIGKILL`);
  const rig = await openRig(access, own, { watch: [environment], limits });
  try {
    await rig.engine.recover();
    const [operation] = rig.engine.list({ limit: 10 });
    if (!operation) throw new Error(`${at}: the operation is lost`);
    const over = await ended(rig.engine, operation.id, 110 * seconds);
    unwrap(await observer.ledger.refresh());
    const log = unwrap(await observer.ledger.log([], 2_000));
    const kinds = log.flatMap(({ message }) => {
      const trailers = parseTrailers(message);
      return trailers?.operation === over.id ? [trailers.kind] : [];
    });
    expect(kinds).toEqual([...new Set(kinds)]);
    return { ...over, kinds };
  } finally {
    await rig.close();
  }
}

const onTheWay = 'after:side-effect-intended';
const landed = 'before:side-effect-result';

async function packing(): Promise<BagIntent> {
  await practice.control.publishRelease({ app: 'notify-api' });
  const { contents, last } = await observer.engine.bags.packPreview(pipeline, 'published');
  return { kind: 'pack-bag', pipeline, environment, source: 'published', contents, last, force: true };
}
const deploying = (): BagIntent => ({
  kind: 'deploy-bag',
  pipeline,
  environment,
  bag: lastBag(),
  cause: 'manual',
  byRule: true,
  running: stage().running?.bag ?? null,
  leaveRunning: [],
  override: ['failed-before', 'same', 'older', 'never-here'],
  reason: 'rehearsal',
});
const unlocking = (): BagIntent => {
  const token = stage().lock?.token ?? 0;
  return { kind: 'force-unlock', pipeline, environment, token, reason: 'rehearsal', override: [] };
};

describe('a console that is killed at an action on bags', { timeout: 150 * seconds }, () => {
  it.each([onTheWay, landed])('packs one bag, %s the commit', async (when) => {
    const before = lastBag();
    const packed = await killedAt(`${when}/commit/commit`, await packing());
    expect(packed).toMatchObject({ state: 'succeeded', kinds: ['pack-bag'] });
    expect(lastBag()).toBe(before + 1);
    expect(observer.engine.bags.get(pipeline, before + 1).packed?.operation).toBe(packed.id);
  });

  it.each([onTheWay, landed])('takes a lock by hand away once, %s the commit', async (when) => {
    const taken = await action({ kind: 'lock', pipeline, environment, reason: 'load test', until: null });
    expect(taken.failure).toBeNull();
    const freed = await killedAt(`${when}/commit/commit`, unlocking());
    expect(freed).toMatchObject({ state: 'succeeded', kinds: ['force-unlock'] });
    expect(stage().lock).toBeNull();
  });

  it.each([
    ['unpin', 'bag-unpin'],
    ['clear-bad', 'bag-clear-bad'],
  ] as const)('tells a change of policy that landed as done: %s', async (what, kind) => {
    const change = { environment, bag: lastBag() };
    const ask = (action: 'pin' | 'mark-bad' | 'unpin' | 'clear-bad'): BagIntent => ({
      kind: 'change-policy',
      pipeline,
      change: action === 'unpin' ? { action, environment } : { action, ...change },
      reason: 'rehearsal',
    });
    expect((await action(ask(what === 'unpin' ? 'pin' : 'mark-bad'))).failure).toBeNull();
    const undone = await killedAt(`${landed}/commit/commit`, ask(what));
    expect(undone).toMatchObject({ state: 'succeeded', failure: null, kinds: [kind] });
    expect(stage()).toMatchObject({ pin: null, bad: [] });
  });

  it('retries tests under one token, and gives a failed deployment up once', async () => {
    const suite = { environment, suite: 'functional-tests' } as const;
    await practice.control.breakSuite({ ...suite, outcome: 'fail' });
    expect((await action(deploying())).state).toBe('failed');
    const { bag = 0, operation } = stage().running ?? {};
    const retrying = (): BagIntent => {
      const token = stage().lock?.token ?? 0;
      return { kind: 'retry-tests', pipeline, environment, bag, token, suites: 'failed' };
    };
    for (const at of [`${onTheWay}/lock/lock`, `${landed}/lock/lock`, `${onTheWay}/test/job`]) {
      const token = stage().lock?.token ?? 0;
      const again = await killedAt(at, retrying());
      expect(again.state, JSON.stringify(again, null, 1)).toBe('failed');
      expect(again.failure?.message).toContain('functional-tests');
      // The lock went over to it, once, and is kept; the deployment is the same one.
      expect(stage().lock).toMatchObject({ operation: again.id, token: token + 1 });
      expect(stage().running).toMatchObject({ operation, state: 'test-failed' });
    }
    await practice.control.breakSuite({ ...suite, outcome: 'pass' });
    const freed = await killedAt(`${landed}/commit/commit`, unlocking());
    expect(freed).toMatchObject({ state: 'succeeded', kinds: ['force-unlock'] });
    expect(stage()).toMatchObject({ lock: null, running: { operation, state: 'abandoned' } });
  });

  it.each([
    { how: 'mark-bad', when: onTheWay },
    { how: 'pin', when: landed },
  ] as const)('rolls back in one piece, $when the $how', async ({ how, when }) => {
    const bad = stage().running?.bag ?? 0;
    const back = await killedAt(`${when}/policy/policy`, {
      ...deploying(),
      kind: 'roll-back-bag',
      bag: bad - 1,
      bad,
      how,
    } as BagIntent);
    expect(back.state, JSON.stringify(back, null, 1)).toBe('succeeded');
    expect(back.kinds.filter((kind) => kind === `bag-${how}`)).toHaveLength(1);
    expect(stage()).toMatchObject({
      lock: null,
      running: { operation: back.id, bag: bad - 1, state: 'done', cause: 'rollback' },
    });
    expect(how === 'pin' ? stage().pin?.bag : stage().bad.map(({ bag }) => bag)).toEqual(
      how === 'pin' ? bad - 1 : [bad],
    );
  });
});
