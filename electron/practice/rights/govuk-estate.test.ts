import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ApiException, CustomObjectsApi, KubeConfig } from '@kubernetes/client-node';
import { Octokit } from '@octokit/rest';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { estateSchema } from '../../../shared/domain/estate/estate';
import { type PracticeProcess, startPracticeProcess } from '../../testing/practice-process';
import { owner, releaseRepoName } from '../estate/apps';
import { bot, consoleUser } from '../estate/people';

/** The whole estate with GOV.UK's rights, as GitHub's and Kubernetes' own clients meet it. */
const release = { owner, repo: releaseRepoName };
const app = 'collections';
const quiet = { debug() {}, info() {}, warn() {}, error() {} };
let folder: string;
let practice: PracticeProcess;
const start = (...args: string[]) =>
  startPracticeProcess(['--dir', path.join(folder, 'state'), '--speed', '200', ...args]);

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'practice-govuk-'));
  practice = await start('--rights', 'govuk');
});
afterAll(async () => {
  await practice.stop();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  await practice.control.setRights({ profile: 'govuk' });
  await practice.control.setTeamMember({ member: true });
});

const github = (token = practice.credentials.github.token) =>
  new Octokit({ baseUrl: practice.ready.githubUrl, auth: token, log: quiet });
function cluster(environment: string): CustomObjectsApi {
  const config = new KubeConfig();
  config.loadFromFile(practice.ready.kubeconfig);
  config.setCurrentContext(environment);
  return config.makeApiClient(CustomObjectsApi);
}
const argo = { group: 'argoproj.io', version: 'v1alpha1' };

const workflowSchema = z.object({
  metadata: z.object({ name: z.string() }),
  status: z.object({ phase: z.string().optional() }).optional(),
});
/** Asks Argo Workflows' server of an environment as the console's person. */
async function workflowServer(environment: 'staging') {
  const estate = estateSchema.parse(parse(await readFile(practice.ready.estateFile, 'utf8')));
  const url = estate.environments.find(({ name }) => name === environment)?.argo?.workflows?.url ?? '';
  const { authorization } = await practice.control.signInToArgo({ environment, system: 'argo-workflows' });
  return async (method: string, at: string, body?: unknown): Promise<unknown> => {
    const answer = await fetch(`${url}${at}`, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    expect(answer.status).toBe(200);
    return answer.json();
  };
}

async function dispatch(environment: string, gitRef: string): Promise<number> {
  const { data } = await github().request(
    'POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches',
    {
      owner,
      repo: app,
      workflow_id: 'deploy.yml',
      ref: 'main',
      inputs: { environment, gitRef },
      return_run_details: true,
    },
  );
  return (data as unknown as { workflow_run_id: number }).workflow_run_id;
}
/** How a run ended, job by job; a job's steps by their names. */
async function ended(run_id: number) {
  const place = { owner, repo: app, run_id };
  const run = async () => (await github().actions.getWorkflowRun(place)).data;
  await expect.poll(async () => (await run()).status).toBe('completed');
  const { data } = await github().actions.listJobsForWorkflowRun(place);
  return {
    ...(await run()),
    jobs: Object.fromEntries(data.jobs.map(({ name, conclusion }) => [name, conclusion])),
    log: async (job: string) => {
      const id = data.jobs.find(({ name }) => name === job)?.id ?? 0;
      const log = await github().actions.downloadJobLogsForWorkflowRun({ owner, repo: app, job_id: id });
      return String(log.data);
    },
  };
}
const wanted = async (environment: string) => (await practice.control.status()).tags[environment]?.[app];
const newest = async () => {
  const { data } = await github().repos.listCommits({ ...release, per_page: 3 });
  return data.map(({ commit, author }) => ({ message: commit.message, by: author?.login }));
};
/** A release before the one that an environment wants. */
async function older(environment: string): Promise<string> {
  const { data } = await github().repos.listTags({ owner, repo: app, per_page: 10 });
  const now = (await wanted(environment))?.imageTag;
  const [, found] = data.filter(({ name }) => name !== now);
  return found?.name ?? '';
}

it('Actions build a branch, post to the hook, and the bot commits what they built', async () => {
  const { data: branches } = await github().repos.listBranches({ owner, repo: app });
  const branch = branches.find(({ name }) => name !== 'main');
  const { environment, gitRef } = { environment: 'integration', gitRef: branch?.name ?? '' };
  const run = await ended(await dispatch(environment, gitRef));
  expect(run).toMatchObject({
    conclusion: 'success',
    display_title: `Deploy ${gitRef} to integration`,
    actor: { login: consoleUser.login },
    jobs: { 'Build and publish image': 'success', 'Trigger deploy to integration': 'success' },
  });
  expect(await run.log('Build and publish image')).toContain('pushing manifest');
  expect(await run.log('Trigger deploy to integration')).toMatch(/200 OK deploy-image-\w+/);
  const sha = branch?.commit.sha ?? '';
  await expect.poll(() => wanted(environment)).toMatchObject({ imageTag: sha, promoteDeployment: false });
  expect(await newest()).toContainEqual({
    message: `Update ${app} image tag to ${sha} for integration`,
    by: bot.login,
  });
  const again = await ended(await dispatch(environment, sha));
  expect(await again.log('Build and publish image')).toContain('nothing is built');
});

it('Actions deploy to production only for the team, and say so', async () => {
  await practice.control.setTeamMember({ member: false });
  const before = await practice.control.status();
  const version = await older('production');
  const id = await dispatch('production', version);
  const run = await ended(id);
  expect(run).toMatchObject({
    conclusion: 'failure',
    jobs: { 'Build and publish image': 'success', 'Trigger deploy to production': 'failure' },
  });
  expect(await run.log('Trigger deploy to production')).toContain(
    `##[error]User ${consoleUser.login} needs to be a member of the GOV.UK Production Deploy team`,
  );
  expect((await practice.control.status()).head).toBe(before.head);
  await practice.control.setTeamMember({ member: true });
  await github().actions.reRunWorkflowFailedJobs({ owner, repo: app, run_id: id });
  expect(await ended(id)).toMatchObject({ conclusion: 'success', run_attempt: 2 });
  await expect
    .poll(() => wanted('production'))
    .toMatchObject({ imageTag: version, promoteDeployment: false });
});

it('Actions find nothing that is no branch, tag or commit, and skip what needs it', async () => {
  const run = await ended(await dispatch('integration', 'no-such-branch'));
  expect(run).toMatchObject({
    conclusion: 'failure',
    jobs: { 'Build and publish image': 'failure', 'Trigger deploy to integration': 'skipped' },
  });
  expect(await run.log('Build and publish image')).toContain(
    "A branch or tag with the name 'no-such-branch' could not be found",
  );
});

it('a workflow of deploy-image does the same by Argo’s server, while the cluster shows nothing of Argo', async () => {
  const version = await older('staging');
  const parameters = { environment: 'staging', repoName: app, imageTag: version, promoteDeployment: 'false' };
  const ask = await workflowServer('staging');
  const created = workflowSchema.parse(
    await ask('POST', '/api/v1/workflows/apps/submit', {
      resourceKind: 'WorkflowTemplate',
      resourceName: 'deploy-image',
      submitOptions: { parameters: Object.entries(parameters).map(([name, value]) => `${name}=${value}`) },
    }),
  );
  const phase = async () =>
    workflowSchema.parse(await ask('GET', `/api/v1/workflows/apps/${created.metadata.name}`)).status?.phase;
  await expect.poll(phase).toBe('Succeeded');
  expect(await wanted('staging')).toMatchObject({
    imageTag: version,
    promoteDeployment: false,
    automaticDeploysEnabled: true,
  });
  for (const [namespace, plural] of [
    ['cluster-services', 'applications'],
    ['apps', 'workflows'],
  ] as const)
    await expect(
      cluster('staging').listNamespacedCustomObject({ ...argo, namespace, plural }),
    ).rejects.toSatisfy((error) => error instanceof ApiException && error.code === 403);
});

it('main takes no merge of a person, and one of the bot', async () => {
  const { data: main } = await github().git.getRef({ ...release, ref: 'heads/main' });
  await github().git.createRef({ ...release, ref: 'refs/heads/signalbox/a', sha: main.object.sha });
  const merge = (token?: string) =>
    github(token).repos.merge({ ...release, base: 'main', head: 'signalbox/a' });
  await expect(merge()).rejects.toMatchObject({ status: 409 });
  expect((await merge(practice.credentials.others.bot)).status).toBe(204);
  await practice.control.setRights({ profile: 'everything' });
  expect((await merge()).status).toBe(204);
});

it('keeps its rights over a restart, and the profile over a reset', async () => {
  await practice.control.setRights({ profile: 'govuk-pods-only', protectedBy: 'ruleset', scopes: ['repo'] });
  const kept = await practice.control.setTeamMember({ team: 'gov-uk-production-admin', member: true });
  expect(kept.teams['gov-uk-production-admin']).toEqual([consoleUser.login]);
  await practice.stop();
  practice = await start();
  expect((await practice.control.status()).rights).toEqual(kept);
  await practice.control.reset();
  expect((await practice.control.status()).rights).toMatchObject({
    profile: 'govuk-pods-only',
    protectedBy: 'branch-protection',
    scopes: ['read:org', 'repo', 'workflow'],
  });
});

it('refuses rights that it does not know', async () => {
  const other = startPracticeProcess(['--dir', path.join(folder, 'other'), '--rights', 'all']);
  await expect(other).rejects.toThrow(/--rights is one of everything, govuk, govuk-pods-only/);
});
