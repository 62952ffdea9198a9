import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cell } from '../../shared/domain/board/board';
import type { AppIntent } from '../../shared/domain/operation/intent';
import type { Operation } from '../../shared/domain/operation/operation';
import { type PracticeProcess, startPracticeProcess } from '../testing/practice-process';
import { until } from '../testing/until';
import { ended, openRig, operationWhen, type Rig, unwrap } from './testing/rig';

let folder: string;
let practice: PracticeProcess;
let rig: Rig;

const seconds = 1_000;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-engine-'));
  practice = await startPracticeProcess(['--dir', path.join(folder, 'estate'), '--speed', '60']);
  rig = await openRig(
    {
      estateFile: practice.ready.estateFile,
      ledgerPassword: practice.credentials.ledger.password,
      githubToken: practice.credentials.github.token,
    },
    path.join(folder, 'console'),
    { limits: { settle: 200, look: 60 * seconds } },
  );
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

const cell = (app: string, environment: string): Cell => {
  const found = rig.engine.board().cells.find((one) => one.app === app && one.environment === environment);
  if (!found) throw new Error(`no cell ${app} ${environment}`);
  return found;
};
const versionIn = (app: string, environment: string): string => cell(app, environment).ledger?.version ?? '';
const older = (version: string, by = 1): string => `v${Number(version.slice(1)) - by}`;
const flagIn = (app: string, environment: string) => cell(app, environment).ledger?.automaticDeploys;

async function start(intent: AppIntent): Promise<string> {
  const preview = unwrap(await rig.engine.preview(intent));
  return unwrap(rig.engine.start(intent, preview.findings)).operationId;
}
const states = (operation: Operation) =>
  Object.fromEntries(operation.steps.map((step) => [step.name, step.state]));

/** A deploy back by some releases, with everything overridden that it warns of. */
const goBack = (app: string, environment: string, by = 1): AppIntent => ({
  kind: 'deploy',
  app,
  environment,
  version: older(versionIn(app, environment), by),
  expected: versionIn(app, environment),
  reason: 'rehearsal',
  override: ['behind-running', 'migration', 'not-tested-before', 'hold'],
});

/** The post-sync workflow of a version in an environment, as soon as it runs. */
const runningTests = (app: string, environment: string, version: string) =>
  until(() => {
    const [workflow] =
      rig.clusters.get(environment)?.view.workflows({ app, version, template: 'post-sync' }) ?? [];
    expect(workflow?.phase).toBe('Running');
    return workflow;
  });

describe('the engine on the practice estate', () => {
  it('deploys a version and follows it to its tests', async () => {
    const wanted = older(versionIn('static', 'integration'));
    const operation = await ended(rig.engine, await start(goBack('static', 'integration')));
    expect(operation.failure).toBeNull();
    expect(states(operation)).toEqual({
      preflight: 'succeeded',
      commit: 'succeeded',
      nudge: 'succeeded',
      sync: 'succeeded',
      rollout: 'succeeded',
      tests: 'succeeded',
    });
    expect(operation.workflows).toHaveLength(1);
    expect(cell('static', 'integration').ledger).toMatchObject({ version: wanted, promote: false });
    expect(cell('static', 'integration').stage?.state).toBe('running');
  });

  it('promotes what was tested, and refuses what is not there any more', async () => {
    const { version } = await practice.control.publishRelease({ app: 'router', deploy: false });
    const was = versionIn('router', 'integration');
    const first: AppIntent = {
      kind: 'deploy',
      app: 'router',
      environment: 'integration',
      version,
      expected: was,
    };
    expect((await ended(rig.engine, await start(first))).state).toBe('succeeded');
    const intent: AppIntent = {
      kind: 'promote',
      app: 'router',
      environment: 'staging',
      from: 'integration',
      version,
      expected: versionIn('router', 'staging'),
    };
    // The run that builds a release takes a while, and a promotion may not go ahead of it.
    await until(async () => {
      const codes = unwrap(await rig.engine.preview(intent)).findings.map((one) => one.code);
      expect(codes).not.toContain('checks-pending');
    });
    const promoted = await ended(rig.engine, await start(intent));
    expect(promoted.failure).toBeNull();
    expect(promoted.findings).toContainEqual(
      expect.objectContaining({ code: 'not-tested-before', level: 'pass' }),
    );
    expect(versionIn('router', 'staging')).toBe(version);
    const stale = { ...intent, version: older(version, 5), expected: version };
    const refused = await ended(rig.engine, await start(stale));
    expect(refused.state).toBe('failed');
    expect(refused.commit).toBeNull();
    expect(refused.findings).toContainEqual(
      expect.objectContaining({ code: 'environment-moved', level: 'block' }),
    );
  });

  it('nudges what the ledger says already, and stands in nobody’s way', async () => {
    const target = {
      app: 'frontend',
      environment: 'production',
      version: versionIn('frontend', 'production'),
    };
    const { operationId } = unwrap(rig.engine.start({ kind: 'nudge', ...target }, []));
    // One nudge at a time, but a rollback need not wait for it.
    expect(rig.engine.start({ kind: 'nudge', ...target }, [])).toMatchObject({ failure: { code: 'busy' } });
    const done = await until(() => {
      const operation = unwrap(rig.engine.get(operationId));
      expect(operation.state).not.toBe('running');
      return operation;
    });
    expect(states(done)).toEqual({ nudge: 'succeeded', sync: 'succeeded', rollout: 'succeeded' });
    expect(done).toMatchObject({ state: 'succeeded', commit: null });
    expect(versionIn('frontend', 'production')).toBe(target.version);
  });

  it('runs one at a time per cell, and says which one is in the way', async () => {
    const id = await start(goBack('signon', 'integration'));
    const second = rig.engine.start(goBack('signon', 'integration', 2), []);
    expect(second).toMatchObject({
      ok: false,
      failure: { code: 'busy', next: [{ do: 'open-operation', operationId: id }] },
    });
    const elsewhere = unwrap(rig.engine.start(goBack('signon', 'staging'), [])).operationId;
    expect(elsewhere).not.toBe(id);
    expect((await ended(rig.engine, id)).state).toBe('succeeded');
    await ended(rig.engine, elsewhere);
  });

  it('says at once what it knows of an action, and tells when the rest has come', async () => {
    const intent = goBack('content-store', 'staging', 7);
    const early = rig.engine.earlyPreview(intent);
    expect(early.pending.length).toBeGreaterThan(0);
    expect(early.findings.map(({ code }) => code)).toContain('behind-running');
    expect(early.findings.filter(({ code }) => /migrations-unknown|check-failed/.test(code))).toEqual([]);
    const told: string[] = [];
    const stop = rig.engine.onChange((changes) => told.push(...changes.map(({ key }) => key ?? '')));
    const whole = unwrap(await rig.engine.preview(intent));
    await until(() => expect(told).toContain('content-store'));
    stop();
    expect(rig.engine.earlyPreview(intent)).toEqual({ findings: whole.findings, pending: [] });
    expect(whole.findings.some(({ level }) => level === 'unknown')).toBe(false);
  });

  it('cancels before the commit and never after it', async () => {
    await practice.control.setGitFaults({ latencyMs: 300 });
    const id = unwrap(
      rig.engine.start(
        goBack('search-api', 'integration'),
        unwrap(await rig.engine.preview(goBack('search-api', 'integration'))).findings,
      ),
    ).operationId;
    const cancelled = unwrap(rig.engine.cancel(id));
    expect(cancelled.id).toBe(id);
    const end = await ended(rig.engine, id);
    await practice.control.setGitFaults({ latencyMs: 0 });
    expect(end).toMatchObject({ state: 'cancelled', commit: null });
    const again = await start(goBack('search-api', 'integration'));
    await operationWhen(rig.engine, again, ({ commit }) => commit !== null);
    expect(rig.engine.cancel(again)).toMatchObject({ ok: false, failure: { code: 'refused' } });
    await ended(rig.engine, again);
  });

  it('stops watching a version that somebody replaced', async () => {
    await practice.control.slowRollout({ app: 'smart-answers', readySeconds: 500, environment: 'staging' });
    await practice.control.setSpeed({ speed: 2 });
    const intent = goBack('smart-answers', 'staging');
    const id = await start(intent);
    await operationWhen(rig.engine, id, ({ steps }) =>
      steps.some((one) => one.name === 'rollout' && one.state === 'running'),
    );
    const other = older(versionIn('smart-answers', 'staging'), 1);
    await practice.control.deployAsSomeoneElse({
      app: 'smart-answers',
      environment: 'staging',
      version: other,
    });
    const end = await ended(rig.engine, id);
    await practice.control.setSpeed({ speed: 60 });
    await practice.control.heal({ app: 'smart-answers' });
    expect(end).toMatchObject({
      state: 'superseded',
      failure: null,
      supersededBy: { version: other, operationId: null },
    });
    expect(end.supersededBy?.text).toContain(`staging got ${other}`);
    expect(states(end)).toMatchObject({ commit: 'succeeded', rollout: 'skipped', tests: 'skipped' });
  });

  it('lets a fix be deployed while an operation only waiting for its tests, which then ends as superseded', async () => {
    const app = 'whitehall';
    const first = goBack(app, 'staging', 1);
    const id = await start(first);
    await operationWhen(rig.engine, id, ({ steps }) =>
      steps.some(({ name, state }) => name === 'tests' && state === 'running'),
    );
    await practice.control.setSpeed({ speed: 1 });
    const fix = goBack(app, 'staging', 1);
    const preview = unwrap(await rig.engine.preview(fix));
    expect(preview.findings).toContainEqual(
      expect.objectContaining({
        code: 'operation-running',
        level: 'info',
        message: expect.stringContaining('only waiting for its tests'),
      }),
    );
    const newer = unwrap(rig.engine.start(fix, preview.findings)).operationId;
    const older = await ended(rig.engine, id);
    expect(older).toMatchObject({
      state: 'superseded',
      failure: null,
      supersededBy: { operationId: newer, version: 'version' in fix ? fix.version : '' },
    });
    expect(states(older)).toMatchObject({ rollout: 'succeeded', tests: 'skipped' });
    await practice.control.setSpeed({ speed: 60 });
    expect((await ended(rig.engine, newer)).failure).toBeNull();
  });

  it('says that tests failed, and which workflow it was', async () => {
    const intent = goBack('collections', 'integration');
    if (!('version' in intent)) return;
    await practice.control.breakTests({ app: 'collections', version: intent.version, outcome: 'fail' });
    const end = await ended(rig.engine, await start(intent));
    expect(states(end)).toMatchObject({ rollout: 'succeeded', tests: 'failed' });
    expect(end.failure?.message).toContain(end.workflows[0]?.name);
  });

  it('stops when somebody was faster, and shows what changed', async () => {
    const intent = goBack('asset-manager', 'production');
    const seen = unwrap(await rig.engine.preview(intent)).findings;
    const version = older(versionIn('asset-manager', 'production'), 3);
    await practice.control.deployAsSomeoneElse({ app: 'asset-manager', environment: 'production', version });
    const end = await ended(rig.engine, unwrap(rig.engine.start(intent, seen)).operationId);
    expect(end).toMatchObject({ state: 'failed', commit: null, failure: { code: 'conflict' } });
    expect(end.findings).toContainEqual(expect.objectContaining({ code: 'environment-moved' }));
  });
});

describe('a rollback on the practice estate', () => {
  it('goes back in one commit, holds where the pipeline looks, and is released without a deploy', async () => {
    const app = 'frontend';
    const good = versionIn(app, 'production');
    const { version: bad } = await practice.control.publishRelease({
      app,
      breaks: 'crash-loop',
      environments: ['production'],
    });
    await until(() => {
      expect(versionIn(app, 'production')).toBe(bad);
      expect(cell(app, 'production').health).toBe('Degraded');
    });
    await expect.poll(() => cell(app, 'production').rollbackTarget?.version).toBe(good);
    const intent: AppIntent = {
      kind: 'rollback',
      app,
      environment: 'production',
      version: good,
      expected: bad,
    };
    const preview = unwrap(await rig.engine.preview(intent));
    expect(preview.findings.filter((one) => one.level !== 'pass' && one.level !== 'info')).toEqual([]);
    const id = unwrap(rig.engine.start(intent, preview.findings)).operationId;
    const end = await ended(rig.engine, id);
    expect(end.failure).toBeNull();
    expect(end.state).toBe('succeeded');
    expect(states(end)).toMatchObject({
      'hold-effective': 'succeeded',
      rollout: 'succeeded',
      tests: 'succeeded',
    });
    expect([flagIn(app, 'staging'), flagIn(app, 'production')]).toEqual([false, false]);
    expect(cell(app, 'production').hold).toMatchObject({ state: 'effective', by: 'Ada Morrow' });
    const [entry] = unwrap(await rig.ledger.log([], 1));
    expect(entry?.commit).toBe(end.commit);
    expect(entry?.message).toContain(`Signalbox-Operation: ${id}`);

    // A version that was rolled back from is never offered again, though it is the last one that ran there.
    expect(cell(app, 'production').rollbackTarget?.version).not.toBe(bad);

    const tags = (await practice.control.status()).tags;
    const release = unwrap(
      rig.engine.start({ kind: 'release-hold', app, environment: 'production' }, []),
    ).operationId;
    expect((await ended(rig.engine, release)).state).toBe('succeeded');
    expect(cell(app, 'production').hold).toBeNull();
    expect([flagIn(app, 'staging'), flagIn(app, 'production')]).toEqual([true, true]);
    const after = (await practice.control.status()).tags;
    for (const environment of ['integration', 'staging', 'production'])
      expect(after[environment]?.[app]?.imageTag).toBe(tags[environment]?.[app]?.imageTag);
  });

  it('is possible while a deployment that has landed is still being watched', async () => {
    const app = 'government-frontend';
    await practice.control.slowRollout({ app, readySeconds: 500, environment: 'production' });
    await practice.control.setSpeed({ speed: 2 });
    const good = versionIn(app, 'production');
    const first = await start(goBack(app, 'production'));
    await operationWhen(rig.engine, first, ({ commit }) => commit !== null);
    const intent: AppIntent = {
      kind: 'rollback',
      app,
      environment: 'production',
      version: good,
      expected: versionIn(app, 'production'),
      reason: 'it does not come up',
      override: ['migration', 'never-healthy-here', 'migrations-unknown'],
    };
    const id = await start(intent);
    const stopped = await ended(rig.engine, first);
    await practice.control.heal({ app });
    await practice.control.setSpeed({ speed: 60 });
    expect(stopped).toMatchObject({
      state: 'superseded',
      failure: null,
      supersededBy: { operationId: id, version: good },
    });
    expect((await ended(rig.engine, id)).failure).toBeNull();
  });
});

describe('a hold against a promotion that is on its way', () => {
  /** A release whose tests in staging are running right now, with practice time nearly standing still. */
  async function inFlight(app: string): Promise<{ version: string; was: string }> {
    const was = versionIn(app, 'production');
    const { version } = await practice.control.publishRelease({ app });
    await runningTests(app, 'staging', version);
    await practice.control.setSpeed({ speed: 1 });
    await runningTests(app, 'staging', version);
    return { version, was };
  }

  it('would come too late with the flag alone', async () => {
    const app = 'email-alert-api';
    const { version, was } = await inFlight(app);
    expect(versionIn(app, 'production')).toBe(was);
    for (const environment of ['production', 'staging'] as const)
      await practice.control.holdAsSomeoneElse({ app, environment, automaticDeploysEnabled: false });
    await practice.control.setSpeed({ speed: 60 });
    await expect.poll(() => versionIn(app, 'production')).toBe(version);
  });

  it('stops it, and is effective only when the cluster shows it', async () => {
    const app = 'travel-advice-publisher';
    const { version, was } = await inFlight(app);
    const id = unwrap(
      rig.engine.start({ kind: 'hold', app, environment: 'production', reason: 'incident' }, []),
    ).operationId;
    await operationWhen(rig.engine, id, ({ commit }) => commit !== null);
    // Committed, but the cluster does not show it: a hold that merely stands in Git does not hold yet.
    expect(cell(app, 'production').hold?.state).toBe('pending');
    await until(() => {
      const [workflow] =
        rig.clusters.get('staging')?.view.workflows({ app, version, template: 'post-sync' }) ?? [];
      expect(workflow?.shutdown).toBe('Stop');
    });
    await practice.control.setSpeed({ speed: 60 });
    const end = await ended(rig.engine, id);
    expect(end.failure).toBeNull();
    expect(states(end)).toEqual({
      preflight: 'succeeded',
      commit: 'succeeded',
      'stop-promotions': 'succeeded',
      'hold-effective': 'succeeded',
    });
    expect(cell(app, 'production').hold).toMatchObject({ state: 'effective', detail: null });
    // Its own tests have ended, nothing else is on its way: production stays as it is for good.
    const workflows = unwrap(
      (await rig.clusters
        .get('production')
        ?.actions.readWorkflows({ app, template: 'deploy-image' }, AbortSignal.timeout(10 * seconds))) ?? {
        ok: true,
        value: [],
      },
    );
    expect(workflows.filter((one) => one.labels.imageTag === version)).toEqual([]);
    expect(versionIn(app, 'production')).toBe(was);
  });

  it('is an alarm when something was promoted in spite of it', async () => {
    const app = 'whitehall';
    const was = versionIn(app, 'production');
    const id = unwrap(
      rig.engine.start({ kind: 'hold', app, environment: 'production', reason: 'incident' }, []),
    ).operationId;
    expect((await ended(rig.engine, id)).state).toBe('succeeded');
    // Somebody opens the gate behind everybody's back, and a release comes through.
    await practice.control.holdAsSomeoneElse({ app, environment: 'staging', automaticDeploysEnabled: true });
    await expect.poll(() => cell(app, 'production').hold?.state).toBe('pending');
    const { version } = await practice.control.publishRelease({ app });
    await expect.poll(() => cell(app, 'production').hold?.state).toBe('alarm');
    expect(versionIn(app, 'production')).toBe(version);
    await expect.poll(() => cell(app, 'production').rollbackTarget?.version).toBe(was);
  });
});
