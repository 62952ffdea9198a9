import { type Failure, FailureError } from '../../shared/domain/failure/failure';
import { failureOf } from '../../shared/domain/failure/failure-of';
import { count } from '../../shared/domain/text/count';
import { GitError, type GitErrorKind } from '../systems/git/errors';
import { signingFailure } from './signing-failure';

const retry = { do: 'retry', label: 'Try again' } as const;
const settings = { do: 'open-settings', label: 'Open settings' } as const;
const advice = (label: string) => ({ do: 'advice', label }) as const;

type Words = Pick<Failure, 'code' | 'message' | 'meaning' | 'next'>;

const words: Record<GitErrorKind, Words> = {
  unauthorised: {
    code: 'unauthorised',
    message: 'The release repo refused the sign-in.',
    meaning: 'The token is missing, wrong or has expired. Nothing was changed.',
    next: [settings, retry],
  },
  'host-unknown': {
    code: 'unauthorised',
    message: 'You have not confirmed the SSH server of the release repo yet.',
    meaning: 'Nothing was sent to it. Its key may be the right one or somebody else’s.',
    next: [
      settings,
      advice('Compare the server’s fingerprint with what its owner publishes, then confirm it.'),
    ],
  },
  'host-changed': {
    code: 'refused',
    message: 'The SSH server of the release repo has another key than the one that you trust.',
    meaning:
      'Somebody may be intercepting the connection, or the server was set up again. Nothing was sent to it.',
    next: [
      advice(
        'Ask the server’s owner. If the new key is right, remove the old one with ssh-keygen -R <host>, then confirm the new one.',
      ),
    ],
  },
  forbidden: {
    code: 'forbidden',
    message: 'The release repo does not allow this.',
    meaning:
      'You are signed in, but a permission, rule or hook of the repo rejected this. Nothing was changed.',
    next: [
      advice(
        'Ask for write access. If the branch is protected, set landing: merge-branch in the estate file.',
      ),
    ],
  },
  'bad-content': {
    code: 'refused',
    message: 'The release repo does not take this change.',
    meaning: 'It rejected what the commit holds, whoever brings it. Nothing was changed.',
    next: [advice('Read what the repo says in the technical details.')],
  },
  limited: {
    code: 'rate-limited',
    message: 'The release repo is limiting requests.',
    meaning: 'It answers again in a few minutes. Nothing was changed.',
    next: [retry],
  },
  unreachable: {
    code: 'unreachable',
    message: 'The release repo is unreachable.',
    meaning: 'Signalbox shows the last known state. Nothing was changed.',
    next: [advice('Check the network, VPN or proxy.'), retry],
  },
  'no-such-repo': {
    code: 'not-found',
    message: 'There is no Git repo at the address of the release repo.',
    meaning: 'The address is wrong, or the token has no access to the repo. Nothing was changed.',
    next: [settings],
  },
  'connection-lost': {
    code: 'unreachable',
    message: 'The connection to the release repo broke.',
    meaning: 'Signalbox shows the last known state.',
    next: [retry],
  },
  moved: {
    code: 'conflict',
    message: 'Somebody else changed the release repo first.',
    meaning: 'None of your changes were made.',
    next: [retry],
  },
  'branch-missing': {
    code: 'not-found',
    message: 'The release repo has no such branch.',
    meaning: 'Nothing can be read or deployed until the branch exists, or the estate file sets another one.',
    next: [settings],
  },
  'not-signed': signingFailure(''),
  'disk-full': {
    code: 'disk-full',
    message: 'The disk is full.',
    meaning: 'The local copy of the release repo can’t be updated.',
    next: [advice('Free some space on the disk.'), retry],
  },
  stalled: {
    code: 'timeout',
    message: 'The release repo stopped answering.',
    meaning: 'The command was stopped after too long without output.',
    next: [retry],
  },
  'too-slow': {
    code: 'timeout',
    message: 'The release repo answers too slowly.',
    meaning: 'The command took too long and was stopped. Signalbox shows the last known state.',
    next: [advice('Check the network, VPN or proxy.'), retry],
  },
  overlong: {
    code: 'bad-data',
    message: 'The release repo\u2019s answer is too long.',
    meaning:
      'It has more branches or tags than Signalbox can read, or another server answers at its address.',
    next: [advice('Check the address of the release repo.'), retry],
  },
  'too-big': {
    code: 'bad-data',
    message: 'The release repo sends more than Signalbox takes at once.',
    meaning:
      'The copying was ended so that it does not fill the disk, and what had come was deleted. What is shown is what the repo said last.',
    next: [advice('Check the address of the release repo, and who can write to it.'), retry],
  },
  aborted: {
    code: 'cancelled',
    message: 'Cancelled.',
    meaning: 'Nothing was changed.',
    next: [],
  },
  'git-missing': {
    code: 'internal',
    message: 'Git is not installed on this computer.',
    meaning: 'Signalbox needs Git to read the release repo.',
    next: [advice('Install Git 2.32 or newer, then restart Signalbox.')],
  },
  'git-too-old': {
    code: 'internal',
    message: 'Git on this computer is too old.',
    meaning: 'Signalbox needs 2.32 or newer to read and change the release repo safely.',
    next: [advice('Install a newer Git, then restart Signalbox.')],
  },
  'bad-repo': {
    code: 'bad-data',
    message: 'The Git repo cannot be read.',
    meaning: 'It is not a Git repo, or it is damaged.',
    next: [advice('Check the folder named in the technical details.')],
  },
  'not-owned': {
    code: 'forbidden',
    message: 'The Git repo belongs to another user of this computer.',
    meaning: 'Git only reads such a repo if you trust it, because its settings can run programs.',
    next: [advice('If you trust it, run the command in the technical details, then try again.'), retry],
  },
  redirected: {
    code: 'not-found',
    message: 'The release repo has moved.',
    meaning:
      'Signalbox does not follow automatically, because it would send your token there. Nothing was changed.',
    next: [advice('Set ledger.url in signalbox.yaml to the new address.'), settings],
  },
  'not-git': {
    code: 'not-found',
    message: 'The server at the release repo’s address is not a Git server that Signalbox can use.',
    meaning: 'It may be a sign-in page, a proxy, or a plain web server. Nothing was changed.',
    next: [advice('Check the address of the release repo, and sign in to the network or VPN.'), settings],
  },
  other: {
    code: 'internal',
    message: 'A Git command failed.',
    meaning: 'This was not done.',
    next: [retry],
  },
};

/**
 * What the remote said for a person: git puts `remote: ` before each such line, and GitHub says there which rule of a
 * protected branch it was (`GH006: …`). Links and rulers are left out.
 */
function saidByRemote(detail: string): string {
  const lines = detail
    .split('\n')
    .flatMap((line) => /^remote:(.*)$/.exec(line.trim())?.[1] ?? [])
    .map((line) => line.replace(/^\s*(?:error:|fatal:|-)?\s*/i, '').trim())
    .filter((line) => /[a-z]{3}/i.test(line) && !/^https?:\S+$/i.test(line));
  return lines.slice(0, 4).join(' ').slice(0, 400);
}

/** Git's own advice, with the folder that it names. */
function trustAdvice(detail: string): string {
  const command = /git config --global --add safe\.directory [^\n]{1,300}/.exec(detail)?.[0];
  return command
    ? `If you trust it, run \u201c${command}\u201d, then try again.`
    : 'If you trust it, add it to safe.directory in your Git settings, then try again.';
}

/** The failure that a thrown value stands for: Git's errors in words for a person, everything else by {@link failureOf}. */
export function ledgerFailure(error: unknown): Failure {
  if (!(error instanceof GitError)) return failureOf(error);
  const said = error.kind === 'forbidden' || error.kind === 'bad-content' ? saidByRemote(error.detail) : '';
  const place =
    error.kind === 'redirected' ? /https?:\/\/[^\s'"<>]{1,300}/.exec(error.detail)?.[0] : undefined;
  return {
    ...words[error.kind],
    ...(error.kind === 'not-signed' ? signingFailure(error.detail) : {}),
    ...(error.kind === 'not-owned' ? { next: [advice(trustAdvice(error.detail)), retry] } : {}),
    ...(place ? { message: `The release repo has moved to ${place}.` } : {}),
    ...(said ? { meaning: `${words[error.kind].meaning} The repo says: ${said}` } : {}),
    ...(/proc-receive|branch is currently checked out/.test(error.detail)
      ? {
          meaning:
            'The repo accepts changes only through its own hook, or has the branch checked out. In a repo on this computer, Signalbox does not run hooks or change a checked-out branch. Nothing was changed.',
          next: [advice('Use a bare copy of the repo, or a Git server.')],
        }
      : {}),
    ...(error.detail ? { detail: `git ${error.command}: ${error.detail}` } : {}),
  };
}

/** The remote answered, and has no such branch. */
export class BranchAbsent extends FailureError {}

/** The remote has no commit at all. */
export const emptyRepo = (): Failure => ({
  code: 'not-found',
  message: 'The release repo is empty.',
  meaning: 'It has no commits, so there is nothing to show or deploy.',
  next: [advice('Push a first commit with image-tag files.')],
});

/** The remote has commits, but not on this branch. */
export const branchMissing = (branch: string, others: readonly string[]): Failure => ({
  code: 'not-found',
  message: `The release repo has no branch "${branch}".`,
  meaning: 'Nothing can be read or deployed until the branch exists, or the estate file sets another one.',
  next: [settings],
  ...(others.length > 0 ? { detail: `Branches there: ${others.slice(0, 20).join(', ')}` } : {}),
});

/** A push or merge whose end was not heard. */
export const unknownOutcome = (commit: string, because: Failure): Failure & { commit: string } => ({
  code: 'unknown-outcome',
  message: 'Signalbox does not know whether the change reached the release repo.',
  meaning: `The connection broke while pushing commit ${commit.slice(0, 10)}. The commit is either there completely or not at all.`,
  next: [advice('Wait for the connection: Signalbox checks the repo before it does anything else.')],
  detail: `${commit}${because.detail ? `\n${because.detail}` : ''}`,
  commit,
});

/** All tries used up against others who write at the same time. */
export const tooBusy = (attempts: number): Failure => ({
  code: 'conflict',
  message: 'Others changed the release repo faster than this change could land.',
  meaning: `None of your changes were made, after ${count(attempts, 'attempt')}.`,
  next: [retry],
});

/** A change that names a path where no file can be put. */
export const badPath = (path: string, reason: string): Failure => ({
  code: 'bad-data',
  message: `${path} cannot be written: ${reason}.`,
  meaning: 'Nothing was changed.',
  next: [advice('Correct the release repo manually, then try again.')],
  place: { path },
});
