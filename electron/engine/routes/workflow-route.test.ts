import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AppIntent } from '../../../shared/domain/operation/intent';
import type { Operation } from '../../../shared/domain/operation/operation';
import { type PracticeProcess, startPracticeProcess } from '../../testing/practice-process';
import { until } from '../../testing/until';
import { accessTo, ended, openRig, operationWhen, type Rig, unwrap } from '../testing/rig';
import { routedEstate } from '../testing/routed-estate';

let folder: string;
let practice: PracticeProcess;
let rig: Rig;
let access: Parameters<typeof openRig>[0];

/** A console whose commits of versions are made by the bot; flags go by a push. */
const open = (name: string): Promise<Rig> =>
  openRig(access, path.join(folder, name), { limits: { settle: 200, look: 60_000 } });

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-routes-'));
  practice = await startPracticeProcess(['--dir', path.join(folder, 'estate'), '--speed', '60']);
  access = {
    estateFile: await routedEstate(practice.ready.estateFile, path.join(folder, 'signalbox.yaml'), [
      { kind: 'workflow' },
      { kind: 'push' },
    ]),
    ledgerPassword: practice.credentials.ledger.password,
    githubToken: practice.credentials.github.token,
  };
  rig = await open('console');
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

const versionIn = (app: string, environment: string): string =>
  rig.engine.board().cells.find((one) => one.app === app && one.environment === environment)?.ledger
    ?.version ?? '';
const older = (version: string): string => `v${Number(version.slice(1)) - 1}`;

async function start(intent: AppIntent): Promise<string> {
  const preview = unwrap(await rig.engine.preview(intent));
  expect(preview.route.taken).toBe('workflow');
  return unwrap(rig.engine.start(intent, preview.findings)).operationId;
}
const states = (operation: Operation) =>
  Object.fromEntries(operation.steps.map((step) => [step.name, step.state]));

/** Who committed, and what the message says. */
async function commitOf(sha: string | null) {
  const list = unwrap(await rig.ledger.log([], 200));
  return list.find(({ commit }) => commit === sha);
}

const goBack = (app: string, environment: string): AppIntent => ({
  kind: 'deploy',
  app,
  environment,
  version: older(versionIn(app, environment)),
  expected: versionIn(app, environment),
  reason: 'rehearsal',
  override: ['behind-running', 'migration', 'not-tested-before', 'hold'],
});

describe('a route that only trying can tell of', () => {
  it('makes way for the next one where it is refused, in the same operation', async () => {
    const dir = path.join(folder, 'protected');
    const estate = await startPracticeProcess(['--dir', dir, '--speed', '60', '--rights', 'govuk']);
    const routed = await routedEstate(estate.ready.estateFile, path.join(folder, 'protected.yaml'), [
      { kind: 'push' },
      { kind: 'workflow' },
    ]);
    const console = await openRig(accessTo(estate, routed), path.join(folder, 'protected-console'), {
      asksRights: false,
    });
    try {
      await console.engine.recover();
      const app = 'frontend';
      const there = (): string =>
        console.engine.board().cells.find((one) => one.app === app && one.environment === 'staging')?.ledger
          ?.version ?? '';
      const asked = {
        kind: 'deploy' as const,
        app,
        environment: 'staging',
        version: older(there()),
        expected: there(),
        reason: 'rehearsal',
      };
      const { findings, route } = unwrap(await console.engine.preview(asked));
      expect(route.taken).toBe('push');
      const override = findings.map(({ code }) => code);
      const { operationId } = unwrap(console.engine.start({ ...asked, override }, findings));
      const done = await operationWhen(
        console.engine,
        operationId,
        ({ commit, state }) => commit !== null || state !== 'running',
      );
      expect(done.failure).toBeNull();
      expect(there()).toBe(asked.version);
      const said = done.steps.find(({ name }) => name === 'commit')?.saw.map(({ text }) => text) ?? [];
      expect(said.some((text) => /^Refused: .* Going on by Argo Workflows\.$/.test(text))).toBe(true);
    } finally {
      await console.close();
      await estate.stop();
    }
  });
});

describe('a version that lands by a workflow', () => {
  it('is committed by the bot, found on the branch, and followed to its tests', async () => {
    const intent = goBack('frontend', 'staging');
    const done = await ended(rig.engine, await start(intent));
    expect(done.failure).toBeNull();
    expect(states(done)).toMatchObject({ commit: 'succeeded', rollout: 'succeeded' });
    expect(versionIn('frontend', 'staging')).toBe('version' in intent ? intent.version : '');
    const commit = await commitOf(done.commit);
    expect(commit?.authorName).not.toBe('Ada Morrow');
    expect(commit?.message).not.toContain('Signalbox-Operation');
    expect(rig.engine.claims()).toContainEqual(
      expect.objectContaining({
        source: 'journal',
        operation: done.id,
        kind: 'deploy',
        by: 'Ada Morrow',
        reason: 'rehearsal',
        route: 'workflow',
        base: expect.stringMatching(/^[0-9a-f]{40}$/),
        commit: done.commit,
      }),
    );
    // Who it was lies in the records, since the bot's commit can't tell.
    await until(() => {
      const [path] = rig.ledger.snapshot().list('.signalbox/operations/');
      const text = rig.ledger.snapshot().file(path ?? '')?.text ?? '';
      expect(text).toContain(`commit: ${done.commit}`);
      expect(text).toContain('by: Ada Morrow');
      expect(text).toContain('reason: rehearsal');
    });
    expect(done.workflows.some(({ name }) => name.startsWith('deploy-image-'))).toBe(true);
  });

  it('takes no tests of an earlier deployment of the same version for its own', async () => {
    const app = 'collections';
    const testsOf = (operation: Operation): string =>
      operation.steps.find(({ name }) => name === 'tests')?.saw.at(-1)?.text ?? '';
    const newest = versionIn(app, 'staging');
    const first = await ended(rig.engine, await start(goBack(app, 'staging')));
    const [ran = 'none'] = /post-sync-\S+/.exec(testsOf(first)) ?? [];
    expect(ran).toMatch(/^post-sync-/);
    const forward = { ...goBack(app, 'staging'), version: newest };
    expect((await ended(rig.engine, await start(forward))).failure).toBeNull();
    const again = await ended(rig.engine, await start(goBack(app, 'staging')));
    expect(again.failure).toBeNull();
    expect(testsOf(again)).toMatch(/post-sync-/);
    expect(testsOf(again)).not.toContain(ran.replace(/\.$/, ''));
  });

  it('goes back at once, and the hold follows by the route that carries it', async () => {
    const app = 'publishing-api';
    const target = older(versionIn(app, 'production'));
    const intent: AppIntent = {
      kind: 'rollback',
      app,
      environment: 'production',
      version: target,
      expected: versionIn(app, 'production'),
      reason: 'incident',
      override: ['migration', 'never-healthy-here', 'not-tested-before'],
    };
    const preview = unwrap(await rig.engine.preview(intent));
    expect(preview.route).toMatchObject({ taken: 'workflow', rest: { taken: 'push' } });
    const done = await ended(rig.engine, await start(intent));
    expect(done.failure).toBeNull();
    expect(states(done)).toMatchObject({
      commit: 'succeeded',
      'hold-request': 'succeeded',
      'hold-effective': 'succeeded',
      rollout: 'succeeded',
    });
    expect(versionIn(app, 'production')).toBe(target);
    const hold = rig.engine
      .board()
      .cells.find((one) => one.app === app && one.environment === 'production')?.hold;
    expect(hold).toMatchObject({ by: 'Ada Morrow', reason: 'incident', state: 'effective' });
  });

  it('is asked for once, though the console dies after asking', async () => {
    const app = 'signon';
    const intent = goBack(app, 'staging');
    const id = await start(intent);
    await operationWhen(rig.engine, id, ({ workflows }) => workflows.length > 0);
    await rig.close();
    rig = await open('console');
    await rig.engine.recover();
    const done = await ended(rig.engine, id);
    expect(done.failure).toBeNull();
    expect(states(done).commit).toBe('succeeded');
    const runs = rig.clusters
      .get('staging')
      ?.view.workflows({ app, template: 'deploy-image' })
      .filter(({ name }) => name.includes(id));
    expect(runs).toHaveLength(1);
  });

  it('is told as closed before anybody fills in a form, where the cluster does not let one', async () => {
    const plan = unwrap(
      await rig.engine.preview({ kind: 'hold', app: 'signon', environment: 'staging', reason: 'x' }),
    );
    // A bot carries no flags: they go by the other route.
    expect(plan.route.taken).toBe('push');
    expect(plan.route.routes.map(({ kind, carries }) => [kind, carries])).toEqual([
      ['workflow', false],
      ['push', true],
    ]);
  });
});
