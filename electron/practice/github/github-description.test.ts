import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Octokit } from '@octokit/rest';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { listCandidates } from '../../systems/github/candidates';
import { commitChecks } from '../../systems/github/commit-checks';
import { compareRefs } from '../../systems/github/compare-refs';
import { createGitHub, whoseToken } from '../../systems/github/github-client';
import { mergeBranch } from '../../systems/github/merges';
import { createPullRequests } from '../../systems/github/pull-requests';
import { resolveName } from '../../systems/github/resolve-name';
import { createRunDetails } from '../../systems/github/run-details';
import { listRuns } from '../../systems/github/runs';
import { createWorkflowRuns } from '../../systems/github/workflow-dispatch';
import { owner, releaseRepoName } from '../estate/apps';
import { createClock } from '../estate/clock';
import { deployFile } from '../estate/deploy-workflow';
import { providerTestsFile } from '../estate/provider-tests';
import { gitDirOf, seedRepos } from '../estate/seed/seed';
import { BareRepo } from '../git/bare-repo';
import { git } from '../git/command';
import { createActions } from './actions';
import { noGithubFaults } from './faults';
import { noPulls, type PullRules } from './pull-state';
import { createPulls } from './pulls';
import { type GithubServer, startGithubServer } from './server';
import { cutOpenApi } from './testing/cut-openapi';
import { descriptionFile, type Exchange, readDescription } from './testing/github-description';
import { notingFetch } from './testing/noting-fetch';

/** The practice estate's GitHub, and what the console asks of it, against GitHub's own description of its API. */
const release = { owner, repo: releaseRepoName };
const app = { owner, repo: 'whitehall' };
const description = readDescription();
const rules: PullRules = {
  needs: ({ branch }) => (branch === 'main' ? { reviews: 1 } : null),
  refusesMerge: () => null,
  isInTeam: (_, login) => login === 'meret-quill',
};
let root: string;
let server: GithubServer;
let exchanges: Exchange[];
const stopping = new AbortController();
const signal = stopping.signal;

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'practice-described-'));
  await seedRepos({ root, now: new Date('2026-03-04T11:30:00Z') });
  server = await startGithubServer({
    root,
    tokens: {
      writer: { login: 'tamsin-okoro', write: true },
      approver: { login: 'odalys-brandt', write: true },
      reader: { login: 'ivo-larkspur', write: false },
      owner: { login: 'meret-quill', write: true },
    },
    gitUrl: 'http://127.0.0.1:1',
    pulls: createPulls({ state: noPulls(), rules, now: () => new Date() }),
    actions: createActions({
      clock: createClock(500),
      runs: [],
      program: (_run, _job, { isLast }) =>
        isLast
          ? async ({ wait }) => {
              await wait(5);
              return 0;
            }
          : undefined,
      needsApproval: (environment) => environment === 'production',
      signal,
      onError: () => undefined,
    }),
  });
});
afterAll(async () => {
  stopping.abort();
  await server.close();
  await rm(root, { recursive: true, force: true });
});
beforeEach(() => {
  server.setFaults(noGithubFaults());
  exchanges = [];
});

const noting = notingFetch((exchange) => exchanges.push(exchange));
const client = (token = 'writer') =>
  createGitHub({ apiUrl: server.url, token: async () => token, fetch: noting });
// GitHub describes its GraphQL API elsewhere.
const problems = (): string[] => [
  ...new Set(exchanges.filter(({ url }) => url !== '/graphql').flatMap((one) => description.problems(one))),
];
const refused = (ask: Promise<unknown>): Promise<unknown> =>
  ask.then(
    () => Promise.reject(new Error('it was not refused')),
    () => undefined,
  );

it('what the console asks and is answered about versions is as GitHub describes it', async () => {
  const github = client();
  await whoseToken(github);
  await listCandidates(github, app);
  await git(gitDirOf(root, 'whitehall'), [
    '-c',
    'user.name=R',
    '-c',
    'user.email=r@example.invalid',
    'tag',
    '-a',
    '-m',
    'annotated',
    'annotated-1',
    'v3232',
  ]);
  const [tag] = await resolveName(github, app, 'annotated-1');
  const [older] = await resolveName(github, app, 'v3228');
  expect(tag?.kind).toBe('tag');
  await resolveName(github, app, 'main');
  await resolveName(github, app, tag?.sha.slice(0, 9) ?? '');
  await resolveName(github, app, 'nothing-of-this-name');
  await compareRefs(github, app, older?.sha ?? '', tag?.sha ?? '', () => false);
  await compareRefs(github, app, tag?.sha ?? '', older?.sha ?? '', () => false);
  await commitChecks(github, app, tag?.sha ?? '', new Set(['deploy.yml']));
  await listRuns(github, app, 'v3232');
  expect(exchanges.length).toBeGreaterThan(20);
  expect(problems()).toEqual([]);
});

it('merges: done, done already, in conflict, refused', async () => {
  const repo = new BareRepo(gitDirOf(root, releaseRepoName));
  const main = (await repo.readRef('refs/heads/main')) ?? '';
  const author = { name: 'Demo', email: 'demo@example.invalid', at: new Date('2026-03-04T12:00:00Z') };
  const make = (text: string) =>
    repo.commitFiles({ parent: main, files: new Map([['one-file', text]]), message: 'change\n', author });
  const [one, other] = [await make('a\n'), await make('b\n')];
  const github = client();
  for (const [name, sha] of [
    ['one', one],
    ['other', other],
  ] as const)
    await github.git.createRef({ ...release, ref: `refs/heads/${name}`, sha });
  const merge = (head: string) => mergeBranch(github, { ...release, base: 'main', head, message: 'merged' });
  expect(await merge('one')).toMatchObject({ outcome: 'merged' });
  expect(await merge('one')).toMatchObject({ outcome: 'already' });
  expect(await merge('other')).toMatchObject({ outcome: 'conflict' });
  await refused(merge('nothing'));
  await refused(mergeBranch(client('reader'), { ...release, base: 'main', head: 'one', message: 'm' }));
  await github.git.getRef({ ...release, ref: 'heads/one' });
  await github.git.updateRef({ ...release, ref: 'heads/one', sha: other, force: true });
  await github.git.listMatchingRefs({ ...release, ref: 'heads/o' });
  await github.git.deleteRef({ ...release, ref: 'heads/one' });
  await refused(github.git.deleteRef({ ...release, ref: 'heads/one' }));
  await refused(github.git.createRef({ ...release, ref: 'refs/heads/other', sha: one }));
  expect(problems()).toEqual([]);
});

it('pull requests: opened, found, reviewed, merged, closed, refused', async () => {
  const repo = new BareRepo(gitDirOf(root, releaseRepoName));
  const main = (await repo.readRef('refs/heads/main')) ?? '';
  const author = { name: 'Demo', email: 'demo@example.invalid', at: new Date('2026-03-04T12:00:00Z') };
  const branch = async (name: string, file: string, text: string) => {
    const files = new Map([[file, text]]);
    const commit = await repo.commitFiles({ parent: main, files, message: `${name}\n`, author });
    await repo.swapRef(`refs/heads/${name}`, null, commit);
    return { title: name, body: 'why', head: name, base: 'main' };
  };
  const [github, owners] = [client(), client('owner')];
  const pulls = createPullRequests(github);
  const first = await pulls.create(release, await branch('first', 'charts/x', 'a'), signal);
  if (!first.ok || first.value === 'already') throw new Error('it was not opened');
  const { number } = first.value;
  expect(first.value.asked).toEqual(['gov-uk-platform-engineering']);
  expect(await pulls.create(release, { title: 'x', body: '', head: 'first', base: 'main' }, signal)).toEqual({
    ok: true,
    value: 'already',
  });
  expect(await pulls.find(release, 'first', signal)).toMatchObject({ value: { number } });
  expect(await pulls.find(release, 'none', signal)).toEqual({ ok: true, value: null });
  await pulls.get(release, number, signal);
  expect(await pulls.get(release, number, signal)).toMatchObject({ value: { mergeState: 'blocked' } });
  expect((await pulls.get(release, number, signal)).ok).toBe(true);
  expect(exchanges.at(-1)?.status).toBe(304);
  await pulls.checks(release, first.value.head.commit, signal);
  expect(
    await pulls.request(release, number, { reviewers: ['meret-quill'], teams: [] }, signal),
  ).toMatchObject({ ok: true });
  expect(
    await pulls.request(release, number, { reviewers: ['tamsin-okoro'], teams: [] }, signal),
  ).toMatchObject({ ok: false });
  const merge = () =>
    pulls.merge(
      release,
      { number, head: first.value === 'already' ? '' : first.value.head.commit },
      { title: 't', body: 'b' },
      signal,
    );
  expect(await merge()).toMatchObject({ ok: false });
  await refused(github.pulls.createReview({ ...release, pull_number: number, event: 'APPROVE' }));
  await owners.pulls.createReview({ ...release, pull_number: number, event: 'REQUEST_CHANGES', body: 'no' });
  expect(await pulls.reviews(release, first.value, signal)).toMatchObject({
    value: { changesBy: ['meret-quill'] },
  });
  await owners.pulls.createReview({ ...release, pull_number: number, event: 'APPROVE' });
  expect(await pulls.reviews(release, first.value, signal)).toEqual({
    ok: true,
    value: {
      approvedBy: ['meret-quill'],
      changesBy: [],
      uncounted: [],
      decision: 'approved',
      ownersAsked: [],
    },
  });
  await github.pulls.listRequestedReviewers({ ...release, pull_number: number });
  expect(await merge()).toMatchObject({ ok: true });
  expect(await pulls.get(release, number, signal)).toMatchObject({ value: { state: 'merged' } });
  const second = await pulls.create(release, await branch('second', 'charts/x', 'b'), signal);
  if (!second.ok || second.value === 'already') throw new Error('it was not opened');
  await pulls.get(release, second.value.number, signal);
  expect(await pulls.get(release, second.value.number, signal)).toMatchObject({ value: { conflicts: true } });
  expect(await pulls.close(release, second.value.number, signal)).toMatchObject({
    value: { state: 'closed' },
  });
  expect(
    await pulls.create(release, { title: 'x', body: '', head: 'nothing', base: 'main' }, signal),
  ).toMatchObject({
    ok: false,
  });
  await pulls.get(release, 77, signal);
  const forbidden = await createPullRequests(client('reader')).close(release, number, signal);
  expect(forbidden).toMatchObject({ ok: false, failure: { code: 'forbidden' } });
  expect(problems()).toEqual([]);
});

it('runs of GitHub Actions: dispatched, found, followed, cancelled, run again', async () => {
  const github = client();
  const runs = createWorkflowRuns(github);
  const place = { ...release, workflow: providerTestsFile };
  const inputs = { environment: 'notify-staging', bag: '7', request: 'request-1' };
  const begun = await runs.dispatch(place, { ref: 'main', inputs }, signal);
  const id = begun.ok ? (begun.value?.id ?? 0) : 0;
  await expect
    .poll(async () => (await github.actions.getWorkflowRun({ ...release, run_id: id })).data.status)
    .toBe('completed');
  await runs.find(place, 'request-1', signal);
  await runs.get(place, id, signal);
  await runs.get(place, 1, signal);
  await runs.dispatch(place, { ref: 'nothing', inputs }, signal);
  await runs.dispatch(place, { ref: 'main', inputs: { odd: 'input' } }, signal);
  await github.actions.createWorkflowDispatch({
    ...release,
    workflow_id: providerTestsFile,
    ref: 'main',
    inputs,
  });
  await github.actions.listRepoWorkflows(release);
  await github.actions.getWorkflow({ ...release, workflow_id: providerTestsFile });
  const { data } = await github.actions.listJobsForWorkflowRun({ ...release, run_id: id });
  await github.actions.getJobForWorkflowRun({ ...release, job_id: data.jobs[0]?.id ?? 0 });
  await github.actions.reRunWorkflow({ ...release, run_id: id });
  await runs.cancel(place, id, signal);
  expect(exchanges.length).toBeGreaterThan(12);
  expect(problems()).toEqual([]);
});

it('a run that waits for an approval: its jobs, who may give it, and that it goes on', async () => {
  const github = client();
  const runs = createWorkflowRuns(github);
  const details = createRunDetails(github);
  const inputs = { gitRef: 'v3232', environment: 'production' };
  const begun = await runs.dispatch({ ...app, workflow: deployFile }, { ref: 'main', inputs }, signal);
  const id = begun.ok ? (begun.value?.id ?? 0) : 0;
  const run = async () => (await github.actions.getWorkflowRun({ ...app, run_id: id })).data;
  await expect.poll(async () => (await run()).status).toBe('waiting');
  expect(await details.jobs(app, id, signal)).toMatchObject({
    ok: true,
    value: { jobs: [{ state: 'succeeded' }, { state: 'waiting', steps: expect.any(Array) }] },
  });
  expect(await details.approvals(app, id, signal)).toMatchObject({
    ok: true,
    value: [
      {
        environment: 'production',
        mayApprove: false,
        reviewers: ['practice', expect.any(String), expect.any(String), expect.any(String)],
      },
    ],
  });
  const { data } = await github.actions.getPendingDeploymentsForRun({ ...app, run_id: id });
  const review = {
    ...app,
    run_id: id,
    environment_ids: data.map(({ environment }) => Number(environment.id)),
    state: 'approved' as const,
    comment: 'looks good',
  };
  await refused(github.actions.reviewPendingDeploymentsForRun(review));
  await client('approver').actions.reviewPendingDeploymentsForRun(review);
  await expect.poll(async () => (await run()).conclusion).toBe('success');
  expect(problems()).toEqual([]);
});

it('faults: a limit that is used up, a fault of the server, a token that is none', async () => {
  const plain = (auth: string) =>
    new Octokit({
      baseUrl: server.url,
      auth,
      request: { fetch: noting },
      log: { debug() {}, info() {}, warn() {}, error() {} },
    });
  await refused(plain('nobody').users.getAuthenticated());
  server.setFaults({ failing: true });
  await refused(plain('writer').users.getAuthenticated());
  server.setFaults({ failing: false, rateLimited: true });
  await refused(plain('writer').users.getAuthenticated());
  await plain('writer').rateLimit.get();
  expect(exchanges.map(({ status }) => status)).toEqual([401, 502, 403, 200]);
  expect(problems()).toEqual([]);
});

it('what is not described is found out', () => {
  const user = { method: 'GET', url: '/user', body: null, status: 200 };
  expect(description.problems({ ...user, answer: { login: 7 } })).not.toEqual([]);
  expect(
    description.problems({ ...user, url: '/user?odd=1', status: 401, answer: { message: 'x' } }),
  ).toEqual(['GET /user: the query has no odd']);
  expect(description.problems({ ...user, status: 201, answer: {} })).toContain(
    'GET /user: status 201 is not described',
  );
  expect(description.problems({ ...user, url: '/users', answer: {} })).toHaveLength(1);
});

it('is what @octokit/openapi says (SIGNALBOX_OPENAPI: its generated/api.github.com.json)', (context) => {
  const file = process.env.SIGNALBOX_OPENAPI ?? '';
  if (file === '')
    return context.skip('SIGNALBOX_OPENAPI names no file of @octokit/openapi, which unpacks to 600 MB');
  const kept = readFileSync(descriptionFile, 'utf8');
  const { source } = JSON.parse(kept.split('\n', 1)[0] ?? '') as { source: string };
  const cut = cutOpenApi(JSON.parse(readFileSync(file, 'utf8')), description.operations, source);
  expect(cut).toBe(kept);
});
