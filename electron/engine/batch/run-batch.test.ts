import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseTrailers } from '../../../shared/domain/ledger/trailers';
import type { Intent } from '../../../shared/domain/operation/intent';
import type { BatchItem } from '../../../shared/domain/operation/kinds/batch';
import type { Operation } from '../../../shared/domain/operation/operation';
import { type PracticeProcess, startPracticeProcess } from '../../testing/practice-process';
import { until } from '../../testing/until';
import { accessTo, ended, openRig, operationWhen, type Rig, unwrap } from '../testing/rig';

const environment = 'production';

let folder: string;
let practice: PracticeProcess;
/** Apps that no test has used. */
let apps: string[];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-batch-'));
  practice = await startPracticeProcess(['--dir', path.join(folder, 'estate'), '--speed', '60']);
  const { tags } = await practice.control.status();
  // The router is held already. Back by a release of search-api is what its repo has to be asked about.
  apps = Object.keys(tags[environment] ?? {})
    .filter((app) => app !== 'router' && app !== 'search-api')
    .sort();
});

afterAll(async () => {
  await practice?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function open(name: string, limits: { resume?: number } = {}): Promise<Rig> {
  const rig = await openRig(accessTo(practice), path.join(folder, name), {
    watch: ['staging', environment],
    limits: { settle: 100, look: 60_000, ...limits },
  });
  await until(() => {
    for (const { cluster, name: one } of rig.engine.board().environments)
      if (one === environment || one === 'staging') expect(cluster.state).toBe('live');
  });
  return rig;
}

/** Back by one release, as the person saw it; `stale`: somebody else has changed it since. */
async function itemOf(rig: Rig, app: string, stale = false): Promise<BatchItem> {
  const { tags } = await practice.control.status();
  const expected = tags[environment]?.[app]?.imageTag ?? '';
  const intent = {
    kind: 'rollback' as const,
    app,
    environment,
    version: `v${Number(expected.slice(1)) - 1}`,
    expected: stale ? 'v1' : expected,
    reason: 'rehearsal',
    override: ['migration', 'migrations-unknown', 'never-healthy-here', 'hold', 'not-tested-before'],
  };
  return { intent, seen: unwrap(await rig.engine.preview(intent)).findings };
}

const asked = (items: BatchItem[], more: { onFailure?: 'stop' | 'go-on'; atOnce?: number } = {}): Intent => ({
  kind: 'batch',
  environment,
  asOf: '2026-11-30T11:40:00Z',
  items,
  onFailure: 'stop',
  atOnce: 1,
  reason: 'rehearsal',
  ...more,
});
const take = (): string => {
  const app = apps.shift();
  if (!app) throw new Error('no app is left');
  return app;
};
const jobsOf = ({ jobs }: Operation) => Object.fromEntries(jobs.map(({ name, state }) => [name, state]));

/** How many commits each app's operation has on main. */
async function commitsOf(rig: Rig, { jobs }: Operation): Promise<number[]> {
  unwrap(await rig.ledger.refresh());
  const log = unwrap(await rig.ledger.log([], 1_000));
  return jobs.map(
    ({ operationId }) =>
      log.filter(
        ({ message }) => operationId !== undefined && parseTrailers(message)?.operation === operationId,
      ).length,
  );
}

it('is an operation for each app; one that fails in the middle ends it, or not, as chosen', async () => {
  const rig = await open('fails');
  try {
    await rig.engine.recover();
    const four = [take(), take(), take(), take()] as const;
    const [a, bad, c, d] = four;
    const items = [
      await itemOf(rig, a),
      await itemOf(rig, bad, true),
      await itemOf(rig, c),
      await itemOf(rig, d),
    ];
    const { operationId } = unwrap(rig.engine.start(asked(items), []));
    const stopped = await ended(rig.engine, operationId);
    expect(jobsOf(stopped)).toEqual({ [a]: 'succeeded', [bad]: 'failed', [c]: 'aborted', [d]: 'aborted' });
    expect(stopped).toMatchObject({
      state: 'failed',
      failure: { message: `1 of 4 done. Failed: ${bad}. Not begun: ${c} and ${d}.` },
    });
    expect(stopped.failure?.next[0]).toMatchObject({ do: 'open-operation', label: `Open ${bad}` });
    const child = unwrap(rig.engine.get(stopped.jobs[0]?.operationId ?? ''));
    expect(child).toMatchObject({ state: 'succeeded', intent: { kind: 'rollback', app: a } });
    expect(await commitsOf(rig, stopped)).toEqual([1, 0, 0, 0]);

    const rest = [await itemOf(rig, bad, true), await itemOf(rig, c), await itemOf(rig, d)];
    const again = unwrap(rig.engine.start(asked(rest, { onFailure: 'go-on', atOnce: 3 }), []));
    const whole = await ended(rig.engine, again.operationId);
    expect(jobsOf(whole)).toEqual({ [bad]: 'failed', [c]: 'succeeded', [d]: 'succeeded' });
    expect(whole.state).toBe('failed');
  } finally {
    await rig.close();
  }
});

it('is stopped by letting what has begun come to its end', async () => {
  const rig = await open('stopped');
  try {
    await rig.engine.recover();
    const [a, b] = [take(), take()];
    const { operationId } = unwrap(rig.engine.start(asked([await itemOf(rig, a), await itemOf(rig, b)]), []));
    const begun = await operationWhen(rig.engine, operationId, (one) => jobsOf(one)[a] === 'running');
    expect(begun.cancel).toEqual({ allowed: true });
    expect(unwrap(rig.engine.cancel(operationId))).toMatchObject({
      cancel: { allowed: false, because: 'It is being cancelled.' },
    });
    const end = await ended(rig.engine, operationId);
    expect(end.state).toBe('cancelled');
    expect(jobsOf(end)).toEqual({ [a]: 'succeeded', [b]: 'aborted' });
    expect(end.steps[0]?.saw.at(-1)?.text).toBe(`Stopped. 1 of 2 done. Not begun: ${b}.`);
  } finally {
    await rig.close();
  }
});

it('is carried on after Signalbox ended, each app once; after too long nothing more is begun', async () => {
  const first = await open('resumed');
  const [a, b] = [take(), 'search-api'];
  await first.engine.recover();
  const { operationId } = unwrap(
    first.engine.start(asked([await itemOf(first, a), await itemOf(first, b)]), []),
  );
  const begun = await operationWhen(first.engine, operationId, (one) => jobsOf(one)[a] === 'running');
  await first.close();
  const second = await open('resumed');
  try {
    await second.engine.recover();
    const end = await ended(second.engine, operationId);
    const told = end.jobs.map((job) => second.engine.get(job.operationId ?? ''));
    expect(jobsOf(end), JSON.stringify(told, null, 1)).toEqual({ [a]: 'succeeded', [b]: 'succeeded' });
    expect(end.jobs[0]?.operationId).toBe(begun.jobs[0]?.operationId);
    expect(await commitsOf(second, end)).toEqual([1, 1]);
  } finally {
    await second.close();
  }

  const third = await open('late');
  const [c, d] = [take(), take()];
  await third.engine.recover();
  const late = unwrap(third.engine.start(asked([await itemOf(third, c), await itemOf(third, d)]), []));
  await operationWhen(third.engine, late.operationId, (one) => jobsOf(one)[c] === 'running');
  await operationWhen(third.engine, late.operationId, (one) => {
    const child = third.engine.get(one.jobs[0]?.operationId ?? '');
    return child.ok && child.value.commit !== null;
  });
  await third.close();
  const fourth = await open('late', { resume: -1 });
  try {
    await fourth.engine.recover();
    const end = await ended(fourth.engine, late.operationId);
    expect(jobsOf(end)).toEqual({ [c]: 'succeeded', [d]: 'aborted' });
    expect(end.jobs[1]?.text).toBe('Not begun: Signalbox was closed for too long meanwhile.');
    expect(end).toMatchObject({ state: 'failed', failure: { code: 'timeout' } });
  } finally {
    await fourth.close();
  }
});

it('refuses what is no batch', async () => {
  const rig = await open('refused');
  try {
    const item = await itemOf(rig, 'router');
    const codeOf = (intent: Intent) => {
      const begun = rig.engine.start(intent, []);
      return begun.ok ? null : begun.failure.message;
    };
    expect(codeOf(asked([item, item]))).toBe('An app is in it twice.');
    const elsewhere = { ...item, intent: { ...item.intent, environment: 'staging' } };
    expect(codeOf(asked([elsewhere]))).toBe('An app of another environment is in it.');
    expect(codeOf(asked([]))).not.toBeNull();
  } finally {
    await rig.close();
  }
});
