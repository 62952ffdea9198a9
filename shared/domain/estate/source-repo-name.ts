import { FailureError } from '../failure/failure';
import type { Estate } from './estate';

/**
 * The name of an app's own repo: as the estate's `sources.repos` says, else the app's. It comes from a file's name in the
 * release repo, and becomes part of addresses.
 * @throws FailureError `not-found` where no repo can be called so.
 */
export function sourceRepoName(repos: NonNullable<Estate['sources']>['repos'], app: string): string {
  const name = Object.hasOwn(repos, app) ? (repos[app] ?? app) : app;
  if (/^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/.test(name)) return name;
  throw new FailureError({
    code: 'not-found',
    message: `${app} can’t have a source repo.`,
    meaning: 'Its name can’t stand in the address of a repo.',
    next: [{ do: 'advice', label: 'Name its repo under sources.repos in signalbox.yaml.' }],
  });
}
