import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Announcement } from '../../../shared/domain/announcement/announcement';
import type { FreezeIntent } from '../../../shared/domain/operation/intent';
import { type PracticeProcess, startPracticeProcess } from '../../testing/practice-process';
import { until } from '../../testing/until';
import { accessTo, ended, openRig, type Rig, unwrap } from '../testing/rig';

/** Two freezes that end in the same second, in which no console runs: the next ones lift each once. */
let folder: string;
let practice: PracticeProcess;
const told: Announcement[] = [];
const rigs: Rig[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-late-freezes-'));
  practice = await startPracticeProcess(['--dir', path.join(folder, 'estate'), '--speed', '60']);
});
afterAll(async () => {
  for (const rig of rigs) await rig.close();
  await practice?.stop();
  await rm(folder, { recursive: true, force: true });
});

const open = async (name: string): Promise<Rig> =>
  openRig(accessTo(practice), path.join(folder, name), {
    name,
    watch: [],
    limits: { settle: 100, stagger: 0 },
    announce: (one) => told.push(one),
  });
const freezes = ({ ledger }: Rig) =>
  ledger
    .snapshot()
    .list('.signalbox/freezes/')
    .filter((one) => one.split('/').length === 3);
async function flags(): Promise<Record<string, Record<string, boolean>>> {
  const { tags } = await practice.control.status();
  return Object.fromEntries(
    Object.entries(tags).map(([environment, apps]) => [
      environment,
      Object.fromEntries(Object.entries(apps).map(([app, one]) => [app, one.automaticDeploysEnabled])),
    ]),
  );
}

it('that end while no console runs are lifted by the next ones, each once, with every flag as it was', async () => {
  const before = await flags();
  const planner = await open('Ada Morrow');
  const end = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 12_000).toISOString();
  const ids: string[] = [];
  for (const app of [null, 'static']) {
    const freeze: FreezeIntent = {
      kind: 'freeze',
      scope: { app, environment: 'production', pipeline: null },
      from: null,
      until: end,
      automatic: true,
      manual: 'warn',
      reason: 'Budget day',
    };
    const { operationId } = unwrap(planner.engine.start(freeze, []));
    await until(() => {
      const commit = unwrap(planner.engine.get(operationId)).steps.find(({ name }) => name === 'commit');
      expect(commit?.state).toBe('succeeded');
    });
    ids.push(operationId);
  }
  expect(freezes(planner)).toHaveLength(2);
  expect(await flags()).not.toEqual(before);
  await planner.close();
  told.length = 0;
  await until(() => expect(Date.now()).toBeGreaterThan(Date.parse(end) + 1_000));

  rigs.push(...(await Promise.all(['Grace Okafor', 'Tom Baker', 'Kim Osei'].map(open))));
  // Until one of them is at it, it is told since when it is late.
  const [first] = rigs as [Rig];
  for (const { phase, until: ends } of first.engine.freezes.list().freezes)
    expect([phase, ends]).toEqual(['ended', end]);
  await Promise.all(rigs.map(({ engine }) => engine.recover()));
  await until(() => {
    for (const rig of rigs) expect(freezes(rig)).toEqual([]);
  });
  await until(() => {
    const thaws = rigs
      .flatMap(({ engine }) => engine.list({ limit: 50 }))
      .filter(({ intent }) => intent.kind === 'thaw');
    for (const id of ids) {
      const of = thaws.filter(({ intent }) => intent.kind === 'thaw' && intent.freeze === id);
      expect(of.filter(({ state }) => state === 'succeeded')).toHaveLength(1);
      expect(of.filter(({ state }) => state === 'running' || state === 'failed')).toEqual([]);
    }
  });
  expect(await flags()).toEqual(before);
  expect(told.map(({ id }) => id).sort()).toEqual(ids.map((id) => `freeze ${id} lifted`).sort());
  for (const rig of rigs) for (const { id } of rig.engine.list({ limit: 50 })) await ended(rig.engine, id);
});
