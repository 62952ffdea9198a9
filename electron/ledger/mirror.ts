import { rm } from 'node:fs/promises';
import { GitError } from '../systems/git/errors';
import { unpackSmall } from '../systems/git/fetch-pack';
import { requireGit } from '../systems/git/git-version';
import { initBare } from '../systems/git/init';
import { fsckConnectivity, repackGeometric, writeCommitGraph } from '../systems/git/maintain';
import type { RefChange } from '../systems/git/push';
import { resolveRef, updateRef } from '../systems/git/refs';
import { fetchBranch, lsRemote, remoteTags } from '../systems/git/remote';
import { readTrustedFolders } from '../systems/git/safe-directory';
import { BranchAbsent, branchMissing, emptyRepo } from './failures';
import type { LedgerConfig } from './ledger';
import { openRemote } from './ledger-remote';
import { openMirrorFolder, removeLeftLocks } from './mirror-folder';
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
  /** What may be done where the repo here is damaged; `null` for a repo that is not ours. */
  readonly repair: MirrorRepair | null;
  /** What a person must know of it since it was opened. */
  readonly notice: string | null;
  close(): void;
}

/** The mirror holds nothing that is not at the remote: what is damaged is copied again. */
export interface MirrorRepair {
  /** Takes away lock files that nobody holds any more. @returns whether there were any. */
  unlock(): Promise<boolean>;
  /** Looks at everything that the branch leads to, contents of files aside. @throws {GitError} where that is damaged. */
  check(signal: AbortSignal): Promise<void>;
  /**
   * Copies the branch from the remote beside the repo, and puts the copy in its place once it is whole: what is wrong
   * with the remote is found by this, and then the repo stays as it is.
   * @param beforeReplacing lets go of what is open of the old repo.
   */
  renew(signal: AbortSignal, beforeReplacing: () => void): Promise<void>;
}

const incoming = 'refs/signalbox/incoming';

/**
 * How long the very first fetch may be silent, in milliseconds: when the last byte of a big history has come, git walks
 * all of it before it says a word again. A connection over http that falls silent is ended by git itself long before
 * (`http.lowSpeedTime`).
 */
const firstFetchStallMs = 10 * 60_000;
/** How long it may take at all: a big history over a slow line. */
const firstFetchDeadlineMs = 3 * 60 * 60_000;

/**
 * Opens the mirror in a folder, making it when it is not there. A damaged one is opened as it is: offline it may be all
 * that there is.
 * @throws {FailureError} `busy` when another process has it, `invalid-input` when the folder holds something else.
 * @throws {GitError}
 */
export async function openMirror(config: LedgerConfig): Promise<Mirror> {
  const { url, branch } = config.estate.ledger;
  const ref = `refs/heads/${branch}`;
  await requireGit();
  await readTrustedFolders();
  const folder = await openMirrorFolder(config.dir, url, branch);
  const { gitDir } = folder;
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
  const explainMissing = async (signal?: AbortSignal): Promise<BranchAbsent> => {
    const branches = [...(await lsRemote(url, [], await asking(signal))).keys()];
    return new BranchAbsent(
      branches.length === 0
        ? emptyRepo()
        : branchMissing(
            branch,
            branches.map((name) => name.replace('refs/heads/', '')),
          ),
    );
  };
  /** Git's own fetch of the branch into a ref of a repo. */
  const bring = async (into: string, ref: string, isWhole: boolean, signal?: AbortSignal) =>
    fetchBranch(url, branch, {
      gitDir: into,
      into: ref,
      ...(isWhole ? { stallMs: firstFetchStallMs, deadlineMs: firstFetchDeadlineMs } : {}),
      ...(config.shallow ? { shallow: true } : {}),
      maxFetched: config.maxFetched,
      ...(await asking(signal)),
      ...(config.onProgress ? { onProgress: config.onProgress } : {}),
    });
  return {
    gitDir,
    ref,
    push: remote.push,
    remoteRef: remote.refAt,
    remoteTags: async (prefix, signal) => remoteTags(url, prefix, await asking(signal)),
    lastAnswer: folder.lastAnswer,
    answered: folder.answered,
    here: async () => {
      const commit = await resolveRef(ref, { gitDir });
      if (commit === null && (await folder.lastAnswer()) !== null)
        throw new GitError('bad-repo', 'rev-parse', `${ref} no longer exists.`);
      return commit;
    },
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
        await bring(gitDir, incoming, isFirst, signal);
      } catch (error) {
        if (error instanceof GitError && error.kind === 'branch-missing') throw await explainMissing(signal);
        throw error;
      }
      const commit = await resolveRef(incoming, { gitDir });
      if (!commit) throw new GitError('other', 'fetch', 'The fetch did not include the branch.');
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
    notice:
      folder.begin === 'lost'
        ? 'The local copy of the release repo was missing or unreadable. Signalbox is copying it again; nothing in the release repo is lost.'
        : null,
    repair: {
      unlock: () => removeLeftLocks(gitDir),
      check: (signal) => fsckConnectivity({ gitDir, signal }),
      renew: async (signal, beforeReplacing) => {
        try {
          await rm(folder.fresh, { recursive: true, force: true });
          await initBare(folder.fresh, branch, signal);
          await bring(folder.fresh, ref, true, signal);
          const commit = await resolveRef(ref, { gitDir: folder.fresh });
          if (commit === null) throw new GitError('other', 'fetch', 'The fetch did not include the branch.');
          beforeReplacing();
          await folder.replace();
          known = commit;
        } finally {
          await rm(folder.fresh, { recursive: true, force: true });
        }
      },
    },
    close: () => {
      remote.close();
      folder.close();
    },
  };
}
