import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BagIntent, FreezeIntent, Intent } from '../../../shared/domain/operation/intent';
import { type PracticeProcess, startPracticeProcess } from '../../testing/practice-process';
import { until } from '../../testing/until';
import { accessTo, ended, openRig, type Rig, unwrap } from '../testing/rig';

const pipeline = 'notify';
const preview = 'notify-preview';
let folder: string;
let practice: PracticeProcess;
let rig: Rig;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-freeze-bags-'));
  practice = await startPracticeProcess(['--dir', path.join(folder, 'estate'), '--speed', '60']);
  rig = await openRig(accessTo(practice), path.join(folder, 'console'), {
    limits: { settle: 200, look: 60_000, stagger: 0 },
    watch: [preview, 'staging', 'production'],
    autopilot: true,
  });
});
afterAll(async () => {
  await rig?.close();
  await practice?.stop();
  await rm(folder, { recursive: true, force: true });
});

const done = async (intent: Intent): Promise<string> => {
  const { operationId } = unwrap(rig.engine.start(intent, []));
  expect((await ended(rig.engine, operationId)).failure).toBeNull();
  return operationId;
};
const view = () => rig.engine.bags.pipeline(pipeline);
const stage = () => {
  const found = view().stages.find(({ environment }) => environment === preview);
  if (!found) throw new Error(preview);
  return found;
};
const scope = { app: null, environment: preview, pipeline: null };

it('keeps the autopilot of bags out, asks for a reason by hand, and lets it go on once it is lifted', async () => {
  const freeze: FreezeIntent = {
    ...{ kind: 'freeze', scope, from: null, until: null, automatic: true, manual: 'warn' },
    reason: 'Rehearsal of the election',
  };
  const id = await done(freeze);
  await rig.engine.recover();
  await until(() => expect(stage().cluster.state).toBe('live'));
  const before = stage().running?.bag ?? null;
  await practice.control.publishRelease({ app: 'notify-api' });
  const { contents, last, bag } = await until(async () => {
    const found = await rig.engine.bags.packPreview(pipeline, 'published');
    expect(found.differs).toBe(true);
    return found;
  });
  const pack = { kind: 'pack-bag', pipeline, environment: preview, source: 'published' } as const;
  await done({ ...pack, contents, last, force: false });
  await until(() =>
    expect(
      view().decisions.filter((one) => one.about === 'deploy' && one.environment === preview),
    ).toContainEqual(
      expect.objectContaining({
        outcome: 'waiting',
        bag,
        why: expect.stringMatching(/frozen by Ada Morrow.*Rehearsal of the election/i),
      }),
    ),
  );
  expect(stage().running?.bag ?? null).toBe(before);

  // By hand it warns, or blocks, and a reason overrides both; the freeze of one service is one of the whole bag.
  const deploy: BagIntent = {
    ...{ kind: 'deploy-bag', pipeline, environment: preview, bag, cause: 'manual', byRule: true },
    ...{ running: before, leaveRunning: [], override: [], reason: 'x' },
  };
  const frozen = async () =>
    (await rig.engine.bags.preview(deploy)).findings.filter(({ code }) => code === 'freeze');
  expect(await frozen()).toMatchObject([{ level: 'warn', overridable: true }]);
  await done({ kind: 'change-freeze', freeze: id, scope, seen: null, until: null, manual: 'block' });
  expect(await frozen()).toMatchObject([{ level: 'block', overridable: true }]);
  const service = await done({ ...freeze, scope: { ...scope, environment: null, app: 'notify-api' } });
  expect(await frozen()).toHaveLength(2);
  const thaw = { kind: 'thaw', ended: false } as const;
  await done({ ...thaw, freeze: service, scope: { ...scope, environment: null, app: 'notify-api' } });
  expect(stage().running?.bag ?? null).toBe(before);

  await done({ ...thaw, freeze: id, scope });
  await until(() => expect(stage().running?.bag).toBe(bag));
});

it('comes with a lock that stops automatic deploys, and goes with it; a lock alone stops none', async () => {
  const apps = rig.estate.pipelines.find(({ kind }) => kind === 'apps')?.name ?? '';
  const place = { pipeline: apps, environment: 'production' };
  const flags = () =>
    rig.ledger
      .snapshot()
      .list('charts/app-config/image-tags/staging/')
      .map(
        (file) => /automatic_deploys_enabled: *(\w+)/.exec(rig.ledger.snapshot().file(file)?.text ?? '')?.[1],
      );
  const before = flags();
  const token = (): number => {
    const file = rig.ledger.snapshot().file(`.signalbox/locks/${apps}/production.yaml`);
    return Number(/^token: *(\d+)/m.exec(file?.text ?? '')?.[1]);
  };
  const lock = { kind: 'lock', ...place, reason: 'Load test', until: null } as const;
  await done(lock);
  expect(flags()).toEqual(before);
  expect(rig.engine.freezes.list().freezes).toEqual([]);
  await done({ kind: 'unlock', ...place, token: token() });

  await done({ ...lock, stopAutomatic: true });
  expect(new Set(flags())).toEqual(new Set(['false']));
  expect(rig.engine.freezes.list().freezes).toMatchObject([
    { what: `production of the pipeline ${apps}`, effect: { state: 'effective' }, reason: 'Load test' },
  ]);
  await done({ kind: 'unlock', ...place, token: token() });
  expect(flags()).toEqual(before);
  expect(rig.engine.freezes.list().freezes).toEqual([]);
});
