import type { PracticeTeam, RightsState } from '../../systems/practice/rights';
import { owner, releaseRepoName } from '../estate/apps';
import { isInTeam } from './standard-rights';

/** Who changes which branch. */
export interface BranchChange {
  owner: string;
  repo: string;
  branch: string;
  login: string;
}

/** Why a change of a branch past a pull request is refused, in GitHub's words. */
export interface BranchRefusal {
  /** `GH006`: by branch protection; `GH013`: by a ruleset. */
  code: 'GH006' | 'GH013';
  /** Whole sentences; at least one. */
  reasons: readonly string[];
}

/** What GitHub says to whoever is not among those that pushes are restricted to. */
const notAuthorised =
  "You're not authorized to push to this branch. Visit https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/managing-protected-branches/about-protected-branches for more information.";
export const pullRequestNeeded = 'Changes must be made through a pull request.';

/** Whether a branch is protected: main of the release repo, as at GOV.UK. */
export const isProtected = (
  rights: RightsState,
  branch: { owner: string; repo: string; branch: string },
): boolean =>
  rights.profile !== 'everything' &&
  branch.owner === owner &&
  branch.repo === releaseRepoName &&
  branch.branch === 'main';

/** Approving reviews that a change of a protected branch needs. */
export const neededReviews = 1;

/** Whether somebody's review counts as one of a code owner of the charts, where the image tags lie. */
export const isCodeOwner = (rights: RightsState, login: string): boolean =>
  isInTeam(rights, 'gov-uk-platform-engineering', login);

/** Teams that pushes to main, and merges into it, are restricted to. */
export const pushTeams: readonly PracticeTeam[] = ['gov-uk-production-admin', 'gov-uk-production-deploy'];

/** Whether pushes to a protected branch, and merges of pull requests into it, are not restricted for somebody. */
export const mayPushToProtected = (rights: RightsState, login: string): boolean =>
  passesReviews(rights, login) || pushTeams.some((team) => isInTeam(rights, team, login));

/**
 * Whether somebody passes by the rule of pull requests: the bot alone, administrators don't (`enforce_admins`;
 * alphagov/govuk-infrastructure, terraform/deployments/github/main.tf and repos.yml, `pull_request_bypassers`). It has
 * administration of the repo, and those who have are never kept from pushing (docs.github.com, "About protected
 * branches", "Restrict who can push to matching branches").
 */
export const passesReviews = (rights: RightsState, login: string): boolean =>
  isInTeam(rights, 'gov-uk-ci-bots', login);

/** Why GitHub does not let somebody change a branch without a pull request; `null`: it does. */
export function refusalOfChange(rights: RightsState, change: BranchChange): BranchRefusal | null {
  if (!isProtected(rights, change) || passesReviews(rights, change.login)) return null;
  const reasons = [pullRequestNeeded];
  // A ruleset has no restriction of who may push beside it here.
  if (rights.protectedBy === 'ruleset') return { code: 'GH013', reasons };
  if (!mayPushToProtected(rights, change.login)) reasons.push(notAuthorised);
  return { code: 'GH006', reasons };
}
