import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CustomObjectsApi, KubeConfig } from '@kubernetes/client-node';
import { Octokit } from '@octokit/rest';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { estateSchema } from '../../shared/domain/estate/estate';
import {
  allEnvironments,
  bagEnvironments,
  concourseEnvironments,
  environments,
} from '../systems/practice/environments';
import { type PracticeProcess, startPracticeProcess } from '../testing/practice-process';
import { noAppFaults } from './estate/app-faults';
import { imageTagPath, owner, releaseRepoName, seedServices } from './estate/apps';
import { lockPath } from './estate/bag-locks';
import { gitEnvironment } from './git/command';

const release = { owner, repo: releaseRepoName };

let folder: string;
let state: string;
let practice: PracticeProcess;

const start = (...args: string[]) => startPracticeProcess(['--dir', state, ...args]);

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'practice-process-'));
  state = path.join(folder, 'state');
  practice = await start('--speed', '200');
});

afterAll(async () => {
  await practice.stop();
  await rm(folder, { recursive: true, force: true });
});

/** git as a person's client: the token comes by an askpass-free header from the environment. */
async function git(...args: string[]): Promise<string> {
  const { username, password } = practice.credentials.ledger;
  const basic = Buffer.from(`${username}:${password}`).toString('base64');
  const result = await execa('git', args, {
    cwd: folder,
    extendEnv: false,
    env: {
      ...gitEnvironment(),
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'http.extraHeader',
      GIT_CONFIG_VALUE_0: `Authorization: Basic ${basic}`,
      GIT_AUTHOR_NAME: 'Demo',
      GIT_AUTHOR_EMAIL: 'demo@example.invalid',
      GIT_COMMITTER_NAME: 'Demo',
      GIT_COMMITTER_EMAIL: 'demo@example.invalid',
    },
    timeout: 20_000,
  });
  return result.stdout;
}

const octokit = () =>
  new Octokit({
    baseUrl: practice.ready.githubUrl,
    auth: practice.credentials.github.token,
    log: { debug() {}, info() {}, warn() {}, error() {} },
  });

interface Application {
  metadata: { annotations: Record<string, string> };
  status?: { sync?: { status: string }; health?: { status: string } };
}

async function application(environment: string, name: string): Promise<Application> {
  const config = new KubeConfig();
  config.loadFromFile(practice.ready.kubeconfig);
  config.setCurrentContext(environment);
  return config.makeApiClient(CustomObjectsApi).getNamespacedCustomObject({
    group: 'argoproj.io',
    version: 'v1alpha1',
    namespace: 'cluster-services',
    plural: 'applications',
    name,
  }) as Promise<Application>;
}

const tagIn = async (environment: string, app: string) =>
  (await practice.control.status()).tags[environment]?.[app]?.imageTag;

describe('the practice estate as a process', () => {
  it('describes itself in an estate file without secrets, and keeps secrets to the owner', async () => {
    const text = await readFile(practice.ready.estateFile, 'utf8');
    const estate = estateSchema.parse(parse(text));
    expect(estate.environments.map((environment) => environment.name)).toEqual([
      ...allEnvironments,
      ...Object.keys(concourseEnvironments),
    ]);
    expect(estate.practice?.controlUrl).toBe(practice.ready.controlUrl);
    const { credentials, ready } = practice;
    for (const secret of [
      credentials.ledger.password,
      credentials.control.token,
      ...Object.values(credentials.clusters),
    ]) {
      expect(text).not.toContain(secret);
      expect(JSON.stringify(ready)).not.toContain(secret);
    }
    for (const file of [ready.credentialsFile, ready.kubeconfig])
      expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('begins synced and healthy in every environment', async () => {
    for (const environment of environments)
      for (const name of ['content-store', 'draft-content-store', 'whitehall'])
        expect(await application(environment, name)).toMatchObject({
          metadata: { annotations: { imageTag: await tagIn(environment, name.replace('draft-', '')) } },
          status: { sync: { status: 'Synced' }, health: { status: 'Healthy' } },
        });
  });

  it('has a chain of bags whose services run in clusters of their own, one of them newer than any bag', async () => {
    const { tags } = await practice.control.status();
    for (const environment of bagEnvironments)
      for (const { repo } of seedServices)
        expect(await application(environment, repo)).toMatchObject({
          metadata: {
            annotations: { imageTag: tags[environment]?.[repo]?.imageTag, postSyncWorkflowEnabled: 'false' },
          },
          status: { sync: { status: 'Synced' }, health: { status: 'Healthy' } },
        });
    expect(tags['notify-preview']).toEqual(tags['notify-production']);
    const newest = await octokit().repos.listTags({ owner, repo: 'notify-admin', per_page: 1 });
    expect(newest.data[0]?.name).not.toBe(tags['notify-preview']?.['notify-admin']?.imageTag);
    // A release of a service is published, and waits.
    const { version, workflow } = await practice.control.publishRelease({ app: 'notify-celery' });
    expect(workflow).toBeNull();
    const { data } = await octokit().repos.listTags({ owner, repo: 'notify-celery', per_page: 1 });
    expect(data[0]?.name).toBe(version);
    expect(await tagIn('notify-preview', 'notify-celery')).not.toBe(version);
  });

  it('takes a push with the token, and Argo CD follows it', async () => {
    await git('clone', '-q', `${practice.ready.gitUrl}/${owner}/${releaseRepoName}.git`, 'work');
    const file = path.join(folder, 'work', imageTagPath('production', 'static'));
    const before = await readFile(file, 'utf8');
    const next = before.replace(
      /^image_tag: v(\d+)$/m,
      (_line, number) => `image_tag: v${Number(number) - 1}`,
    );
    await writeFile(file, next);
    await git('-C', 'work', 'commit', '-q', '-am', 'Roll back static');
    await git('-C', 'work', 'push', '-q', 'origin', 'main');
    const wanted = /^image_tag: (.*)$/m.exec(next)?.[1];
    expect(await tagIn('production', 'static')).toBe(wanted);
    await expect
      .poll(async () => (await application('production', 'static')).metadata.annotations.imageTag, {
        interval: 200,
      })
      .toBe(wanted);
  });

  it('merges a branch by the GitHub API', async () => {
    await git('-C', 'work', 'pull', '-q', '--rebase', 'origin', 'main');
    await git('-C', 'work', 'checkout', '-q', '-b', 'signalbox/test');
    await writeFile(path.join(folder, 'work', 'NOTES.md'), 'a note\n');
    await git('-C', 'work', 'add', 'NOTES.md');
    await git('-C', 'work', 'commit', '-q', '-m', 'Note');
    await git('-C', 'work', 'push', '-q', 'origin', 'signalbox/test');
    const merged = await octokit().repos.merge({ ...release, base: 'main', head: 'signalbox/test' });
    expect(merged.status).toBe(201);
    expect((await practice.control.status()).head).toBe(merged.data.sha);
  });

  it('carries a release through to production', async () => {
    const before = await tagIn('production', 'frontend');
    const published = await practice.control.publishRelease({ app: 'frontend' });
    expect(published.version).toBe(`v${Number(before?.slice(1)) + 1}`);
    for (const environment of environments)
      await expect.poll(() => tagIn(environment, 'frontend'), { interval: 200 }).toBe(published.version);
    await expect
      .poll(async () => (await application('production', 'frontend')).status?.health?.status, {
        interval: 200,
      })
      .toBe('Healthy');
    const { data } = await octokit().repos.listTags({ owner, repo: 'frontend', per_page: 1 });
    expect(data[0]).toMatchObject({ name: published.version, commit: { sha: published.commit } });
  });

  it('lets a version crash in production, where its release arrives', async () => {
    const { version } = await practice.control.publishRelease({
      app: 'collections',
      breaks: 'crash-loop',
      environments: ['production'],
    });
    await expect.poll(() => tagIn('production', 'collections'), { interval: 200 }).toBe(version);
    await expect
      .poll(async () => (await application('production', 'collections')).status?.health?.status, {
        interval: 200,
      })
      .toBe('Degraded');
    expect((await application('staging', 'collections')).status?.health?.status).toBe('Healthy');
  });

  it('takes clusters and Git away and brings them back', async () => {
    await practice.control.clusterDown({ environment: 'staging' });
    await expect(application('staging', 'static')).rejects.toThrow();
    await practice.control.clusterUp({ environment: 'staging' });
    expect((await application('staging', 'static')).metadata.annotations.repoName).toBe('static');
    await practice.control.gitDown();
    await expect(octokit().repos.get(release)).rejects.toMatchObject({ status: 500 });
    await expect(
      git('ls-remote', `${practice.ready.gitUrl}/${owner}/${releaseRepoName}.git`),
    ).rejects.toThrow();
    await practice.control.gitUp();
    expect((await octokit().repos.get(release)).status).toBe(200);
  });

  it('acts as another release manager', async () => {
    const { commit } = await practice.control.deployAsSomeoneElse({
      app: 'signon',
      environment: 'staging',
      version: 'v703',
    });
    const status = await practice.control.status();
    expect(status.head).toBe(commit);
    expect(status.tags.staging?.signon).toMatchObject({ imageTag: 'v703', promoteDeployment: false });
    const { data } = await octokit().repos.getCommit({ ...release, ref: commit });
    expect(data.commit.author?.name).toBe('Odalys Brandt');
    await expect(
      practice.control.deployAsSomeoneElse({ app: 'signon', environment: 'staging', version: 'v9999999' }),
    ).rejects.toMatchObject({ code: 'conflict' });
  });

  it("has an environment's lock taken and given back by another release manager", async () => {
    const environment = 'notify-staging';
    const lock = () => git('-C', 'work', 'show', `origin/main:${lockPath(environment)}`);
    const { commit } = await practice.control.lockAsSomeoneElse({ environment });
    await git('-C', 'work', 'fetch', '-q', 'origin');
    expect(await git('-C', 'work', 'rev-parse', 'origin/main')).toBe(commit);
    expect(parse(await lock())).toMatchObject({
      held: { by: 'Odalys Brandt', kind: 'manual', reason: 'Looking into slow letters' },
    });
    await expect(practice.control.lockAsSomeoneElse({ environment, how: 'killed' })).rejects.toMatchObject({
      code: 'conflict',
    });
    await practice.control.unlockAsSomeoneElse({ environment });
    await git('-C', 'work', 'fetch', '-q', 'origin');
    expect(parse(await lock())).toMatchObject({ held: null });
    await expect(practice.control.unlockAsSomeoneElse({ environment })).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  it('refuses strangers, unknown scenarios and bad input', async () => {
    const call = (name: string, token: string, body: string) =>
      fetch(`${practice.ready.controlUrl}/${name}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
        body,
      });
    const { token } = practice.credentials.control;
    expect((await call('status', practice.credentials.github.token, '{}')).status).toBe(401);
    expect((await call('nothing', token, '{}')).status).toBe(404);
    expect((await call('toString', token, '{}')).status).toBe(404);
    expect((await call('setSpeed', token, '{"speed":0}')).status).toBe(400);
    expect((await call('setSpeed', token, '{')).status).toBe(400);
    expect((await call('publishRelease', token, '{"app":"nowhere"}')).status).toBe(400);
  });

  it('keeps state, addresses and tokens over a restart, and refuses a second process', async () => {
    await expect(start()).rejects.toThrow(/another practice estate/);
    await practice.control.makeVersionCrashLoop({ app: 'static', version: 'v9' });
    const before = await practice.control.status();
    const { ready, credentials } = practice;
    expect(await practice.stop()).toBe(0);
    practice = await start();
    const { pid: _pid, startedMs: _ms, fresh: _fresh, ...addresses } = ready;
    expect(practice.ready).toMatchObject(addresses);
    expect(practice.ready.fresh).toBe(false);
    expect(practice.credentials).toEqual(credentials);
    const after = await practice.control.status();
    expect(after.tags).toEqual(before.tags);
    expect(after.faults).toEqual(before.faults);
    expect(after.speed).toBe(200);
    expect((await application('integration', 'static')).status?.health?.status).toBe('Healthy');
  });

  it('finds itself again after a kill', async () => {
    const { version } = await practice.control.publishRelease({ app: 'smart-answers' });
    await practice.control.slowRollout({ app: 'router', environment: 'staging', readySeconds: 3600 });
    const { faults } = await practice.control.status();
    practice.child.kill('SIGKILL');
    await practice.stop();
    practice = await start('--speed', '200');
    // A scenario that was answered is played on.
    expect((await practice.control.status()).faults).toEqual(faults);
    await practice.control.heal({ app: 'router' });
    // The ledger alone is the record: what it says is what runs, whatever the clusters had time to save.
    await practice.control.deployAsSomeoneElse({ app: 'smart-answers', environment: 'staging', version });
    await expect
      .poll(async () => (await application('staging', 'smart-answers')).metadata.annotations.imageTag, {
        interval: 200,
      })
      .toBe(version);
    await expect
      .poll(async () => (await application('staging', 'smart-answers')).status?.health?.status, {
        interval: 200,
      })
      .toBe('Healthy');
  });

  it('is the first day again after a reset', async () => {
    const { credentials } = practice;
    await practice.control.reset();
    const status = await practice.control.status();
    expect(status.faults.apps).toEqual(noAppFaults());
    expect(status.tags.staging?.signon?.imageTag).not.toBe('v703');
    const text = JSON.parse(await readFile(practice.ready.credentialsFile, 'utf8'));
    expect(text).toEqual(credentials);
    expect(await application('production', 'collections')).toMatchObject({
      metadata: { annotations: { imageTag: status.tags.production?.collections?.imageTag } },
      status: { health: { status: 'Healthy' } },
    });
  });

  it('ends on SIGTERM with its state saved', async () => {
    await practice.control.setSpeed({ speed: 123 });
    practice.child.kill('SIGTERM');
    await practice.stop();
    const saved = JSON.parse(await readFile(path.join(state, 'state.json'), 'utf8'));
    expect(saved.speed).toBe(123);
    await expect(stat(path.join(state, 'lock'))).rejects.toMatchObject({ code: 'ENOENT' });
    expect(
      practice
        .errors()
        .split('\n')
        .filter((line) => line.startsWith('practice:')),
    ).toEqual([]);
  });
});
