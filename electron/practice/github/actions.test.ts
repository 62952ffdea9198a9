import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Octokit } from '@octokit/rest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { owner, releaseRepoName } from '../estate/apps';
import { createClock } from '../estate/clock';
import { providerTestsFile } from '../estate/provider-tests';
import { gitDirOf, seedRepos } from '../estate/seed/seed';
import { git } from '../git/command';
import { type ActionsRun, actionsRunSchema, createActions } from './actions';
import { type GithubServer, startGithubServer } from './server';
import { dispatchValues, parseWorkflowFile, runTitle } from './workflow-file';

const release = { owner, repo: releaseRepoName };
const workflow = { ...release, workflow_id: providerTestsFile };
const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const inputs = { environment: 'notify-staging', bag: '7', request: 'request-1' };

let root: string;
let server: GithubServer;
let octokit: Octokit;
let exitCode = 0;
let slow = false;
const kept: ActionsRun[] = [];
const errors: unknown[] = [];
const stopping = new AbortController();

const start = (runs: ActionsRun[], signal: AbortSignal) =>
  createActions({
    clock: createClock(500),
    runs,
    program: (_run, _job, { isLast }) =>
      isLast
        ? async ({ log, wait }) => {
            log('collected 4 items');
            await wait(slow ? 1_000_000 : 5);
            return exitCode;
          }
        : undefined,
    signal,
    onError: (error) => errors.push(error),
  });

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'practice-actions-'));
  await seedRepos({ root, now: new Date('2026-03-04T11:30:00Z') });
  server = await startGithubServer({
    root,
    tokens: {
      writer: { login: 'tamsin-okoro', write: true },
      reader: { login: 'ivo-larkspur', write: false },
    },
    gitUrl: 'http://127.0.0.1:1',
    actions: start(kept, stopping.signal),
  });
  octokit = new Octokit({ baseUrl: server.url, auth: 'writer', log: quiet });
});

afterAll(async () => {
  stopping.abort();
  await server.close();
  await rm(root, { recursive: true, force: true });
  expect(errors).toEqual([]);
});

/** Dispatches as the console does. @returns the run's id. */
async function dispatch(): Promise<number> {
  const { status, data } = await octokit.request(
    'POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches',
    { ...workflow, ref: 'main', inputs, return_run_details: true },
  );
  expect(status).toBe(200);
  return (data as unknown as { workflow_run_id: number }).workflow_run_id;
}

const run = async (run_id: number) => (await octokit.actions.getWorkflowRun({ ...release, run_id })).data;
const ended = (run_id: number) =>
  expect.poll(async () => (await run(run_id)).status, { timeout: 10_000, interval: 20 }).toBe('completed');
const jobsOf = async (run_id: number) =>
  (await octokit.actions.listJobsForWorkflowRun({ ...release, run_id })).data.jobs;

describe('GitHub Actions of the practice estate', () => {
  it('runs a workflow that is dispatched, which is found again by its title', async () => {
    const head = (await git(gitDirOf(root, releaseRepoName), ['rev-parse', 'main'])).trim();
    const since = new Date(Date.now() - 1000).toISOString();
    const { status } = await octokit.actions.createWorkflowDispatch({ ...workflow, ref: 'main', inputs });
    expect(status).toBe(204);
    const { data } = await octokit.actions.listWorkflowRuns({
      ...workflow,
      event: 'workflow_dispatch',
      branch: 'main',
      created: `>=${since}`,
    });
    expect(data.total_count).toBe(1);
    const [found] = data.workflow_runs;
    expect(found).toMatchObject({
      display_title: 'Provider tests of bag 7 in notify-staging request-1',
      head_sha: head,
      actor: { login: 'tamsin-okoro' },
      run_attempt: 1,
    });
    const id = Number(found?.id);
    await ended(id);
    expect(await run(id)).toMatchObject({ status: 'completed', conclusion: 'success' });
    const [job] = await jobsOf(id);
    expect(job?.steps?.map((step) => [step.name, step.conclusion])).toEqual([
      ['Set up job', 'success'],
      ['Check out the tests', 'success'],
      ['Install Python', 'success'],
      ['Run the provider tests', 'success'],
      ['Complete job', 'success'],
    ]);
    const { data: log } = await octokit.actions.downloadJobLogsForWorkflowRun({
      ...release,
      job_id: Number(job?.id),
    });
    expect(log).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z collected 4 items$/m);
  });

  it('fails with its tests, and runs the failed jobs again', async () => {
    exitCode = 1;
    const id = await dispatch();
    await ended(id);
    expect(await run(id)).toMatchObject({ conclusion: 'failure', run_attempt: 1 });
    exitCode = 0;
    await octokit.actions.reRunWorkflowFailedJobs({ ...release, run_id: id });
    await ended(id);
    expect(await run(id)).toMatchObject({ conclusion: 'success', run_attempt: 2 });
  });

  it('is cancelled; an ended run is not, and has its log alone', async () => {
    slow = true;
    const id = await dispatch();
    await expect.poll(async () => (await run(id)).status, { interval: 20 }).toBe('in_progress');
    const [job] = await jobsOf(id);
    const log = { ...release, job_id: Number(job?.id) };
    await expect(octokit.actions.downloadJobLogsForWorkflowRun(log)).rejects.toMatchObject({ status: 404 });
    expect((await octokit.actions.cancelWorkflowRun({ ...release, run_id: id })).status).toBe(202);
    expect(await run(id)).toMatchObject({ status: 'completed', conclusion: 'cancelled' });
    await expect(octokit.actions.cancelWorkflowRun({ ...release, run_id: id })).rejects.toMatchObject({
      status: 409,
    });
    slow = false;
  });

  it('goes on after a restart with the runs that were kept', async () => {
    slow = true;
    const id = await dispatch();
    const testing = () =>
      kept.find((one) => one.id === id)?.jobs[0]?.lines.some((line) => /collected/.test(line));
    await expect.poll(testing, { interval: 20 }).toBe(true);
    slow = false;
    const saved = actionsRunSchema.array().parse(JSON.parse(JSON.stringify(kept)));
    expect(saved.find((one) => one.id === id)?.conclusion).toBeNull();
    const again = new AbortController();
    start(saved, again.signal);
    await expect
      .poll(() => saved.find((one) => one.id === id)?.conclusion, { timeout: 10_000, interval: 20 })
      .toBe('success');
    again.abort();
  });

  it('refuses as GitHub does', async () => {
    const dispatched = (change: object) =>
      octokit.actions.createWorkflowDispatch({ ...workflow, ref: 'main', inputs, ...change });
    const refused = (status: number, message: RegExp) =>
      expect.objectContaining({ status, message: expect.stringMatching(message) });
    await expect(dispatched({ ref: 'nowhere' })).rejects.toEqual(refused(422, /No ref found for: nowhere/));
    await expect(dispatched({ workflow_id: 'none.yml' })).rejects.toEqual(refused(404, /Not Found/));
    await expect(dispatched({ inputs: { bag: '7' } })).rejects.toEqual(
      refused(422, /Required input 'environment' not provided/),
    );
    await expect(dispatched({ inputs: { ...inputs, environment: 'production' } })).rejects.toEqual(
      refused(422, /not in the list of allowed values/),
    );
    await expect(dispatched({ inputs: { ...inputs, more: '1' } })).rejects.toEqual(
      refused(422, /Unexpected inputs provided/),
    );
    await expect(dispatched({ repo: 'notify-api', workflow_id: 'deploy.yml' })).rejects.toEqual(
      refused(422, /does not have 'workflow_dispatch' trigger/),
    );
    const reader = new Octokit({ baseUrl: server.url, auth: 'reader', log: quiet });
    await expect(
      reader.actions.createWorkflowDispatch({ ...workflow, ref: 'main', inputs }),
    ).rejects.toMatchObject({ status: 403 });
  });
});

describe('a workflow file', () => {
  it.each(['on: workflow_dispatch', 'on: [push, workflow_dispatch]', 'on: { workflow_dispatch: }'])(
    'may be dispatched by `%s`',
    (on) => {
      const file = parseWorkflowFile('.github/workflows/a.yml', `${on}\njobs: { one: { steps: [] } }\n`);
      expect(file && dispatchValues(file, {})).toEqual(new Map());
      expect(file && runTitle(file, new Map())).toBe('.github/workflows/a.yml');
    },
  );

  it('is none when it is no YAML or no map', () => {
    expect(parseWorkflowFile('a.yml', ': [')).toBeNull();
    expect(parseWorkflowFile('a.yml', 'text')).toBeNull();
  });
});
