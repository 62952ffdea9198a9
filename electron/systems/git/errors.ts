import { isOfContent } from '../../../shared/domain/route/branch-rule';
import { redact } from '../../../shared/domain/text/redact';
import { hideSecrets } from '../../log/known-secrets';
import { parseProgress } from './progress';

/** What went wrong with Git, as far as its words tell. LC_ALL=C keeps them in one language. */
export type GitErrorKind =
  /** The remote wants other credentials (401, publickey refused). */
  | 'unauthorised'
  /** Nobody has said yet whether the server's SSH key is the right one. */
  | 'host-unknown'
  /** The server has another SSH key than the one that was trusted. */
  | 'host-changed'
  /** The remote knows who asks and says no (403, protected branch, hook). */
  | 'forbidden'
  /** The remote takes nothing of the kind, whoever brings it: a secret, a file that is too large. */
  | 'bad-content'
  /** The remote limits requests for now (429, 403 with a time to wait). */
  | 'limited'
  /** The remote's name, address or repo cannot be reached: nothing was sent. */
  | 'unreachable'
  /** The remote answers, but has no such repo. */
  | 'no-such-repo'
  /** The connection broke in the middle: what was sent may have had its effect. */
  | 'connection-lost'
  /** The remote's branch is not where the push said it was. */
  | 'moved'
  | 'branch-missing'
  | 'disk-full'
  /** The person wants commits signed, and there is no signature: nothing was sent. */
  | 'not-signed'
  /** Nothing came for too long, and the command was ended. */
  | 'stalled'
  /** It did not end within its time, though something came now and then. */
  | 'too-slow'
  /** The answer is longer than any good one. */
  | 'overlong'
  /** A fetch brought more than it may, and was ended. */
  | 'too-big'
  | 'aborted'
  | 'git-missing'
  | 'git-too-old'
  /** The local folder is no repo that Git accepts (missing, damaged). */
  | 'bad-repo'
  /** The local repo belongs to another user of this machine, whom Git does not trust (git-config(1), safe.directory). */
  | 'not-owned'
  /** The remote's address leads to another one: `detail` holds it where it was told. */
  | 'redirected'
  /** Something answers at the remote's address, but no Git server that Signalbox can use. */
  | 'not-git'
  | 'other';

/** A Git command that failed. `detail` is what Git said, without secrets. */
export class GitError extends Error {
  override readonly name = 'GitError';
  readonly kind: GitErrorKind;
  readonly command: string;
  readonly detail: string;
  /** Of a push: it is sure that nothing of it had its effect, since nothing was sent or the server took nothing. */
  readonly unsent: boolean;
  constructor(
    kind: GitErrorKind,
    command: string,
    detail: string,
    options: { cause?: unknown; unsent?: boolean } = {},
  ) {
    super(`git ${command}: ${kind}${detail ? `: ${detail}` : ''}`, options);
    // Before the key is trusted nothing is sent.
    this.unsent = options.unsent ?? (kind === 'host-unknown' || kind === 'host-changed');
    this.kind = kind;
    this.command = command;
    this.detail = detail;
  }
}

/** What git says of a repo on this machine that it cannot read. It may say that the remote hung up besides. */
const badRepo =
  /not a git repository|object file \S+ is empty|bad object|(?:loose|packed) object \S+ .*corrupt|corrupt loose object|far too short to be a packfile|unable to (?:read|parse) (?:tree|commit|object|sha1 file)|did not send all necessary objects|unresolved deltas|reference broken|ignoring broken ref|bad config|packed-refs|bad shallow line|inflate:|cannot chdir to|: (?:Is|Not) a directory$/im;

const signs: readonly (readonly [GitErrorKind, RegExp])[] = [
  [
    'disk-full',
    /No space left on device|Disk quota exceeded|unable to write (?:loose object )?file.*(?:space|quota)/i,
  ],
  ['host-changed', /REMOTE HOST IDENTIFICATION HAS CHANGED|REVOKED HOST KEY|HOST KEY.*REVOKED/],
  ['host-unknown', /Host key verification failed/i],
  [
    'unauthorised',
    /Authentication failed|could not read (?:Username|Password)|Permission denied \(|terminal prompts disabled|requested URL returned error: 401|Invalid username or (?:password|token)/i,
  ],
  ['limited', /requested URL returned error: 429|^remote:.*rate limit/im],
  [
    'forbidden',
    /requested URL returned error: 403|Write access to repository not granted|protected branch|hook declined|GH0\d\d|denied to \S+\.|service not enabled/i,
  ],
  [
    'unreachable',
    /Could not resolve (?:host|proxy|hostname)|Name or service not known|Failed to connect|Couldn't connect|Connection refused|Connection timed out|No route to host|Network is unreachable|SSL certificate problem|server certificate verification failed|SSL_connect|transport '[^']*' not allowed/i,
  ],
  [
    'no-such-repo',
    /repository '[^']*' not found|does not appear to be a git repository|repository not found|requested URL returned error: 404/i,
  ],
  ['redirected', /requested URL returned error: 30\d|unable to update url base from redirection/i],
  [
    'not-git',
    /not valid: (?:is this a git repository|could not determine hash algorithm)|does not support (?:shallow capabilities|protocol)|git-http-push|Cannot access URL|invalid server response|bad line length character|expected flush after ref listing|unknown object format/i,
  ],
  ['branch-missing', /couldn't find remote ref|Remote branch \S+ not found/i],
  [
    'connection-lost',
    /remote end hung up|RPC failed|early EOF|unexpected disconnect|Connection reset|Broken pipe|Empty reply from server|transfer closed|requested URL returned error: 5\d\d|Recv failure|Send failure|HTTP\/2 stream|Operation too slow|Could not read from remote repository/i,
  ],
];

/**
 * Characters of what Git said that are looked at: a remote says as much as it likes, and patterns take the square of
 * that.
 */
const mostSaid = 8_000;

/** The last whole lines: half of one may be half of a secret, which nothing tells from other text any more. */
function lastOf(text: string): string {
  if (text.length <= mostSaid) return text;
  const cut = text.slice(-mostSaid);
  const lineEnd = cut.indexOf('\n');
  return lineEnd < 0 ? '' : cut.slice(lineEnd + 1);
}

/** Reads from Git's stderr what went wrong. The first sign in the order of certainty decides. */
export function classifyStderr(whole: string): GitErrorKind {
  const stderr = lastOf(whole);
  // What the remote says of its own repo is told by git behind this word.
  const own = stderr.replace(/^remote:.*$/gm, '');
  if (/detected dubious ownership/i.test(own)) return 'not-owned';
  if (badRepo.test(own) && !/does not appear to be a git repository/i.test(own)) return 'bad-repo';
  if (isOfContent(stderr)) return 'bad-content';
  for (const [kind, sign] of signs) if (sign.test(stderr)) return kind;
  return 'other';
}

/** What a push tells of its work besides its progress (Git, builtin/pack-objects.c). */
const ofItsWork = /^(?:remote: )?(?:Delta compression using |Total \d+ \(delta )/;

const withoutProgress = (text: string): string =>
  text
    .split(/[\r\n]+/)
    .map((line) => line.trimEnd())
    .filter((line) => parseProgress(line) === null && !ofItsWork.test(line))
    .join('\n');

/** What Git printed, without secrets and progress. The last lines are kept, since Git says the reason last. */
export const saidByGit = (text: string): string =>
  hideSecrets(redact(withoutProgress(lastOf(text))))
    .trim()
    .slice(-2000);
