import type { Failure } from '../../../shared/domain/failure/failure';
import { visibleText } from '../../../shared/domain/text/visible-text';
import type { BadAnswer } from '../http/bounded-fetch';

/** What can be wrong with an answer that came, or was still coming. */
type Kind =
  | Exclude<BadAnswer, 'page'>
  /** A page in GitHub's place. */
  | 'not-github'
  /** JSON that lacks what GitHub's API always tells. */
  | 'odd'
  /** The API is of another machine and is asked over plain http: the token was not sent. */
  | 'plain-http'
  /** It leads to another server: nothing was sent there. */
  | 'elsewhere';

/** An answer that nothing may be believed of. `detail` is technical and holds no secret. */
export class GitHubTrouble extends Error {
  override readonly name = 'GitHubTrouble';
  readonly kind: Kind;
  readonly detail: string;
  constructor(kind: Kind, detail: string) {
    super(detail);
    this.kind = kind;
    this.detail = detail;
  }
}

/** What an answer is, in GitHub's name. */
export const badAnswer = (kind: BadAnswer, detail: string): GitHubTrouble =>
  new GitHubTrouble(kind === 'page' ? 'not-github' : kind, detail);

/** The trouble that an error stands for; Octokit wraps what `fetch` throws. `null`: another error. */
export function troubleOf(error: unknown): GitHubTrouble | null {
  if (error instanceof GitHubTrouble) return error;
  const cause = error instanceof Error ? error.cause : null;
  return cause instanceof GitHubTrouble ? cause : null;
}

const retry = { do: 'retry', label: 'Try again' } as const;
const unknown = 'What depends on it is not known for now.';

/** It in a release manager's words. @param what was asked. */
export function troubleFailure({ kind, detail }: GitHubTrouble, what: string): Failure {
  switch (kind) {
    case 'slow':
      return {
        code: 'timeout',
        message: `GitHub’s answer took too long (${what}).`,
        meaning: `The request was stopped. ${unknown}`,
        next: [retry, { do: 'advice', label: 'Check the network, VPN or proxy if it stays slow.' }],
        detail,
      };
    case 'too-large':
      return {
        code: 'too-large',
        message: `GitHub’s answer is too large to read (${what}).`,
        meaning: `It was dropped. ${unknown}`,
        next: [{ do: 'advice', label: 'Check apiUrl in signalbox.yaml, and proxies on the way.' }],
        detail,
      };
    case 'not-github':
      return {
        code: 'bad-data',
        message: `What answered is not GitHub’s API (${what}).`,
        meaning: `It sent a web page, maybe a proxy’s login page. Signalbox ignored it. ${unknown}`,
        next: [
          {
            do: 'advice',
            label: 'Sign in to the network or proxy, and check apiUrl in signalbox.yaml (…/api/v3).',
          },
          retry,
        ],
        detail,
      };
    case 'plain-http':
      return {
        code: 'refused',
        message: `The GitHub token was not sent (${what}).`,
        meaning: `apiUrl is plain http, where anyone on the network path could read the token. ${unknown}`,
        next: [{ do: 'advice', label: 'Use https:// in apiUrl in signalbox.yaml.' }],
        detail,
      };
    case 'elsewhere':
      return {
        // GitHub can't have got it: a network that sends everything to its login page does the same, and passes.
        code: 'offline',
        message: `GitHub sends this on to another server (${what}).`,
        meaning: `It leads to ${visibleText(detail)}. Signalbox follows on the same server only, so nothing was sent there. ${unknown}`,
        next: [{ do: 'advice', label: 'Check apiUrl and the repo’s name in signalbox.yaml.' }],
        detail,
      };
    case 'odd':
      return {
        code: 'bad-data',
        message: `GitHub’s answer can’t be read (${what}).`,
        meaning: `It is missing fields that GitHub’s API always sends, so Signalbox ignored it. ${unknown}`,
        next: [
          retry,
          { do: 'advice', label: 'Check apiUrl in signalbox.yaml: another program may answer there.' },
        ],
        detail,
      };
  }
}
