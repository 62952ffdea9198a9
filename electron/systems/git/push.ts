import { isOfContent } from '../../../shared/domain/route/branch-rule';
import { classifyStderr, GitError, saidByGit } from './errors';
import { quietProgram } from './local-repo';
import { type GitOptions, runGit } from './run-git';

/** One ref to change: from `old` (`null`: it must not exist) to `commit` (`null`: delete it). */
export interface RefChange {
  ref: string;
  old: string | null;
  commit: string | null;
}

/** For a push of one small commit, hooks of the server included. */
const deadlineMs = 3 * 60_000;

/**
 * Moves one ref of a remote, but only if it stands exactly where `old` says: a compare-and-swap, kept by the remote
 * itself (git-push(1), --force-with-lease with an expected value; the remote checks again when it takes the lock).
 * @throws GitError `moved` when the ref stands elsewhere, `forbidden` when a rule or hook says no. Only an error that is
 *   `unsent` is sure: over HTTP git's client (curl, lib/transfer.c, Curl_retry_request) sends a push again by itself
 *   when a kept connection dies before the first byte of the answer, and any other error may be the answer to that
 *   second one, `moved` by our own commit among them.
 */
export async function pushRef(
  url: string,
  change: RefChange,
  options: GitOptions & { gitDir: string },
): Promise<void> {
  // The pack is begun once the remote has said what it holds, and sent with the command (send-pack.c).
  let isBegun = change.commit === null;
  const { stdout, stderr, code } = await runGit(
    [
      'push',
      '--porcelain',
      '--progress',
      '--no-verify',
      ...quietProgram(url, 'receive-pack'),
      `--force-with-lease=${change.ref}:${change.old ?? ''}`,
      '--end-of-options',
      url,
      `${change.commit ?? ''}:${change.ref}`,
    ],
    {
      deadlineMs,
      maxBytes: 32 * 1024 * 1024,
      ...options,
      expectedCodes: [1],
      onProgress: () => {
        isBegun = true;
      },
    },
  ).catch((error: unknown) => {
    if (isBegun || !(error instanceof GitError)) throw error;
    throw new GitError(error.kind, error.command, error.detail, { cause: error, unsent: true });
  });
  const outcome = parsePushReport(stdout.toString('utf8'), change.ref, stderr);
  if (outcome === 'done' && code === 0) return;
  if (outcome === 'done' || outcome === null)
    throw new GitError(classifyStderr(stderr), 'push', saidByGit(`${stdout.toString('utf8')}\n${stderr}`), {
      unsent: !isBegun,
    });
  throw new GitError(outcome.kind, 'push', saidByGit(`${outcome.reason}\n${stderr}`));
}

/** What a refusal of one ref means. */
type Rejection = 'moved' | 'forbidden' | 'bad-content' | 'connection-lost';

/** How a push of one ref ended, by `git push --porcelain`: lines of `<flag> TAB <from>:<to> TAB <summary>`. `null`: not said. */
export function parsePushReport(
  text: string,
  ref: string,
  messages = '',
): 'done' | { kind: Rejection; reason: string } | null {
  for (const line of text.split('\n')) {
    const [flag, refs, summary] = line.split('\t');
    if (flag === undefined || summary === undefined || !refs?.endsWith(`:${ref}`)) continue;
    if (flag !== '!') return 'done';
    if (summary.startsWith('[remote failure]')) return { kind: 'connection-lost', reason: summary };
    return { kind: rejectionKind(summary, messages), reason: summary };
  }
  return null;
}

/**
 * Whether a refusal means that somebody else was first, that the remote had trouble of its own (it may have moved the ref),
 * that it takes nothing of the kind, or that it does not want it from this person. The words are those of Git's own client
 * and server (send-pack, receive-pack, refs backend) and of GitHub.
 * @param messages what the remote printed for a person.
 */
export function rejectionKind(reason: string, messages = ''): Rejection {
  if (
    /stale info|fetch first|non-fast-forward|needs force|failed to (?:update|lock)|cannot lock ref|already exists|incorrect old value|reference already|is at \S+ but expected|unable to resolve reference/i.test(
      reason,
    )
  )
    return 'moved';
  if (/unpack|missing necessary objects|disk|space|internal (?:server )?error|fatal error/i.test(reason))
    return 'connection-lost';
  return isOfContent(`${reason}\n${messages}`) ? 'bad-content' : 'forbidden';
}
