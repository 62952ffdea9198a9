import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imageParts } from '../../shared/domain/ledger/image';
import type { AppIntent } from '../../shared/domain/operation/intent';
import type { Operation } from '../../shared/domain/operation/operation';
import { type PracticeProcess, startPracticeProcess } from '../testing/practice-process';
import { programArguments } from '../testing/programs';
import { accessTo, type EstateAccess, ended, openRig, type Rig, unwrap } from './testing/rig';

const seconds = 1_000;
const never = new AbortController().signal;
const environment = 'production';
const parent = 'app-config';
let folder: string;
let practice: PracticeProcess;
/** How the console that acts reaches the estate; whoever looks on does it by the Kubernetes API. */
let access: EstateAccess;
let kubernetes: EstateAccess;
let observer: Rig;
/** Apps of production that nobody has touched. */
let apps: string[];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-emergency-'));
  practice = await startPracticeProcess(['--dir', path.join(folder, 'estate'), '--speed', '60']);
  kubernetes = {
    estateFile: practice.ready.estateFile,
    ledgerPassword: practice.credentials.ledger.password,
    githubToken: practice.credentials.github.token,
  };
  access = kubernetes;
  observer = await openRig(access, path.join(folder, 'observer'), { watch: [environment] });
  apps = observer.engine
    .board()
    .cells.filter((cell) => cell.environment === environment)
    .map(({ app }) => app);
});

afterAll(async () => {
  await observer?.close();
  await practice?.stop();
  await rm(folder, { recursive: true, force: true });
});

const cluster = () => {
  const found = observer.clusters.get(environment);
  if (!found) throw new Error('no cluster');
  return found;
};

interface Run {
  intent: AppIntent;
  console: string;
  crashAt: string | null;
  offline: boolean;
}

const child = ({ intent, console: home, crashAt, offline }: Run) =>
  execa(
    process.execPath,
    [
      ...programArguments('crash-child'),
      JSON.stringify({ access, folder: home, watch: [environment], intent, offline }),
    ],
    {
      env: crashAt === null ? {} : { SIGNALBOX_CRASH_AT: crashAt },
      reject: false,
      timeout: 200 * seconds,
    },
  );

/** A console that has the release repo from before it went away. */
async function newConsole(app: string): Promise<string> {
  const home = await mkdtemp(path.join(folder, `${app}-`));
  await (await openRig(access, home, { watch: [] })).close();
  return home;
}

/** Kills a console at a record of its journal, starts it again, and gives what became of its operation. */
async function killAndRestart(run: Run & { crashAt: string }): Promise<Operation> {
  const died = await child(run);
  expect(`${run.crashAt} ${died.signal ?? `exit ${died.exitCode}: ${died.stderr}`}`).toBe(
    `${run.crashAt} SIGKILL`,
  );
  const rig = await openRig(access, run.console, {
    watch: [environment],
    limits: { settle: 100, look: 60 * seconds },
    offline: run.offline,
  });
  try {
    await expect
      .poll(() => rig.clusters.get(environment)?.view.freshness().state, { timeout: 60 * seconds })
      .toBe('live');
    await rig.engine.recover();
    const [operation] = rig.engine.list({ limit: 10 });
    if (!operation) throw new Error(`${run.crashAt}: the operation is lost`);
    return await ended(rig.engine, operation.id);
  } finally {
    await rig.close();
  }
}

/** What runs of an app, by its live workloads: name, tag, and how often its spec was changed. */
async function live(app: string): Promise<{ tags: string[]; off: string[] }> {
  const { emergency } = cluster().actions;
  const tags = unwrap(await emergency.liveWorkloads(app, never)).flatMap(({ name, containers }) =>
    containers.map(({ image }) => `${name} ${imageParts(image).tag}`),
  );
  const names = unwrap(await cluster().actions.readApplications(app, never)).map(({ name }) => name);
  const off: string[] = [];
  for (const name of [parent, ...names])
    if (unwrap(await emergency.automaticSync(name, never)).policy === null) off.push(name);
  return { tags: tags.sort(), off };
}

/** How often the templates of the app's Deployments changed: Kubernetes counts (`deployment.kubernetes.io/revision`). */
const revisions = (app: string): number =>
  cluster()
    .view.rollouts(app)
    .flatMap(({ replicaSets }) => replicaSets.find(({ current }) => current)?.revision ?? 0)
    .reduce((sum, one) => sum + one, 0);

async function away(up: boolean): Promise<void> {
  await practice.control[up ? 'gitUp' : 'gitDown']();
}

/** The end of a step lies where the next one begins, and of requests one stands for all that are like it. */
const namesOf = (stdout: string): string[] =>
  [...new Set(stdout.split('\n'))].filter((name) => name !== '' && !name.startsWith('finished'));
const killsOf = (names: readonly string[]): string[] =>
  names.flatMap((name) =>
    name.startsWith('side-effect-result')
      ? [`before:${name}`, `after:${name}`]
      : /^(requested|step-started|side-effect-intended)/.test(name)
        ? [`after:${name}`]
        : [],
  );

interface Incident {
  app: string;
  home: string;
  expected: string;
  version: string;
}

async function incident(): Promise<Incident> {
  const app = apps.shift();
  if (!app) throw new Error('more incidents than apps');
  const { tags } = await practice.control.status();
  const expected = tags[environment]?.[app]?.imageTag ?? '';
  return { app, home: await newConsole(app), expected, version: `v${Number(expected.slice(1)) - 1}` };
}

const emergencyOf = ({ app, expected, version }: Incident): AppIntent => ({
  kind: 'emergency-rollback',
  app,
  environment,
  version,
  expected,
  reason: 'rehearsal',
  override: [
    'migration',
    'migrations-unknown',
    'never-healthy-here',
    'version-unpublished-check-failed',
    'checks',
  ],
});

const reconcileOf = ({ app, expected, version }: Incident, debt: string): AppIntent => ({
  kind: 'reconcile',
  app,
  environment,
  version,
  expected,
  debt,
  reason: 'rehearsal',
  override: [
    'migration',
    'migrations-unknown',
    'never-healthy-here',
    'version-unpublished-check-failed',
    'checks',
    'environment-unhealthy',
  ],
});

/** One incident with the remote away, put back when it is there again, killed at a place of each, or never. */
async function play(kills: { rollback: string | null; reconcile: string | null }): Promise<string[][]> {
  const one = await incident();
  const before = await live(one.app);
  const built = revisions(one.app);
  expect(before.off).toEqual([]);
  await away(false);
  const told: string[][] = [];
  let debt: string;
  const rollback = { intent: emergencyOf(one), console: one.home, offline: true };
  if (kills.rollback === null) {
    const whole = await child({ ...rollback, crashAt: null });
    expect(whole.exitCode, `${whole.stderr}\n${whole.stdout}`).toBe(0);
    told.push(namesOf(whole.stdout));
    const rig = await openRig(access, one.home, { watch: [], offline: true });
    debt = rig.engine.list({ limit: 1 })[0]?.id ?? '';
    await rig.close();
  } else {
    const end = await killAndRestart({ ...rollback, crashAt: kills.rollback });
    expect(`${kills.rollback}: ${end.state} ${end.failure?.message ?? ''}`).toBe(
      `${kills.rollback}: succeeded `,
    );
    debt = end.id;
  }
  const set = await live(one.app);
  expect(set.tags, `${kills.rollback}`).toEqual(
    before.tags.map((tag) => tag.replace(` ${one.expected}`, ` ${one.version}`)),
  );
  expect(set.off).toEqual([parent, ...new Set(set.off.filter((name) => name !== parent))]);
  expect(set.off.length).toBeGreaterThan(1);
  await expect.poll(() => revisions(one.app) - built).toBe(before.tags.length);
  await away(true);
  const reconcile = { intent: reconcileOf(one, debt), console: one.home, offline: false };
  if (kills.reconcile === null) {
    const whole = await child({ ...reconcile, crashAt: null });
    expect(whole.exitCode, `${whole.stderr}\n${whole.stdout}`).toBe(0);
    told.push(namesOf(whole.stdout));
  } else {
    const end = await killAndRestart({ ...reconcile, crashAt: kills.reconcile });
    expect(`${kills.reconcile}: ${end.state} ${end.failure?.message ?? ''}`).toBe(
      `${kills.reconcile}: succeeded `,
    );
  }
  // Git says it, the cluster runs it, everything syncs by itself, and no pod was replaced for it.
  const after = await live(one.app);
  expect(after, `${kills.reconcile}`).toEqual({ tags: set.tags, off: [] });
  expect((await practice.control.status()).tags[environment]?.[one.app]?.imageTag).toBe(one.version);
  expect(revisions(one.app) - built).toBe(before.tags.length);
  expect(cluster().view.syncOffNotes().size).toBe(0);
  apps.push(one.app);
  return told;
}

/** Each side effect is died in between its intent and its result. `SIGNALBOX_KILLS=all` kills at every record. */
const isTelling = (kill: string): boolean => /^after:side-effect-intended\//.test(kill);

describe('an emergency rollback that is killed', { timeout: 1_800 * seconds }, () => {
  it('is made once and put back once, whatever record either dies at', async () => {
    const [rollback = [], reconcile = []] = await play({ rollback: null, reconcile: null });
    expect(rollback).toContain('side-effect-intended/parent-sync-off/parent-off');
    expect(reconcile).toContain('side-effect-intended/commit/commit');
    const { SIGNALBOX_KILLS: asked } = process.env;
    const of = (names: readonly string[]): string[] =>
      killsOf(names).filter((kill) =>
        asked ? asked === 'all' || asked.split(',').includes(kill) : isTelling(kill),
      );
    const [first, second] = [of(rollback), of(reconcile)];
    for (let index = 0; index < Math.max(first.length, second.length); index++)
      await play({
        rollback: first[index % Math.max(1, first.length)] ?? null,
        reconcile: second[index % Math.max(1, second.length)] ?? null,
      });
  });

  it('is made and put back through Argo’s own servers alone', async () => {
    access = { ...accessTo(practice), serversAlone: true };
    try {
      const [rollback = [], reconcile = []] = await play({ rollback: null, reconcile: null });
      expect(rollback).toContain('side-effect-intended/parent-sync-off/parent-off');
      expect(reconcile).toContain('side-effect-intended/commit/commit');
    } finally {
      access = kubernetes;
    }
  });
});

/** What the person chooses at the end, by what Git wants by then. */
const ends = [
  { what: 'keeps what Git wants', newer: false, keeps: true },
  { what: 'keeps what Git got meanwhile', newer: true, keeps: true },
  { what: 'writes its version over what Git got meanwhile', newer: true, keeps: false },
] as const;

describe('an emergency rollback that is reconciled', { timeout: 600 * seconds }, () => {
  it.each(ends)('$what', async ({ newer, keeps }) => {
    const one = await incident();
    const before = await live(one.app);
    await away(false);
    const made = await child({
      intent: emergencyOf(one),
      console: one.home,
      offline: true,
      crashAt: null,
    });
    expect(made.exitCode, `${made.stderr}\n${made.stdout}`).toBe(0);
    const set = await live(one.app);
    await away(true);
    const wanted = newer ? `v${Number(one.expected.slice(1)) - 2}` : one.expected;
    if (newer) await practice.control.deployAsSomeoneElse({ app: one.app, environment, version: wanted });
    const rig = await openRig(access, one.home, { watch: [environment] });
    try {
      await rig.ledger.refresh();
      // Automatic sync is off: what Git got does not reach the cluster before somebody decides.
      expect((await live(one.app)).tags).toEqual(set.tags);
      const debt = rig.engine.list({ limit: 1 })[0]?.id ?? '';
      const version = keeps ? wanted : one.version;
      const asked = { ...reconcileOf(one, debt), version, expected: wanted } as AppIntent;
      await expect
        .poll(() => rig.clusters.get(environment)?.view.freshness().state, { timeout: 60 * seconds })
        .toBe('live');
      const { findings } = unwrap(await rig.engine.preview(asked));
      if (newer)
        expect(findings.map(({ message }) => message)).toContain(
          `Git got ${wanted} of ${one.app} after the emergency rollback.`,
        );
      const { operationId } = unwrap(rig.engine.start(asked, findings));
      const done = await ended(rig.engine, operationId);
      expect(`${done.state} ${done.failure?.message ?? ''}`).toBe('succeeded ');
      expect(done.commit === null).toBe(keeps);
      const after = await live(one.app);
      expect(after.off).toEqual([]);
      expect(after.tags).toEqual(before.tags.map((tag) => tag.replace(` ${one.expected}`, ` ${version}`)));
      expect((await practice.control.status()).tags[environment]?.[one.app]?.imageTag).toBe(version);
      expect(rig.engine.board().emergency.debts).toEqual([]);
    } finally {
      await rig.close();
    }
  });
});
