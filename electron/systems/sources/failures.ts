import type { Failure } from '../../../shared/domain/failure/failure';
import { failureOf } from '../../../shared/domain/failure/failure-of';
import { GitError, type GitErrorKind } from '../git/errors';

const retry = { do: 'retry', label: 'Try again' } as const;
const settings = { do: 'open-settings', label: 'Open settings' } as const;
const advice = (label: string) => ({ do: 'advice', label }) as const;
const unknown = 'Its versions and changes are not known now.';

const within = (repo: string): string => repo.replace('The', 'the');

type Words = Pick<Failure, 'code' | 'message' | 'meaning' | 'next'>;

const words: Partial<Record<GitErrorKind, (repo: string) => Words>> = {
  unauthorised: (repo) => ({
    code: 'unauthorised',
    message: `${repo} refused the sign-in.`,
    meaning: `The token is missing, wrong or has expired. ${unknown}`,
    next: [settings, retry],
  }),
  'host-unknown': (repo) => ({
    code: 'unauthorised',
    message: `You have not confirmed the SSH server of ${within(repo)} yet.`,
    meaning: `Nothing was sent to it. ${unknown}`,
    next: [advice('Connect to it once with ssh in a terminal, and compare its fingerprint.'), retry],
  }),
  'host-changed': (repo) => ({
    code: 'refused',
    message: `The SSH server of ${within(repo)} has another key than the one that you trust.`,
    meaning: `Somebody may be intercepting the connection, or it was set up again. ${unknown}`,
    next: [advice('Ask the server’s owner before you trust the new key.'), retry],
  }),
  forbidden: (repo) => ({
    code: 'forbidden',
    message: `You don’t have permission to read ${within(repo)}.`,
    meaning: unknown,
    next: [advice('Ask for read access to it.'), retry],
  }),
  'no-such-repo': (repo) => ({
    code: 'not-found',
    message: `There is no Git repo at the address of ${within(repo)}.`,
    meaning: `Either sources.urlTemplate in signalbox.yaml is wrong, or you have no access to it. ${unknown}`,
    next: [advice('Check sources.urlTemplate in signalbox.yaml.')],
  }),
  'disk-full': (repo) => ({
    code: 'disk-full',
    message: 'The disk is full.',
    meaning: `The local copy of ${within(repo)} can’t be updated.`,
    next: [advice('Free some space on the disk.'), retry],
  }),
  stalled: (repo) => ({
    code: 'timeout',
    message: `${repo} took too long to answer.`,
    meaning: `Signalbox stopped reading it. ${unknown}`,
    next: [retry],
  }),
  'too-big': (repo) => ({
    code: 'bad-data',
    message: `${repo} sends more than Signalbox takes.`,
    meaning: `Copying it was ended so that it doesn’t fill the disk, and what had come was deleted. ${unknown}`,
    next: [advice('Check sources.urlTemplate in signalbox.yaml.'), retry],
  }),
  aborted: () => ({ code: 'cancelled', message: 'Cancelled.', meaning: 'Nothing was changed.', next: [] }),
  'bad-repo': (repo) => ({
    code: 'bad-data',
    message: `${repo} can’t be read.`,
    meaning: `It is not a Git repo, is damaged, or belongs to another user of this computer. ${unknown}`,
    next: [retry],
  }),
};

/** Why an app's source repo could not be read, for a person. */
export function sourceFailure(error: unknown, app: string): Failure {
  if (!(error instanceof GitError)) return failureOf(error);
  const repo = `The source repo of ${app}`;
  const said = words[error.kind]?.(repo) ?? {
    code: 'unreachable' as const,
    message: `${repo} can’t be reached.`,
    meaning: unknown,
    next: [advice('Check the network, VPN or proxy.'), retry],
  };
  return { ...said, ...(error.detail ? { detail: `git ${error.command}: ${error.detail}` } : {}) };
}
