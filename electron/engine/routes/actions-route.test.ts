import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Octokit } from '@octokit/rest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AppIntent } from '../../../shared/domain/operation/intent';
import type { Operation } from '../../../shared/domain/operation/operation';
import { type PracticeProcess, startPracticeProcess } from '../../testing/practice-process';
import { until } from '../../testing/until';
import { killedConsole } from '../testing/killed-console';
import { ended, openRig, operationWhen, type Rig, unwrap } from '../testing/rig';
import { routedEstate } from '../testing/routed-estate';

const owner = 'alphagov';
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

let folder: string;
let practice: PracticeProcess;
let rig: Rig;
let access: Parameters<typeof openRig>[0];
/** Apps for the kills, each with a cell of its own. */
const crashApps = ['email-alert-api', 'search-api', 'asset-manager'];
let mine: Octokit;
let rivals: Octokit;

const open = (name: string): Promise<Rig> =>
  openRig(access, path.join(folder, name), { limits: { settle: 200, look: 60_000, landing: 60_000 } });

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-actions-'));
  practice = await startPracticeProcess(['--dir', path.join(folder, 'estate'), '--speed', '60']);
  access = {
    estateFile: await routedEstate(practice.ready.estateFile, path.join(folder, 'signalbox.yaml'), [
      { kind: 'actions' },
      { kind: 'push' },
    ]),
    ledgerPassword: practice.credentials.ledger.password,
    githubToken: practice.credentials.github.token,
  };
  rig = await open('console');
  const baseUrl = rig.estate.sources?.github?.apiUrl ?? '';
  mine = new Octokit({ baseUrl, auth: access.githubToken, log: quiet });
  rivals = new Octokit({ baseUrl, auth: practice.credentials.others.rival, log: quiet });
  await rig.engine.recover();
  await until(() => {
    for (const { cluster } of rig.engine.board().environments) expect(cluster.state).toBe('live');
    expect(rig.engine.board().cells.every((one) => one.deployed !== null)).toBe(true);
  });
});
/** Changes what people may do; the clusters end their watches at that. */
async function rights(
  change: NonNullable<Parameters<PracticeProcess['control']['setRights']>[0]>,
  member = true,
) {
  await practice.control.setTeamMember({ member });
  await practice.control.setRights(change);
  if (change.profile !== 'govuk')
    await until(() => {
      for (const { cluster } of rig.engine.board().environments) expect(cluster.state).toBe('live');
    });
}
beforeEach(() => rights({ profile: 'everything', approvals: [] }));
afterAll(async () => {
  await rig?.close();
  await practice?.stop();
  await rm(folder, { recursive: true, force: true });
});

const versionIn = (app: string, environment: string): string =>
  rig.engine.board().cells.find((one) => one.app === app && one.environment === environment)?.ledger
    ?.version ?? '';
const older = (version: string): string => `v${Number(version.slice(1)) - 1}`;
type Deploy = Extract<AppIntent, { kind: 'deploy' }>;
const goBack = (app: string, environment: string): Deploy => ({
  kind: 'deploy',
  app,
  environment,
  version: older(versionIn(app, environment)),
  expected: versionIn(app, environment),
  reason: 'rehearsal',
  override: [
    'behind-running',
    'migration',
    'migrations-unknown',
    'not-tested-before',
    'hold',
    'environment-unreachable',
  ],
});
async function start(intent: AppIntent): Promise<string> {
  const preview = unwrap(await rig.engine.preview(intent));
  expect(preview.route.taken).toBe('actions');
  return unwrap(rig.engine.start(intent, preview.findings)).operationId;
}
const states = (operation: Operation) =>
  Object.fromEntries(operation.steps.map((step) => [step.name, step.state]));
const runsOf = async (repo: string) =>
  (await mine.actions.listWorkflowRuns({ owner, repo, workflow_id: 'deploy.yml', per_page: 100 })).data
    .workflow_runs;
/** Somebody else approves what the operation's run waits for. */
async function approve(repo: string, operationId: string, { seenRuns }: Rig = rig): Promise<void> {
  const place = { owner, repo, run_id: seenRuns.get(operationId)?.id ?? 0 };
  const { data } = await rivals.actions.getPendingDeploymentsForRun(place);
  await rivals.actions.reviewPendingDeploymentsForRun({
    ...place,
    environment_ids: data.map(({ environment }) => Number(environment.id)),
    state: 'approved',
    comment: 'looks good',
  });
}
const stepOf = (operation: Operation) => operation.steps.find(({ name }) => name === 'commit');

describe('a version that lands by the app’s workflow in GitHub Actions', () => {
  it('is built, deployed and committed by the bot, followed with its jobs and logs to its tests', async () => {
    const intent = goBack('frontend', 'staging');
    const done = await ended(rig.engine, await start(intent));
    expect(done.failure).toBeNull();
    expect(states(done)).toMatchObject({ commit: 'succeeded', rollout: 'succeeded' });
    expect(versionIn('frontend', 'staging')).toBe(intent.version);
    const commit = unwrap(await rig.ledger.log([], 200)).find((one) => one.commit === done.commit);
    expect(commit?.authorName).not.toBe('Ada Morrow');
    expect(done.jobs).toMatchObject([
      {
        name: 'deploy.yml of frontend (GitHub Actions)',
        state: 'succeeded',
        url: expect.stringContaining('/actions/runs/'),
      },
    ]);
    const run = rig.seenRuns.get(done.id);
    expect(run).toMatchObject({
      owner,
      repo: 'frontend',
      workflow: 'deploy.yml',
      state: 'succeeded',
      more: 0,
    });
    expect(run?.jobs.map(({ name, state }) => [name, state])).toEqual([
      ['Build and publish image', 'succeeded'],
      ['Trigger deploy to staging', 'succeeded'],
    ]);
    expect(run?.jobs[1]?.steps.map(({ name }) => name)).toContain('Trigger Argo Workflows');
    await until(() => expect([...rig.jobLogs.keys()]).toEqual(run?.jobs.map(({ id }) => id)));
    expect(rig.jobLogs.get(run?.jobs[1]?.id ?? 0)).toContain('POST /update-image-tag');
  });

  it('waits for an approval, and says whose', async () => {
    await rights({ approvals: ['staging'] });
    const id = await start(goBack('signon', 'staging'));
    const waiting = await operationWhen(rig.engine, id, (one) =>
      /approved/.test(stepOf(one)?.waitingFor ?? ''),
    );
    expect(stepOf(waiting)?.waitingFor).toMatch(
      /^Waiting for the GitHub environment staging to be approved by .* or practice\. You can approve it on GitHub\.$/,
    );
    const run = rig.seenRuns.get(id);
    expect(run).toMatchObject({
      state: 'waiting',
      approvals: [{ environment: 'staging', mayApprove: true }],
    });
    await approve('signon', id);
    const done = await ended(rig.engine, id);
    expect(done.failure).toBeNull();
    expect(states(done).commit).toBe('succeeded');
  });

  it('is cancelled on GitHub while nothing is committed', async () => {
    await rights({ approvals: ['staging'] });
    const intent = goBack('static', 'staging');
    const id = await start(intent);
    await operationWhen(rig.engine, id, (one) => /approved/.test(stepOf(one)?.waitingFor ?? ''));
    expect(unwrap(rig.engine.cancel(id)).cancel).toEqual({
      allowed: false,
      because: 'It is being cancelled.',
    });
    const done = await ended(rig.engine, id);
    expect(done.state).toBe('cancelled');
    expect((await runsOf('static'))[0]).toMatchObject({ conclusion: 'cancelled' });
    expect(versionIn('static', 'staging')).toBe(intent.expected);
  });

  it('is not taken for another run of the same workflow, nor cancelled by its end', async () => {
    await rights({ approvals: ['staging'] });
    const intent = goBack('whitehall', 'staging');
    const inputs = { gitRef: older(intent.version), environment: 'staging' };
    const others = { owner, repo: 'whitehall', workflow_id: 'deploy.yml', ref: 'main', inputs };
    await rivals.actions.createWorkflowDispatch(others);
    const id = await start(intent);
    await rivals.actions.createWorkflowDispatch(others);
    await operationWhen(rig.engine, id, (one) => /approved/.test(stepOf(one)?.waitingFor ?? ''));
    const runs = await runsOf('whitehall');
    const [own] = runs.filter(({ actor }) => actor?.login === 'practice');
    expect(rig.seenRuns.get(id)?.id).toBe(own?.id);
    for (const run of runs)
      if (run.id !== own?.id)
        await rivals.actions.cancelWorkflowRun({ owner, repo: 'whitehall', run_id: run.id });
    unwrap(rig.engine.cancel(id));
    expect((await ended(rig.engine, id)).state).toBe('cancelled');
  });

  it('cancelled by somebody on GitHub, is told as that', async () => {
    await rights({ approvals: ['staging'] });
    const id = await start(goBack('publishing-api', 'staging'));
    await operationWhen(rig.engine, id, (one) => /approved/.test(stepOf(one)?.waitingFor ?? ''));
    const run_id = rig.seenRuns.get(id)?.id ?? 0;
    await rivals.actions.cancelWorkflowRun({ owner, repo: 'publishing-api', run_id });
    expect((await ended(rig.engine, id)).failure).toMatchObject({
      code: 'cancelled',
      message: expect.stringContaining('was cancelled on GitHub'),
    });
  });

  it.each([
    ['before it was asked for', 'after:side-effect-intended/commit/commit', 0],
    ['before its run was written down', 'after:job/commit', 1],
    ['once its commit is there', 'before:side-effect-result/commit/commit', 1],
  ])('is asked for once, though the console is killed %s', async (what, at, runs) => {
    const app = crashApps.shift() ?? '';
    const name = `killed ${what}`;
    const intent = goBack(app, 'staging');
    const before = (await runsOf(app)).length;
    const order = { access, folder: path.join(folder, name), watch: ['staging'], intent };
    expect(await killedConsole(order, at)).toBe(`${at} SIGKILL`);
    expect((await runsOf(app)).length - before).toBe(runs);
    const again = await openRig(access, order.folder, {
      watch: ['staging'],
      limits: { settle: 200, look: 60_000, landing: runs === 0 ? 3_000 : 60_000 },
    });
    await again.engine.recover();
    const [operation] = again.engine.list({ limit: 1 });
    const done = await ended(again.engine, operation?.id ?? '');
    await again.close();
    expect((await runsOf(app)).length - before).toBe(runs);
    if (runs === 0) {
      expect(done.state).toBe('unknown');
      expect(states(done)).toMatchObject({ commit: 'unknown', rollout: 'unknown' });
    } else {
      expect(done.failure).toBeNull();
      expect(states(done)).toMatchObject({ commit: 'succeeded', rollout: 'succeeded' });
      expect(done.commit).not.toBeNull();
    }
  });

  it('is not asked for again where GitHub’s answer was lost, and claims no commit that may be another run’s', async () => {
    const app = 'collections';
    const before = (await runsOf(app)).length;
    await practice.control.setGithubFaults({ cutNextDispatch: true });
    const intent = goBack(app, 'staging');
    const done = await ended(rig.engine, await start(intent));
    expect((await runsOf(app)).length - before).toBe(1);
    expect(done.failure).toBeNull();
    expect(states(done)).toMatchObject({ commit: 'succeeded', rollout: 'succeeded' });
    expect(done.commit).toBeNull();
    expect(versionIn(app, 'staging')).toBe(intent.version);
  });

  it('is unknown where the run succeeded and its commit did not come in time', async () => {
    await rights({ approvals: ['staging'] });
    const app = 'smart-answers';
    const hasty = await openRig(access, path.join(folder, 'hasty'), {
      watch: ['staging'],
      limits: { look: 60_000, landing: 1_000 },
    });
    await until(() => expect(hasty.clusters.get('staging')?.view.freshness().state).toBe('live'));
    const intent = goBack(app, 'staging');
    const preview = unwrap(await hasty.engine.preview(intent));
    const { operationId } = unwrap(hasty.engine.start(intent, preview.findings));
    await operationWhen(hasty.engine, operationId, (one) => /approved/.test(stepOf(one)?.waitingFor ?? ''));
    // The bot can't push either.
    await practice.control.setGitFaults({ down: true });
    await approve(app, operationId, hasty);
    const done = await ended(hasty.engine, operationId);
    await practice.control.setGitFaults({ down: false });
    await hasty.close();
    expect(done.state).toBe('unknown');
    expect(stepOf(done)?.saw.at(-1)?.text).toBe(
      `The run of alphagov/smart-answers deploy.yml succeeded, but ${intent.version} did not reach the release repo within 1 s.`,
    );
  });

  // The last: what a person could not see then is remembered for a while.
  it('is not there where a job fails: which one, at which step, and what its log said', async () => {
    await rights({ approvals: ['production'] });
    const intent = goBack('router', 'production');
    const id = await start(intent);
    await operationWhen(rig.engine, id, (one) => /approved/.test(stepOf(one)?.waitingFor ?? ''));
    await rights({ profile: 'govuk' }, false);
    await approve('router', id);
    const done = await ended(rig.engine, id);
    expect(states(done)).toMatchObject({ commit: 'failed', rollout: 'skipped' });
    expect(done.failure).toMatchObject({
      code: 'refused',
      message:
        'The run of alphagov/router deploy.yml failed in the job “Trigger deploy to production”, step “Check deploy permissions”.',
      meaning: expect.stringContaining(`does not have ${intent.version}`),
      detail: expect.stringContaining('needs to be a member of the GOV.UK Production Deploy team'),
    });
    expect(versionIn('router', 'production')).toBe(intent.expected);
  });
});
