import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BareRepo } from '../git/bare-repo';
import { imageTagPath, releaseRepoName } from './apps';
import { rival } from './people';
import { gitDirOf, seedRepos } from './seed/seed';
import { openReleaseRepo, type WatchedReleaseRepo } from './watched-release-repo';

let root: string;
let bare: BareRepo;
let repo: WatchedReleaseRepo;
let away = false;

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'practice-release-'));
  await seedRepos({ root, now: new Date('2026-03-04T11:30:00Z') });
  bare = new BareRepo(gitDirOf(root, releaseRepoName));
  repo = await openReleaseRepo({ repo: bare, away: () => away, now: () => new Date('2026-03-04T12:00:00Z') });
});

afterAll(() => rm(root, { recursive: true, force: true }));

it('sets a tag by a branch that is merged and deleted, and tells of it', async () => {
  const moves: string[] = [];
  const stop = repo.onMoved((commit) => moves.push(commit));
  const commit = await repo.updateImageTag({
    repo: 'frontend',
    environment: 'staging',
    imageTag: 'v2119',
    promote: true,
  });
  stop();
  expect(moves).toEqual([commit]);
  expect(await repo.head()).toBe(commit);
  expect((await bare.commit(commit)).message).toBe('Update frontend image tag to v2119 for staging');
  expect(await bare.diff((await bare.commit(commit)).parents[0] ?? null, commit)).toMatchObject([
    { path: imageTagPath('staging', 'frontend') },
  ]);
  expect(await bare.refs('refs/heads/update-image-tag/')).toEqual([]);
  expect((await repo.imageTags(commit, 'staging')).get('frontend')).toEqual({
    imageTag: 'v2119',
    automaticDeploysEnabled: true,
    promoteDeployment: true,
  });
});

it('does nothing when the tag is set already', async () => {
  const before = await repo.head();
  const again = { repo: 'frontend', environment: 'staging', imageTag: 'v2119', promote: false };
  expect(await repo.updateImageTag(again)).toBe(before);
});

it('loses none of six updates at once', async () => {
  const apps = ['frontend', 'static', 'signon', 'whitehall', 'collections', 'router'];
  await Promise.all(
    apps.map((app) =>
      repo.updateImageTag({ repo: app, environment: 'production', imageTag: 'v9000', promote: false }),
    ),
  );
  const tags = await repo.imageTags(await repo.head(), 'production');
  for (const app of apps)
    expect(tags.get(app)).toMatchObject({ imageTag: 'v9000', promoteDeployment: false });
});

it('keeps comments and other keys, and leaves out what does not parse', async () => {
  const edit = (text: string) => `# keep me\n${text}other: 1\n`;
  await repo.commitAs(rival, { repo: 'static', environment: 'integration', message: 'Note\n', edit });
  await repo.commitAs(rival, {
    repo: 'signon',
    environment: 'integration',
    message: 'Oops\n',
    edit: () => 'a: [\n',
  });
  const commit = await repo.updateImageTag({
    repo: 'static',
    environment: 'integration',
    imageTag: 'v9001',
    promote: true,
  });
  const text = await bare.text(commit, imageTagPath('integration', 'static'));
  expect(text).toContain('# keep me\nimage_tag: v9001\n');
  expect(text).toContain('other: 1\n');
  const tags = await repo.imageTags(commit, 'integration');
  expect(tags.has('signon')).toBe(false);
  expect(tags.get('static')?.imageTag).toBe('v9001');
});

it('rejects everything while it is away', async () => {
  away = true;
  await expect(repo.head()).rejects.toThrow('connection refused');
  const change = { repo: 'static', environment: 'staging', imageTag: 'v9', promote: true };
  await expect(repo.updateImageTag(change)).rejects.toThrow('connection refused');
  away = false;
});
