import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { git } from '../../git/command';
import { owner, releaseRepoName, type SeedApp, seedApps, seedServices } from '../apps';
import { appRepoStream } from './app-repo';
import { inventBags } from './past-bags';
import { branchTip, inventDeployments, type ReleaseRepoEvent } from './past-deployments';
import { createRandom, type Random } from './random';
import { releaseRepoStream } from './release-repo-stream';
import { inventReleases, type Release } from './releases';

/** Folder of a bare repo below the folder that the Git server serves. */
export const gitDirOf = (root: string, repo: string): string => path.join(root, owner, `${repo}.git`);

/**
 * Creates an empty bare repo with the branch `main` as HEAD: what `git init --bare` leaves
 * (gitrepository-layout(5)), without a process for each of 21 repos.
 */
async function initBare(gitDir: string): Promise<void> {
  for (const folder of ['objects/info', 'objects/pack', 'refs/heads', 'refs/tags'])
    await mkdir(path.join(gitDir, folder), { recursive: true });
  await writeFile(path.join(gitDir, 'HEAD'), 'ref: refs/heads/main\n');
  await writeFile(
    path.join(gitDir, 'config'),
    '[core]\n\trepositoryformatversion = 0\n\tfilemode = false\n\tbare = true\n',
  );
}

/** Feeds a stream to `git fast-import`. */
async function importInto(gitDir: string, stream: string): Promise<void> {
  await git(gitDir, ['fast-import', '--quiet', '--done', '--force'], { input: stream });
}

/**
 * Creates the release repo and the repos of all apps and services below `root`, with some months of history that ends
 * shortly before `now`. The same `seed` and `now` give the same commits. Takes about a second.
 */
export async function seedRepos(options: { root: string; now: Date; seed?: number }): Promise<void> {
  const { root } = options;
  // Whole seconds: Git keeps no finer time.
  const now = new Date(Math.floor(options.now.getTime() / 1000) * 1000);
  const seed = options.seed ?? 20_240;
  const importApp = async (random: Random, app: SeedApp, releases: readonly Release[]) => {
    const { stream, branches } = appRepoStream(random, app, releases, now);
    const gitDir = gitDirOf(root, app.repo);
    await initBare(gitDir);
    await importInto(gitDir, stream);
    return { gitDir, branches };
  };
  const [deployments, services] = await Promise.all([
    Promise.all(
      seedApps.map(async (app, index): Promise<ReleaseRepoEvent[]> => {
        const random = createRandom(seed * 31 + index);
        const releases = inventReleases(random, app, now);
        const events = inventDeployments(random, app, releases, now);
        const { gitDir, branches } = await importApp(random, app, releases);
        if (!events.some((event) => event.changes.integration?.imageTag === branchTip)) return events;
        const tip = (await git(gitDir, ['rev-parse', `refs/heads/${branches[0]}`])).trim();
        return events.map((event) => JSON.parse(JSON.stringify(event).replaceAll(branchTip, tip), revive));
      }),
    ),
    Promise.all(
      seedServices.map(async (service, index) => {
        const random = createRandom(seed * 37 + index);
        const releases = inventReleases(random, service, now);
        await importApp(random, service, releases);
        return { service, releases };
      }),
    ),
  ]);
  const gitDir = gitDirOf(root, releaseRepoName);
  await initBare(gitDir);
  const bags = inventBags(createRandom(seed * 41), services, now);
  await importInto(gitDir, releaseRepoStream(createRandom(seed), [...deployments.flat(), ...bags], now));
}

const revive = (key: string, value: unknown): unknown => (key === 'at' ? new Date(String(value)) : value);
