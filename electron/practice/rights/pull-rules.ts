import type { RightsState } from '../../systems/practice/rights';
import type { PullRules } from '../github/pull-state';
import { isProtected, mayPushToProtected, neededReviews } from './branch-rules';
import { isInTeam } from './standard-rights';

/** What the rights ask of pull requests, as they are at each question. */
export function pullRules(rights: () => RightsState): PullRules {
  return {
    needs: (branch) => (isProtected(rights(), branch) ? { reviews: neededReviews } : null),
    refusesMerge: (branch, login) =>
      isProtected(rights(), branch) &&
      rights().protectedBy === 'branch-protection' &&
      !mayPushToProtected(rights(), login)
        ? "You're not authorized to push to this branch."
        : null,
    isInTeam: (team, login) => {
      const { teams } = rights();
      const isTeam = (name: string): name is keyof typeof teams => Object.hasOwn(teams, name);
      return isTeam(team) && isInTeam(rights(), team, login);
    },
  };
}
