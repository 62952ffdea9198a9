import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Announcement } from '../../../shared/domain/announcement/announcement';
import type { FreezeIntent } from '../../../shared/domain/operation/intent';
import { runGit } from '../../systems/git/run-git';
import { type PracticeProcess, startPracticeProcess } from '../../testing/practice-process';
import { until } from '../../testing/until';
import { ended, openRig, type Rig, unwrap } from '../testing/rig';

const production = { app: null, environment: 'production', pipeline: null };
let folder: string;
let practice: PracticeProcess;
/** Three consoles; the first sees the clusters. */
const consoles: Rig[] = [];
const told: Announcement[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-freezes-'));
  practice = await startPracticeProcess(['--dir', path.join(folder, 'estate'), '--speed', '60']);
  for (const [index, name] of ['Ada Morrow', 'Grace Okafor', 'Tom Baker'].entries()) {
    const rig = await openRig(
      {
        estateFile: practice.ready.estateFile,
        ledgerPassword: practice.credentials.ledger.password,
        githubToken: practice.credentials.github.token,
      },
      path.join(folder, `console-${index}`),
      {
        name,
        // They all go to work at the very moment: the commit alone decides.
        limits: { settle: 200, look: 60_000, stagger: 0 },
        ...(index === 0 ? {} : { watch: [] }),
        announce: (one) => told.push(one),
      },
    );
    consoles.push(rig);
    await rig.engine.recover();
  }
  await until(() => {
    for (const { cluster } of first().engine.board().environments) expect(cluster.state).toBe('live');
  });
});

afterAll(async () => {
  for (const rig of consoles) await rig.close();
  await practice?.stop();
  await rm(folder, { recursive: true, force: true });
});

const tagFolder = 'charts/app-config/image-tags';
async function git(...args: string[]): Promise<string> {
  const gitDir = path.join(folder, 'estate', 'repos', 'alphagov', 'govuk-helm-charts.git');
  return (await runGit(args, { gitDir })).stdout.toString();
}

const first = (): Rig => consoles[0] as Rig;

/** `automatic_deploys_enabled` of every image-tag file, by path, as the branch has it. */
async function flags(): Promise<Record<string, string>> {
  // `<path>:<line>`; without a match git ends with 1.
  const out = await git('grep', '-I', '-e', 'automatic_deploys_enabled', 'main', '--', tagFolder);
  const found: Record<string, string> = {};
  for (const line of out.split('\n').filter(Boolean)) {
    const [, file = '', flag = ''] = /^main:.*image-tags\/([^:]+):.*enabled: *(\w+)/.exec(line) ?? [];
    found[file] = flag;
  }
  return found;
}
/** Subjects of the commits that an operation's kind made, and the image tags that any commit since then moved. */
async function commitsSince(base: string, kind: string): Promise<string[]> {
  const out = await git('log', '--format=%s', `--grep=^Signalbox-Kind: ${kind}$`, `${base}..main`);
  return out.split('\n').filter(Boolean);
}
const head = (): string => first().ledger.snapshot().commit ?? '';
const freezeNow = (change: Partial<Extract<FreezeIntent, { kind: 'freeze' }>> = {}): FreezeIntent => ({
  kind: 'freeze',
  scope: production,
  from: null,
  until: null,
  automatic: true,
  manual: 'warn',
  reason: 'Budget day',
  ...change,
});
const freezes = (rig: Rig) =>
  rig.ledger
    .snapshot()
    .list('.signalbox/freezes/')
    .filter((one) => one.split('/').length === 3);

describe('freezes on three consoles of the practice estate', () => {
  it('stop automatic deploys where the pipeline looks, take in new apps, and end once, with every flag as it was', async () => {
    const before = await flags();
    const base = head();
    const { operationId } = unwrap(first().engine.start(freezeNow(), []));
    const operation = await ended(first().engine, operationId);
    expect(operation.failure).toBeNull();
    expect(Object.fromEntries(operation.steps.map((one) => [one.name, one.state]))).toEqual({
      preflight: 'succeeded',
      commit: 'succeeded',
      'stop-promotions': 'succeeded',
      'freeze-effective': 'succeeded',
    });
    const frozen = await flags();
    for (const [file, flag] of Object.entries(frozen))
      expect(flag, file).toBe(file.startsWith('staging/') ? 'false' : before[file]);
    for (const app of first().engine.apps())
      for (const one of first().clusters.get('staging')?.view.applications(app) ?? [])
        expect(one.automaticDeploysEnabled, one.name).toBe(false);

    // A release goes on up to the gate, and no further.
    const running = await practice.control.publishRelease({ app: 'static' });
    await until(() => {
      const cells = first().engine.cells(['static']);
      expect(cells.find((one) => one.environment === 'staging')?.ledger?.version).toBe(running.version);
      const tests = first()
        .clusters.get('staging')
        ?.view.workflows({ app: 'static', version: running.version, template: 'post-sync' });
      // On a slow machine the freeze meets them running: then it has stopped them.
      expect(tests?.[0]?.phase).toMatch(/^(Succeeded|Failed)$/);
    });
    const inProduction = first()
      .engine.cells(['static'])
      .find((one) => one.environment === 'production');
    expect(inProduction?.ledger?.version).not.toBe(running.version);
    expect(inProduction?.hold).toMatchObject({
      frozen: true,
      detail: expect.stringContaining('the freeze of production'),
    });

    // An app that is new in staging could be promoted as well.
    unwrap(
      await first().ledger.transact({ operationId: 'by-hand', what: 'add an app' }, () => ({
        kind: 'change',
        files: new Map([[`${tagFolder}/staging/new-app`, 'image_tag: v1\n']]),
        message: 'Add new-app',
        value: null,
      })),
    );
    await until(async () => expect((await flags())['staging/new-app']).toBe('false'));
    expect(await commitsSince(base, 'begin-freeze')).toEqual(['Freeze of production takes in new-app']);

    // A second freeze lies over it, and a hold; its end is moved so that it comes now, on all consoles at once.
    const second = unwrap(
      first().engine.start(freezeNow({ scope: { ...production, environment: null, app: 'static' } }), []),
    );
    expect((await ended(first().engine, second.operationId)).failure).toBeNull();
    await until(async () => {
      for (const rig of consoles) unwrap(await rig.ledger.refresh());
      for (const rig of consoles) expect(freezes(rig)).toHaveLength(2);
    });
    const soon = new Date(Date.now() + 8_000).toISOString();
    const change: FreezeIntent = {
      kind: 'change-freeze',
      freeze: operationId,
      scope: production,
      seen: null,
      until: soon,
      manual: 'warn',
    };
    const changed = await ended(first().engine, unwrap(first().engine.start(change, [])).operationId);
    expect(changed.failure).toBeNull();
    await until(() => {
      for (const rig of consoles) expect(freezes(rig)).toHaveLength(1);
    });
    const thaws = await commitsSince(base, 'thaw');
    expect(thaws).toEqual([expect.stringMatching(/^Freeze of production ended, set by Ada Morrow until 20/)]);
    await until(() => {
      const all = consoles
        .flatMap(({ engine }) => engine.list({ limit: 50 }))
        .filter(({ intent }) => intent.kind === 'thaw');
      expect(all.filter(({ state }) => state === 'succeeded')).toHaveLength(1);
      expect(all.filter(({ state }) => state !== 'succeeded' && state !== 'cancelled')).toEqual([]);
    });
    const left = await flags();
    expect(left['staging/new-app']).toBeUndefined();
    for (const [file, flag] of Object.entries(left))
      expect(flag, file).toBe(
        file.endsWith('/static') && !file.startsWith('production') ? 'false' : before[file],
      );

    const thaw: FreezeIntent = {
      kind: 'thaw',
      freeze: second.operationId,
      scope: { ...production, environment: null, app: 'static' },
      ended: false,
      reason: 'Done',
    };
    expect(
      (await ended(first().engine, unwrap(first().engine.start(thaw, [])).operationId)).failure,
    ).toBeNull();
    expect(await flags()).toEqual(before);
    // Nothing was deployed by any of it: what the pipeline promoted before is all that moved.
    const cell = first()
      .engine.cells(['static'])
      .find((one) => one.environment === 'production');
    expect(cell?.ledger?.version).toBe(inProduction?.ledger?.version);
    expect(told.map(({ id }) => id)).toEqual([
      `freeze ${operationId} set`,
      `freeze ${second.operationId} set`,
      `freeze ${operationId} lifted`,
      `freeze ${second.operationId} lifted`,
    ]);
  });

  it('that are planned begin by themselves, on one console', async () => {
    const base = head();
    const from = new Date(Date.now() + 6_000).toISOString();
    const asked = freezeNow({ from, scope: { ...production, app: 'frontend' } });
    const { operationId } = unwrap(first().engine.start(asked, []));
    const operation = await ended(first().engine, operationId);
    expect(operation.failure).toBeNull();
    expect((await flags())['staging/frontend']).toBe('true');
    await until(async () => expect((await flags())['staging/frontend']).toBe('false'));
    await until(() => {
      const all = consoles
        .flatMap(({ engine }) => engine.list({ limit: 50 }))
        .filter(({ intent }) => intent.kind === 'begin-freeze' && intent.freeze === operationId);
      expect(all.length).toBeGreaterThan(0);
      for (const one of all) expect(one.state).not.toBe('running');
    });
    expect(await commitsSince(base, 'begin-freeze')).toEqual([
      'Freeze of frontend in production begins, set by Ada Morrow',
    ]);
  });
});
