import { readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FailureError } from '../../shared/domain/failure/failure';
import { removeUnfinished } from '../systems/git/bounded-fetch';
import { initBare } from '../systems/git/init';
import { makeOwnFolder } from '../systems/own-folder';
import { lockFolder } from './mirror-lock';

/** The folder of a mirror: the repo, who it is a copy of, and the lock of the one process that has it. */
export interface MirrorFolder {
  /** The repo. */
  readonly gitDir: string;
  /** Where a copy is made that takes the repo's place once it is whole. */
  readonly fresh: string;
  /** When the remote last answered; `null`: never. */
  lastAnswer(): Promise<Date | null>;
  answered(): Promise<void>;
  /** Whether the repo was there when the folder was opened, or had to be made. `lost`: it should have been there. */
  readonly begin: 'there' | 'new' | 'lost';
  /** Puts the fresh copy in the place of the repo, which is set aside; it goes when the folder is opened again. */
  replace(): Promise<void>;
  close(): void;
}

const marker = 'signalbox-mirror';
/** All that ever lies in such a folder. */
const ours = /^(?:signalbox-mirror|signalbox\.lock.*|repo\.git(?:\.new|\.damaged)?)$/;

/**
 * Takes the folder of a mirror for this process. A mirror of another address or branch is thrown away: it holds nothing
 * that is not at its remote.
 * @throws {FailureError} `busy` when another process has it, `invalid-input` when the folder holds something else.
 */
export async function openMirrorFolder(dir: string, url: string, branch: string): Promise<MirrorFolder> {
  const wasFile = makeOwnFolder(dir) !== null;
  const inside = await readdir(dir);
  if (!inside.every((name) => ours.test(name)))
    throw new FailureError({
      code: 'invalid-input',
      message: 'The folder for the local copy of the release repo contains something else.',
      meaning: 'Signalbox does not write to folders that it did not create.',
      next: [{ do: 'advice', label: 'Choose an empty folder.' }],
      detail: dir,
    });
  const unlock = await lockFolder(dir);
  const gitDir = join(dir, 'repo.git');
  const fresh = `${gitDir}.new`;
  const damaged = `${gitDir}.damaged`;
  const stamp = join(dir, marker);
  const remove = (path: string) => rm(path, { recursive: true, force: true });
  try {
    const identity = `${url}\n${branch}\n`;
    // None there yet: the folder is a new one.
    const known = await readFile(stamp, 'utf8').catch(() => null);
    const isThere = await isFolder(gitDir);
    const isOfAnother = known !== null && known !== identity && /^[^\n]+\n[^\n]+\n$/.test(known);
    const wasThere = wasFile || inside.includes(marker) || inside.includes('repo.git');
    const begin = known === identity && isThere ? 'there' : wasThere && !isOfAnother ? 'lost' : 'new';
    await remove(fresh);
    await remove(damaged);
    if (begin !== 'there') {
      await remove(gitDir);
      await remove(stamp);
      await initBare(gitDir, branch);
      await writeFile(stamp, identity, { mode: 0o600 });
      await utimes(stamp, 0, 0);
    }
    await removeLeftLocks(gitDir);
    await removeUnfinished(gitDir);
    return {
      gitDir,
      fresh,
      begin,
      lastAnswer: async () => {
        const at = (await stat(stamp)).mtime;
        return at.getTime() === 0 ? null : at;
      },
      answered: async () => {
        const now = new Date();
        // It costs the time of the last answer at the next start, nothing else.
        await utimes(stamp, now, now).catch(() => {});
      },
      replace: async () => {
        await remove(damaged);
        if (await isThereAtAll(gitDir)) await rename(gitDir, damaged);
        await rename(fresh, gitDir);
      },
      close: unlock,
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

/**
 * The branch of the copy of an address that answered last, among folders of mirrors; `null`: none has ever been filled.
 * Takes no lock: the folder may be another process's.
 */
export async function branchLastCopied(dirs: readonly string[], url: string): Promise<string | null> {
  const found = await Promise.all(
    dirs.map(async (dir) => {
      const stamp = join(dir, marker);
      try {
        const [of, branch] = (await readFile(stamp, 'utf8')).split('\n');
        return of === url && branch ? [{ branch, at: (await stat(stamp)).mtimeMs }] : [];
      } catch {
        // No mirror, or one that is being made.
        return [];
      }
    }),
  );
  const [newest] = found
    .flat()
    .filter(({ at }) => at > 0)
    .sort((a, b) => b.at - a.at);
  return newest?.branch ?? null;
}

const isThereAtAll = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

/**
 * Takes away lock files that a killed Git left behind, wherever they are. The folder is ours alone; only a Git that
 * outlived its parent could still hold one, and that one is young. One from the future was made by another clock.
 * @returns whether there were any.
 */
export async function removeLeftLocks(gitDir: string): Promise<boolean> {
  // A folder that is not there has no locks.
  const names = await readdir(gitDir, { recursive: true }).catch(() => []);
  let removed = false;
  for (const name of names) {
    if (!name.endsWith('.lock')) continue;
    const path = join(gitDir, name);
    // Gone meanwhile: its holder took it away.
    const found = await stat(path).catch(() => null);
    const age = found ? Date.now() - found.mtimeMs : 0;
    if (age > 10_000 || age < -10_000) {
      await rm(path, { force: true, recursive: true });
      removed = true;
    }
  }
  return removed;
}
