import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { frozenItems } from '../../../shared/domain/attention/frozen-items';
import type { FreezeIntent } from '../../../shared/domain/operation/intent';
import { commitFiles } from '../../ledger/testing/release-repo';
import { type PracticeProcess, startPracticeProcess } from '../../testing/practice-process';
import { until } from '../../testing/until';
import { accessTo, ended, openRig, type Rig, unwrap } from '../testing/rig';

/** A file of the release repo that nobody but a person can put right, in a scope that is frozen and lifted. */
let folder: string;
let practice: PracticeProcess;
let rig: Rig;
let now = 0;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-stuck-freeze-'));
  practice = await startPracticeProcess(['--dir', path.join(folder, 'estate'), '--speed', '60']);
  rig = await openRig(accessTo(practice), path.join(folder, 'console'), {
    limits: { stagger: 0, look: 60_000 },
    watch: [],
    // Hours pass in the test: what is tried each hour would be tried.
    now: () => new Date(Date.now() + now),
  });
  await rig.engine.recover();
});
afterAll(async () => {
  await rig?.close();
  await practice?.stop();
  await rm(folder, { recursive: true, force: true });
});

const file = 'charts/app-config/image-tags/staging/frontend';
const commit = (text: string) =>
  commitFiles(path.join(folder, 'estate', 'repos', 'alphagov', 'govuk-helm-charts.git'), { [file]: text });
const scope = { app: 'frontend', environment: 'production', pipeline: null };
const flagOf = (): string | undefined =>
  /automatic_deploys_enabled: *(\w+)/.exec(rig.ledger.snapshot().file(file)?.text ?? '')?.[1];
const start = async (intent: FreezeIntent): Promise<string> => {
  const { operationId } = unwrap(rig.engine.start(intent, []));
  expect((await ended(rig.engine, operationId)).failure).toBeNull();
  return operationId;
};
/** Consoles look once more, an hour later each time. */
async function hoursPass(): Promise<void> {
  for (let hour = 0; hour < 3; hour++) {
    now += 3_600_000;
    unwrap(await rig.ledger.refresh());
    await commit(`${rig.ledger.snapshot().file(file)?.text ?? ''}# ${hour}\n`);
    unwrap(await rig.ledger.refresh());
    await rig.engine.idle();
  }
}
const operations = () =>
  rig.engine
    .list({ limit: 50 })
    .filter(({ intent }) => intent.kind === 'begin-freeze' || intent.kind === 'thaw');

it('is told once as something to put right, begins no operation after another, and its flag comes back once it can', async () => {
  const whole = rig.ledger.snapshot().file(file)?.text ?? '';
  const before = flagOf();
  await commit('image_tag: [\n');
  unwrap(await rig.ledger.refresh());
  const id = await start({
    kind: 'freeze',
    scope,
    from: null,
    until: null,
    automatic: true,
    manual: 'warn',
    reason: 'Budget day',
  });
  await hoursPass();
  expect(operations()).toEqual([]);
  expect(frozenItems(rig.engine.freezes.list(), Date.now())).toEqual([
    expect.objectContaining({
      subject: 'Freeze of frontend in production',
      reason: 'Needs you',
      cause: expect.stringMatching(
        /^Automatic deploys of frontend can’t be switched off: .*staging\/frontend.* Correct the file/,
      ),
    }),
  ]);
  // Put right, it is frozen without anybody's asking.
  await commit(whole);
  await until(() => expect(flagOf()).toBe('false'));
  expect(frozenItems(rig.engine.freezes.list(), Date.now())).toEqual([]);

  // Broken again, the freeze can be lifted; what can't be given back is not forgotten.
  const frozen = rig.ledger.snapshot().file(file)?.text ?? '';
  await rig.engine.idle();
  await commit(`${frozen}image_tag: [\n`);
  unwrap(await rig.ledger.refresh());
  await start({ kind: 'thaw', freeze: id, scope, ended: false });
  expect(rig.engine.freezes.list().freezes).toMatchObject([{ phase: 'ended', effect: { state: 'unknown' } }]);
  const done = operations().length;
  await hoursPass();
  expect(operations()).toHaveLength(done);
  expect(frozenItems(rig.engine.freezes.list(), Date.now())[0]?.cause).toMatch(
    /can’t be switched on again: .* Correct the file/,
  );
  await commit(frozen);
  await until(() => {
    expect(flagOf()).toBe(before);
    expect(rig.engine.freezes.list().freezes).toEqual([]);
  });
});

it('is refused where it ends before it begins, also when its end is moved', async () => {
  const at = (hours: number) => new Date(Date.now() + now + hours * 3_600_000).toISOString();
  const asked: FreezeIntent = {
    ...{ kind: 'freeze', scope, automatic: true, manual: 'warn', reason: 'x' },
    ...{ from: at(2), until: at(1) },
  };
  const refused = async (intent: FreezeIntent) =>
    (await ended(rig.engine, unwrap(rig.engine.start(intent, [])).operationId)).failure?.message;
  expect(await refused(asked)).toBe('It ends before it begins.');
  const id = await start({ ...asked, until: at(3) });
  const seen = rig.engine.freezes.list().freezes[0]?.until ?? null;
  const change = { kind: 'change-freeze', freeze: id, scope, seen, manual: 'warn' } as const;
  expect(await refused({ ...change, until: at(1) })).toBe('It would end before it begins.');
});
