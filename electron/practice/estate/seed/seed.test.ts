import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nextBag } from '../../../../shared/domain/bags/next';
import { gatherRecords, lastBag, lastStarted } from '../../../../shared/domain/bags/pipeline-records';
import { readEntry } from '../../../../shared/domain/records/record-entry';
import { bagEnvironments, environments } from '../../../systems/practice/environments';
import { git } from '../../git/command';
import { bagPipelineName, imageTagPath, releaseRepoName, seedApps, seedServices } from '../apps';
import { parseImageTagFile } from '../image-tag-values';
import { gitDirOf, seedRepos } from './seed';

const now = new Date('2026-03-04T11:30:00Z');
let root: string;
let second: string;
let release: string;

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'practice-seed-'));
  second = await mkdtemp(path.join(tmpdir(), 'practice-seed-'));
  await seedRepos({ root, now });
  await seedRepos({ root: second, now });
  release = gitDirOf(root, releaseRepoName);
});

afterAll(async () => {
  await rm(root, { recursive: true, force: true });
  await rm(second, { recursive: true, force: true });
});

const lines = async (gitDir: string, ...args: string[]) =>
  (await git(gitDir, args)).split('\n').filter((line) => line !== '');

const tagAt = async (environment: string, repo: string) =>
  parseImageTagFile(await git(release, ['cat-file', 'blob', `main:${imageTagPath(environment, repo)}`]));

describe('the seeded repos', () => {
  it('are the same for the same seed and time', async () => {
    for (const repo of [releaseRepoName, ...seedApps.map((app) => app.repo)]) {
      const [one, two] = await Promise.all(
        [root, second].map((folder) => git(gitDirOf(folder, repo), ['for-each-ref'])),
      );
      expect(one).toBe(two);
      expect(one).not.toBe('');
    }
  });

  it('hold a few hundred commits that end shortly before now, merges among them, and are sound', async () => {
    const times = (await lines(release, 'log', '--format=%ct', 'main')).map(Number);
    expect(times.length).toBeGreaterThan(300);
    expect(times.length).toBeLessThan(1500);
    const newest = Math.max(...times) * 1000;
    expect(newest).toBeLessThan(now.getTime());
    expect(newest).toBeGreaterThan(now.getTime() - 60 * 60_000);
    expect((await lines(release, 'rev-list', '--merges', 'main')).length).toBeGreaterThan(30);
    await git(release, ['fsck', '--strict', '--no-dangling']);
  });

  it('hold an image tag for every app and environment, that the app repo has', async () => {
    for (const app of seedApps)
      for (const environment of environments) {
        const values = await tagAt(environment, app.repo);
        const name = values?.imageTag ?? '';
        const revision = name.startsWith('v') ? `refs/tags/${name}` : name;
        await git(gitDirOf(root, app.repo), ['rev-parse', '--verify', '--quiet', `${revision}^{commit}`]);
      }
  });

  it('leave drift and one held app', async () => {
    expect((await tagAt('staging', 'whitehall'))?.imageTag).not.toBe(
      (await tagAt('production', 'whitehall'))?.imageTag,
    );
    expect((await tagAt('integration', 'smart-answers'))?.imageTag).toMatch(/^[0-9a-f]{40}$/);
    for (const environment of environments)
      expect(await tagAt(environment, 'router')).toMatchObject({ automaticDeploysEnabled: false });
    expect((await tagAt('integration', 'router'))?.imageTag).not.toBe(
      (await tagAt('production', 'router'))?.imageTag,
    );
  });

  it('tell of rollbacks, holds and people', async () => {
    const subjects = await lines(release, 'log', '--format=%s', 'main');
    expect(subjects.filter((subject) => subject.startsWith('Roll back ')).length).toBeGreaterThan(1);
    expect(subjects.filter((subject) => subject.startsWith('Resume ')).length).toBeGreaterThan(1);
    expect(new Set(await lines(release, 'log', '--format=%an', 'main')).size).toBeGreaterThan(4);
  });

  it('have migrations and pull requests in the app repos', async () => {
    const whitehall = gitDirOf(root, 'whitehall');
    const changed = await lines(whitehall, 'diff', '--name-only', 'v3231', 'v3232');
    expect(changed.some((file) => /^db\/migrate\/\d{14}_add_\w+\.rb$/.test(file))).toBe(true);
    expect((await lines(whitehall, 'log', '--merges', '-1', '--format=%s', 'main'))[0]).toMatch(
      /^Merge pull request #\d+ from alphagov\/[a-z0-9-]+$/,
    );
    expect(new Set(await lines(whitehall, 'log', '--format=%an', 'main')).size).toBeGreaterThan(4);
  });

  it('tell of bags as the console writes them: packed, deployed, passed and tagged, some given up', async () => {
    const paths = (await lines(release, 'ls-tree', '-r', '--name-only', 'main', '.signalbox/')).filter(
      Boolean,
    );
    const entries = await Promise.all(
      paths.map(async (file) => readEntry(file, await git(release, ['cat-file', 'blob', `main:${file}`]))),
    );
    const records = gatherRecords(
      bagPipelineName,
      entries.filter((one) => one !== null),
    );
    expect(records.problems).toEqual([]);
    expect(entries).not.toContain(null);
    const last = lastBag(records);
    expect(last).toBeGreaterThan(12);
    expect([...records.bags.keys()].sort((a, b) => a - b)).toEqual(
      Array.from({ length: last }, (_, index) => index + 1),
    );
    const bag = records.bags.get(last);
    const tags = new Set(await lines(release, 'for-each-ref', '--format=%(refname:short)', 'refs/tags/'));
    for (const environment of bagEnvironments) {
      const { lock, passes } = records.environment(environment);
      expect(lock).toMatchObject({ ok: true, value: { held: null } });
      expect(lastStarted(records, environment)).toMatchObject({ bag: last, state: 'done' });
      for (const { found } of passes) expect(tags).toContain(found.ok && found.value.tag);
      for (const { repo } of seedServices)
        expect((await tagAt(environment, repo))?.imageTag).toBe(bag?.ok && bag.value.services[repo]?.version);
      // Nothing is left to do: an autopilot that is switched on deploys nothing.
      const chain = { environments: bagEnvironments, services: seedServices.map(({ repo }) => repo) };
      const images = { missingImages: () => [] };
      expect(nextBag(records, chain, environment, 'automatic', images).state).toBe('nothing');
    }
    const states = bagEnvironments.flatMap((environment) =>
      records.environment(environment).deployments.map(({ found }) => found.ok && found.value.state),
    );
    expect(states).toContain('abandoned');
  });
});
