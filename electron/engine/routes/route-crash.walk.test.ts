import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { RouteKind } from '../../../shared/domain/estate/routes';
import { parseTrailers } from '../../../shared/domain/ledger/trailers';
import type { AppIntent } from '../../../shared/domain/operation/intent';
import type { Operation } from '../../../shared/domain/operation/operation';
import { owner, releaseRepoName } from '../../practice/estate/apps';
import { type PracticeProcess, startPracticeProcess } from '../../testing/practice-process';
import { killedConsole } from '../testing/killed-console';
import { accessTo, type EstateAccess, ended, openRig, type Rig, unwrap } from '../testing/rig';
import { routedEstate } from '../testing/routed-estate';

/** Consoles that are killed (SIGKILL) on each of the ways in which a version comes onto main, and start again. */
const seconds = 1_000;
const environment = 'staging';
const watch = [environment, 'integration'];
const limits = { settle: 100, look: 60 * seconds, review: 300, landing: 20 * seconds };
let folder: string;
let practice: PracticeProcess;
let observer: Rig;
const estates = new Map<RouteKind, EstateAccess>();
/** Apps that no console works on: each kill has one of its own. */
let apps: string[];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-route-crash-'));
  practice = await startPracticeProcess(['--dir', path.join(folder, 'estate'), '--speed', '60']);
  for (const kind of ['push', 'merge-branch', 'workflow', 'actions', 'pull-request'] as const) {
    const target = path.join(folder, `${kind}.yaml`);
    const estateFile = await routedEstate(practice.ready.estateFile, target, [{ kind }]);
    estates.set(kind, accessTo(practice, estateFile));
  }
  observer = await openRig(accessBy('workflow'), path.join(folder, 'observer'), { watch, limits });
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

function accessBy(kind: RouteKind): EstateAccess {
  const access = estates.get(kind);
  if (!access) throw new Error(`no estate for ${kind}`);
  return access;
}

const inRepo = async (app: string): Promise<string> =>
  (await practice.control.status()).tags[environment]?.[app]?.imageTag ?? '';

async function github<T>(address: string, schema: z.ZodType<T>): Promise<T> {
  const answer = await fetch(`${practice.ready.githubUrl}/${address}`, {
    headers: { authorization: `Bearer ${practice.credentials.github.token}` },
  });
  return schema.parse(await answer.json());
}
const runsSchema = z.object({
  workflow_runs: z.array(z.object({ id: z.number(), display_title: z.string() })),
});
const pullsSchema = z.array(z.object({ number: z.number(), head: z.object({ ref: z.string() }) }));

/** The branch of a pull request has the end of its operation's id in its name. */
const isBranchOf = (id: string, branch: string): boolean =>
  branch.includes(id.replaceAll('-', '').slice(-12));

/** What was started outside for an operation, by its route: workflows, runs or pull requests. */
async function started(kind: RouteKind, { app, version }: { app: string; version: string }, id: string) {
  const runs = await github(`repos/${owner}/${app}/actions/runs?per_page=100`, runsSchema);
  const pulls = await github(`repos/${owner}/${releaseRepoName}/pulls?state=all&per_page=100`, pullsSchema);
  const workflows =
    observer.clusters.get(environment)?.view.workflows({ app, template: 'deploy-image' }) ?? [];
  const title = `Deploy ${version} to ${environment}`;
  switch (kind) {
    case 'workflow':
      return workflows.filter(({ name }) => name.includes(id)).length;
    case 'actions':
      return runs.workflow_runs.filter(({ display_title }) => display_title === title).length;
    case 'pull-request':
      return pulls.filter(({ head }) => isBranchOf(id, head.ref)).length;
    default:
      return 1;
  }
}

/** Commits of main that set a version in a cell, newest first. */
async function settingIt(
  app: string,
  version: string,
): Promise<{ commit: string; operation: string | null }[]> {
  const snapshot = unwrap(await observer.ledger.refresh());
  const file = snapshot
    .list('charts/app-config/image-tags/')
    .find((one) => one.endsWith(`/${environment}/${app}`));
  const log = unwrap(await observer.ledger.log([file ?? ''], 20));
  const found: { commit: string; operation: string | null }[] = [];
  for (const { commit, message } of log) {
    const text = unwrap(await observer.ledger.snapshotAt(commit)).file(file ?? '')?.text ?? '';
    if (new RegExp(`image_tag: ["']?${version}["']?$`, 'm').test(text))
      found.push({ commit, operation: parseTrailers(message)?.operation ?? null });
    else break;
  }
  return found;
}

interface Kill {
  route: RouteKind;
  /** In every run of the tests; the others with `SIGNALBOX_KILLS=all`. */
  always?: true;
  /** What the console has done by then, for a person. */
  when: string;
  at: string;
  /** The bot waits until the console is dead. */
  botWaits?: boolean;
  /** What happens while nobody looks. */
  meanwhile?: 'nothing' | 'landed';
  /** Its answer was lost with the console, so nobody can tell which run it was. */
  unclaimed?: boolean;
}

const commit = 'commit/commit';
const kills: Kill[] = [
  { route: 'push', when: 'nothing was sent yet', at: `after:side-effect-intended/${commit}` },
  {
    route: 'push',
    always: true,
    when: 'it is on main, and not written down',
    at: `before:side-effect-result/${commit}`,
  },
  { route: 'push', when: 'the rollout is followed', at: 'after:step-started/rollout' },
  {
    route: 'merge-branch',
    always: true,
    when: 'it is on main, and not written down',
    at: `before:side-effect-result/${commit}`,
  },
  { route: 'merge-branch', when: 'the rollout is followed', at: 'after:step-started/rollout' },
  {
    route: 'workflow',
    always: true,
    when: 'it was submitted, and not written down',
    at: `before:side-effect-intended/${commit}#2`,
    botWaits: true,
  },
  { route: 'workflow', when: 'it is followed', at: 'after:job/commit', botWaits: true },
  {
    route: 'workflow',
    always: true,
    when: 'it is followed, and commits while the console is dead',
    at: 'after:job/commit',
    botWaits: true,
    meanwhile: 'landed',
  },
  {
    route: 'workflow',
    when: 'it is on main, and not written down',
    at: `before:side-effect-result/${commit}`,
  },
  {
    route: 'actions',
    always: true,
    when: 'it was dispatched, and not written down',
    at: 'before:job/commit',
    botWaits: true,
    unclaimed: true,
  },
  { route: 'actions', when: 'it is followed', at: 'after:job/commit#2', botWaits: true },
  {
    route: 'actions',
    always: true,
    when: 'it is followed, and commits while the console is dead',
    at: 'after:job/commit#2',
    botWaits: true,
    meanwhile: 'landed',
  },
  {
    route: 'actions',
    when: 'it is on main, and not written down',
    at: `before:side-effect-result/${commit}`,
  },
  {
    route: 'pull-request',
    when: 'its branch was pushed, and not written down',
    at: `after:side-effect-intended/${commit}`,
  },
  {
    route: 'pull-request',
    always: true,
    when: 'it was opened, and not written down',
    at: `before:side-effect-intended/${commit}#2`,
  },
  { route: 'pull-request', when: 'its review is waited for', at: 'after:job/commit' },
  {
    route: 'pull-request',
    always: true,
    when: 'its review is waited for, and it is merged while the console is dead',
    at: 'after:job/commit',
    meanwhile: 'landed',
  },
];

/** A reviewer approves it, and Signalbox' wish for an automatic merge has it merged; or they merge it themselves. */
async function approve(id: string, merge: boolean): Promise<void> {
  let number = 0;
  await expect
    .poll(async () => {
      const pulls = await github(
        `repos/${owner}/${releaseRepoName}/pulls?state=open&per_page=100`,
        pullsSchema,
      );
      number = pulls.find(({ head }) => isBranchOf(id, head.ref))?.number ?? 0;
      return number;
    })
    .toBeGreaterThan(0);
  await practice.control.reviewPullRequest({ number });
  // Where it was merged by the approval there is nothing left to merge.
  if (merge) await practice.control.mergePullRequest({ number }).catch(() => null);
}

async function killAndRestart({ route, at, botWaits = false, meanwhile, unclaimed }: Kill): Promise<void> {
  const app = apps.shift() ?? '';
  // A second attempt comes to them again.
  apps.push(app);
  const expected = await inRepo(app);
  const version = `v${Number(expected.slice(1)) - 1}`;
  const intent: AppIntent = {
    kind: 'deploy',
    app,
    environment,
    version,
    expected,
    reason: 'rehearsal',
    override: [
      'behind-running',
      'migration',
      'migrations-unknown',
      'not-tested-before',
      'hold',
      'never-healthy-here',
    ],
  };
  const access = accessBy(route);
  const console = await mkdtemp(path.join(folder, `${route}-`));
  await practice.control.setGitFaults({ botWaits });
  expect(await killedConsole({ access, folder: console, watch, intent }, at)).toBe(`${at} SIGKILL`);
  await practice.control.setGitFaults({ botWaits: false });
  const rig = await openRig(access, console, { watch, limits });
  try {
    const [open] = rig.engine.list({ limit: 10 });
    if (!open) throw new Error('the operation is lost');
    expect(open.state).toBe('running');
    if (meanwhile === 'landed') {
      if (route === 'pull-request') await approve(open.id, true);
      await expect.poll(() => inRepo(app)).toBe(version);
    }
    await rig.engine.recover();
    if (route === 'pull-request' && meanwhile !== 'landed') await approve(open.id, false);
    const end: Operation = await ended(rig.engine, open.id);
    expect(end.failure).toBeNull();
    expect(end.state).toBe('succeeded');
    expect(await inRepo(app)).toBe(version);
    const commits = await settingIt(app, version);
    expect(commits).toHaveLength(1);
    expect(end.commit).toBe(unclaimed ? null : commits[0]?.commit);
    await expect.poll(() => started(route, { app, version }, open.id)).toBe(1);
  } finally {
    await rig.close();
  }
}

describe('a console that is killed on its way', { timeout: 1_200 * seconds }, () => {
  const wanted = kills.filter(({ always }) => always || process.env.SIGNALBOX_KILLS === 'all');
  const rows = wanted.map((kill): [string, Kill] => [`by ${kill.route}, when ${kill.when}`, kill]);
  it.each(rows)('%s: goes on, and nothing is done twice', async (_, kill) => {
    const isOwn = kill.route === 'push' || kill.route === 'merge-branch';
    await practice.control.setRights({ profile: isOwn ? 'everything' : 'govuk' });
    await killAndRestart(kill);
  });
});
