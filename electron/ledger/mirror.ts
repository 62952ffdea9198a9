import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FailureError } from '../../shared/domain/failure';
import { GitError } from '../systems/git/errors';
import { unpackSmall } from '../systems/git/fetch-pack';
import { initBare } from '../systems/git/init';
import { repackGeometric, writeCommitGraph } from '../systems/git/maintain';
import type { RefChange } from '../systems/git/push';
import { resolveRef, updateRef } from '../systems/git/refs';
import { fetchBranch, lsRemote, remoteTags } from '../systems/git/remote';
import { requireGit } from '../systems/git/version';
import { branchMissing, emptyRepo } from './failures';
import type { LedgerConfig } from './ledger';
import { lockFolder } from './mirror-lock';
import { openRemote } from './remote';
import { basicAuth } from './remote-auth';

/** The local copy of the release repo, and the way to the remote. One process at a time. */
export interface Mirror {
  readonly gitDir: string;
  /** The branch's ref here: where the remote stood when it was last asked. */
  readonly ref: string;
  /** When the remote last answered, by the mirror's own memory; `null`: never. */
  lastAnswer(): Promise<Date | null>;
  /** Notes that the remote answered now. */
  answered(): Promise<void>;
  /** Where the branch stands here; `null` before the first fetch. */
  here(): Promise<string | null>;
  /** Where the branch stands at the remote. Fails as empty repo or missing branch. */
  there(signal?: AbortSignal): Promise<string>;
  /** Brings the remote's branch in and says where it stands; `here` stays. `there` is where it was seen just now. */
  fetch(signal?: AbortSignal, there?: string): Promise<string>;
  /** Sets `here`. */
  moveTo(commit: string): Promise<void>;
  /** Moves one ref of the remote by compare-and-swap. Throws {@link GitError}, `moved` when somebody else was first. */
  push(change: RefChange, pack?: Buffer): Promise<void>;
  /** Where a ref of the remote stands, `null` when it is not there. */
  remoteRef(ref: string, signal?: AbortSignal): Promise<string | null>;
  /** Names of the remote's tags that begin with a prefix. */
  remoteTags(prefix: string, signal?: AbortSignal): Promise<ReadonlySet<string>>;
  /** Packs and indexes in the background; never fails. */
  maintain(signal: AbortSignal): Promise<void>;
  close(): void;
}

const marker = 'signalbox-mirror';
const incoming = 'refs/signalbox/incoming';

/**
 * How long the very first fetch may be silent, in milliseconds: when the last byte of a big history has come, git walks
 * all of it before it says a word again. A connection over http that falls silent is ended by git itself long before
 * (`http.lowSpeedTime`).
 */
const firstFetchStallMs = 10 * 60_000;

/**
 * Opens the mirror in a folder, making it when it is not there. A mirror of another address or branch, or one that Git
 * cannot read any more, is thrown away and made anew: it holds nothing that is not at the remote.
 * @throws {FailureError} `busy` when another process has it, `invalid-input` when the folder holds something else.
 * @throws {GitError}
 */
export async function openMirror(config: LedgerConfig): Promise<Mirror> {
  const { url, branch } = config.estate.ledger;
  const { dir } = config;
  const ref = `refs/heads/${branch}`;
  await requireGit();
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const inside = await readdir(dir);
  if (
    inside.length > 0 &&
    !inside.includes(marker) &&
    inside.some((name) => !name.startsWith('signalbox.lock'))
  )
    throw new FailureError({
      code: 'invalid-input',
      message: 'The folder for the local copy of the release repo holds something else.',
      meaning: 'Signalbox does not write into folders that it did not make.',
      next: [{ do: 'advice', label: 'Name an empty folder.' }],
      detail: dir,
    });
  const unlock = lockFolder(dir);
  const gitDir = join(dir, 'repo.git');
  const stamp = join(dir, marker);
  try {
    const identity = `${url}\n${branch}\n`;
    const known = existsSync(stamp) ? await readFile(stamp, 'utf8') : null;
    if (known !== identity || !(await isReadable(gitDir, ref))) {
      await rm(gitDir, { recursive: true, force: true });
      await initBare(gitDir, branch);
      await writeFile(stamp, identity, { mode: 0o600 });
      await utimes(stamp, 0, 0);
    }
    await removeLeftLocks(gitDir, ref);
  } catch (error) {
    unlock();
    throw error;
  }
  const auth = async () => basicAuth(url, (await config.credentials?.()) ?? null);
  const remote = openRemote(url, gitDir, auth);
  /** A commit that is in the mirror with all behind it. */
  let known: string | null = null;
  /** Brings in what a few pushes added, without git's own fetch and its processes. @returns `null` where git has to. */
  const fetchLittle = async (signal?: AbortSignal, there?: string): Promise<string | null> => {
    if (known === null || config.shallow) return null;
    const commit = there ?? (await remote.refAt(ref, signal));
    if (commit === null || commit === known) return commit;
    const pack = await remote.packSince(commit, known, signal);
    const isIn = pack !== null && (await unpackSmall(pack, { gitDir, ...(signal ? { signal } : {}) }));
    return isIn ? commit : null;
  };
  const asking = async (signal?: AbortSignal) => ({ auth: await auth(), ...(signal ? { signal } : {}) });
  /** Why the branch is not there: nothing at all, or only other branches. */
  const explainMissing = async (signal?: AbortSignal): Promise<FailureError> => {
    const branches = [...(await lsRemote(url, [], await asking(signal))).keys()];
    return new FailureError(
      branches.length === 0
        ? emptyRepo()
        : branchMissing(
            branch,
            branches.map((name) => name.replace('refs/heads/', '')),
          ),
    );
  };
  return {
    gitDir,
    ref,
    push: remote.push,
    remoteRef: remote.refAt,
    remoteTags: async (prefix, signal) => remoteTags(url, prefix, await asking(signal)),
    lastAnswer: async () => {
      const at = (await stat(stamp)).mtime;
      return at.getTime() === 0 ? null : at;
    },
    answered: async () => {
      const now = new Date();
      await utimes(stamp, now, now).catch(() => {});
    },
    here: () => resolveRef(ref, { gitDir }),
    there: async (signal) => {
      const commit = await remote.refAt(ref, signal);
      if (commit === null) throw await explainMissing(signal);
      return commit;
    },
    fetch: async (signal, there) => {
      const little = await fetchLittle(signal, there);
      if (little !== null) return little;
      try {
        const isFirst = known === null && (await resolveRef(ref, { gitDir })) === null;
        await fetchBranch(url, branch, {
          gitDir,
          into: incoming,
          ...(isFirst ? { stallMs: firstFetchStallMs } : {}),
          ...(config.shallow ? { shallow: true } : {}),
          ...(await asking(signal)),
          ...(config.onProgress ? { onProgress: config.onProgress } : {}),
        });
      } catch (error) {
        if (error instanceof GitError && error.kind === 'branch-missing') throw await explainMissing(signal);
        throw error;
      }
      const commit = await resolveRef(incoming, { gitDir });
      if (!commit) throw new GitError('other', 'fetch', 'The branch did not arrive.');
      known = commit;
      return commit;
    },
    moveTo: (commit) => {
      known = commit;
      return updateRef(ref, commit, { gitDir });
    },
    maintain: async (signal) => {
      if (config.shallow) return;
      try {
        await repackGeometric({ gitDir, signal });
        await writeCommitGraph({ gitDir, signal, changedPaths: false });
        await writeCommitGraph({ gitDir, signal, changedPaths: true });
      } catch {
        // Only speed is lost; the next round tries again.
      }
    },
    close: () => {
      remote.close();
      unlock();
    },
  };
}

async function isReadable(gitDir: string, ref: string): Promise<boolean> {
  try {
    await resolveRef(ref, { gitDir });
    return true;
  } catch (error) {
    // A machine that is too busy or too full says nothing about the mirror, which may be all that there is offline.
    if (error instanceof GitError && ['stalled', 'disk-full', 'git-missing'].includes(error.kind))
      throw error;
    return false;
  }
}

/**
 * Takes away lock files that a killed Git left behind. The folder is ours alone; only a Git that outlived its parent
 * could still hold one, and that one is young.
 */
async function removeLeftLocks(gitDir: string, ref: string): Promise<void> {
  const names = [
    'HEAD',
    'config',
    'packed-refs',
    'shallow',
    ref,
    incoming,
    'objects/info/commit-graphs/commit-graph-chain',
  ];
  for (const name of names) {
    const path = join(gitDir, `${name}.lock`);
    const age = await stat(path).then(
      (found) => Date.now() - found.mtimeMs,
      () => null,
    );
    if (age !== null && age > 10_000) await rm(path, { force: true });
  }
}
