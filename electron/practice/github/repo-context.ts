import type { RightsState } from '../../systems/practice/rights';
import type { BareRepo } from '../git/bare-repo';
import type { TokenHolder } from '../git/token-access';
import type { Actions } from './actions';
import { notFound } from './problem';
import type { Pulls } from './pulls';
import type { RepoAddress } from './shapes';

/** A request to the practice GitHub API, once its token and repo are known. */
export interface RepoContext {
  place: RepoAddress;
  repo: BareRepo;
  holder: TokenHolder;
  url: URL;
  /** Parsed JSON of the body; `{}` without one. */
  body: Readonly<Record<string, unknown>>;
  /** Base URL of the Git server. */
  gitUrl: string;
  now: () => Date;
  /** GitHub Actions; `null`: the server has none. */
  actions: Actions | null;
  /** Who may change which branch. */
  rights: RightsState;
  /** Pull requests; `null`: the server has none. */
  pulls: Pulls | null;
  /** Told after a ref was changed, before the answer. */
  refsChanged: () => Promise<void>;
}

/** What a handler answers; `body` `null` is an empty body. */
export interface Answer {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
  /** Whether the body is a text that is sent as it is. */
  text?: boolean;
}

/** The commit that a branch, tag or id names. @throws Problem 404 */
export async function commitOf(context: RepoContext, revision: string): Promise<string> {
  if (revision === '' || revision.startsWith('-')) throw notFound();
  for (const name of [`refs/heads/${revision}`, `refs/tags/${revision}`]) {
    const found = await context.repo.resolve(name);
    if (found) return found;
  }
  const found = /^(refs\/)?[\w][\w./@+-]*$/.test(revision) ? await context.repo.resolve(revision) : null;
  if (!found) throw notFound();
  return found;
}
