import { createReadStream, existsSync } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createGunzip } from 'node:zlib';
import { execa } from 'execa';
import { initBare } from '../../systems/git/init';
import { gitEnvironment } from '../../systems/git/run-git';

const root = resolve(import.meta.dirname, '..', '..', '..');

/** GOV.UK's release repo, image tags alone, as a stream for git-fast-import(1); beside the project, where it is at all. */
const realDataFile = join(root, '../shared/data/govuk-image-tags.fast-export.gz');

/** Why a test that wants the real data is skipped. */
export const realRepoMissing = 'the real data (../shared/data/govuk-image-tags.fast-export.gz) is not here';

/** An import that was begun longer ago than this has been killed. */
const importTakesAtMostMs = 10 * 60_000;

/**
 * A bare repo of the real data: 109,000 deployments in about 110,000 commits on main. It is imported once and kept
 * beside the packages, for all tests and benchmarks: read it, copy it, never write to it.
 * @returns its folder, `null` where the data is missing.
 */
export async function realRepo(): Promise<string | null> {
  if (!existsSync(realDataFile)) return null;
  const { size, mtimeMs } = await stat(realDataFile);
  const cache = join(root, 'node_modules', '.cache', 'signalbox');
  const repo = join(cache, `real-data-${size}-${Math.floor(mtimeMs)}.git`);
  const unfinished = `${repo}.importing`;
  await mkdir(cache, { recursive: true });
  while (!existsSync(repo)) {
    // Whoever makes this folder imports; the others wait for the repo to get its name.
    const mine = await mkdir(unfinished).then(
      () => true,
      () => false,
    );
    if (!mine) {
      const begun = await stat(unfinished).catch(() => null);
      if (begun && Date.now() - begun.birthtimeMs > importTakesAtMostMs)
        await rm(unfinished, { recursive: true, force: true });
      await pause(100);
      continue;
    }
    try {
      await importRealData(unfinished);
      await rename(unfinished, repo);
    } catch (error) {
      await rm(unfinished, { recursive: true, force: true });
      throw error;
    }
  }
  return repo;
}

async function importRealData(gitDir: string): Promise<void> {
  await initBare(gitDir, 'main');
  await execa('git', ['fast-import', '--quiet'], {
    env: gitEnvironment({ gitDir }),
    extendEnv: false,
    input: createReadStream(realDataFile).pipe(createGunzip()),
  });
}
