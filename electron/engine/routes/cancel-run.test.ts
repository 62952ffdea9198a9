import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Octokit } from '@octokit/rest';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type PracticeProcess, startPracticeProcess } from '../../testing/practice-process';
import { until } from '../../testing/until';
import { type AnsweringGitHub, answeringGitHub } from '../testing/answering-github';
import { ended, openRig, operationWhen, type Rig, unwrap } from '../testing/rig';
import { routedEstate } from '../testing/routed-estate';

let folder: string;
let practice: PracticeProcess;
let github: AnsweringGitHub;
let rig: Rig;
let rival: Octokit;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-cancel-run-'));
  practice = await startPracticeProcess(['--dir', path.join(folder, 'estate'), '--speed', '60']);
  github = await answeringGitHub(practice.ready.githubUrl);
  await practice.control.setRights({ profile: 'everything', approvals: ['staging'] });
  rival = new Octokit({
    baseUrl: practice.ready.githubUrl,
    auth: practice.credentials.others.rival,
    log: { debug() {}, info() {}, warn() {}, error() {} },
  });
  rig = await openRig(
    {
      estateFile: await routedEstate(
        practice.ready.estateFile,
        path.join(folder, 'signalbox.yaml'),
        [{ kind: 'actions' }],
        github.url,
      ),
      ledgerPassword: practice.credentials.ledger.password,
      githubToken: practice.credentials.github.token,
    },
    path.join(folder, 'console'),
    { watch: [], limits: { settle: 200, look: 60_000, landing: 60_000 } },
  );
  await rig.engine.recover();
});
afterEach(() => {
  github.answer = () => null;
  github.asked.length = 0;
});
afterAll(async () => {
  await rig?.close();
  await github?.close();
  await practice?.stop();
  await rm(folder, { recursive: true, force: true });
});

const stepOf = (id: string) => unwrap(rig.engine.get(id)).steps.find(({ name }) => name === 'commit');
const saidBy = (id: string) => stepOf(id)?.saw.map(({ text }) => text) ?? [];

/** Begins a deployment whose run waits for an approval. */
async function waiting(app: string): Promise<{ id: string; run: number }> {
  const expected = (await practice.control.status()).tags.staging?.[app]?.imageTag ?? '';
  const bare = {
    kind: 'deploy',
    app,
    environment: 'staging',
    version: `v${Number(expected.slice(1)) - 1}`,
    expected,
    reason: 'rehearsal',
  } as const;
  const { findings } = unwrap(await rig.engine.preview(bare));
  const override = findings
    .filter(({ level, overridable }) => level !== 'pass' && overridable)
    .map(({ code }) => code);
  const { operationId: id } = unwrap(rig.engine.start({ ...bare, override }, findings));
  await operationWhen(rig.engine, id, () => /approved/.test(stepOf(id)?.waitingFor ?? ''));
  return { id, run: rig.seenRuns.get(id)?.id ?? 0 };
}
const cancels = () => github.asked.filter(({ path: asked }) => asked.endsWith('/cancel'));
/** Answers requests to cancel as GitHub does, after `first` was waited for. */
const conflict = (message: string, first: () => Promise<void> = async () => {}) => {
  let before: Promise<void> | null = null;
  github.answer = async ({ path: asked }) => {
    if (!asked.endsWith('/cancel')) return null;
    before ??= first();
    await before;
    return { status: 409, body: { message, documentation_url: 'https://docs.github.com/rest' } };
  };
};
async function approveAndFinish(app: string, run: number): Promise<void> {
  const place = { owner: 'alphagov', repo: app, run_id: run };
  const { data } = await rival.actions.getPendingDeploymentsForRun(place);
  await rival.actions.reviewPendingDeploymentsForRun({
    ...place,
    environment_ids: data.map(({ environment }) => Number(environment.id)),
    state: 'approved',
    comment: 'looks good',
  });
  await until(async () => {
    expect((await rival.actions.getWorkflowRun(place)).data.status).toBe('completed');
  });
}

it('a run that had ended before it could be cancelled is told with its conclusion, and its commit counts', async () => {
  const { id, run } = await waiting('frontend');
  conflict('Cannot cancel a workflow run that is completed.', () => approveAndFinish('frontend', run));
  unwrap(rig.engine.cancel(id));
  const done = await operationWhen(
    rig.engine,
    id,
    ({ commit, state }) => commit !== null || state !== 'running',
  );
  expect(done.commit).not.toBeNull();
  expect(saidBy(id)).toContain(
    'The run of alphagov/frontend deploy.yml could not be cancelled: it had ended already (success).',
  );
  expect(cancels()).toHaveLength(1);
});

it('a run that can’t be cancelled yet is asked to again, until it is', async () => {
  const { id } = await waiting('router');
  conflict('Cannot cancel a workflow re-run that has not yet queued.');
  unwrap(rig.engine.cancel(id));
  await until(() => expect(cancels().length).toBeGreaterThan(1));
  expect(saidBy(id).filter((text) => text.includes('not yet queued'))).toHaveLength(1);
  github.answer = () => null;
  expect((await ended(rig.engine, id)).state).toBe('cancelled');
});

it('a run that somebody else cancelled a moment before is told as theirs', async () => {
  const { id, run } = await waiting('static');
  const place = { owner: 'alphagov', repo: 'static', run_id: run };
  conflict('Cannot cancel a workflow run that is completed.', async () => {
    await rival.actions.cancelWorkflowRun(place);
    await until(async () => {
      expect((await rival.actions.getWorkflowRun(place)).data.status).toBe('completed');
    });
  });
  unwrap(rig.engine.cancel(id));
  const done = await ended(rig.engine, id);
  expect(saidBy(id)).toContain(
    'The run of alphagov/static deploy.yml could not be cancelled: it had ended already (cancelled).',
  );
  expect(done.failure?.message).toContain('was cancelled on GitHub');
});

it('a cancellation that GitHub does not allow is told, with what goes on', async () => {
  const { id, run } = await waiting('collections');
  github.answer = ({ path: asked }) =>
    asked.endsWith('/cancel')
      ? { status: 403, body: { message: 'Resource not accessible by personal access token' } }
      : null;
  unwrap(rig.engine.cancel(id));
  await until(() =>
    expect(saidBy(id).at(-1)).toMatch(/^The run was not cancelled, and goes on\. .*Cancel it on GitHub\.$/),
  );
  await approveAndFinish('collections', run);
  const done = await operationWhen(
    rig.engine,
    id,
    ({ commit, state }) => commit !== null || state !== 'running',
  );
  expect(done.commit).not.toBeNull();
});
