import type { PracticeRights } from '../../../shared/domain/practice/rights';
import type { PracticeTeam, RightsState } from '../../systems/practice/rights';
import { bot, consoleUser, developers, releaseManagers, rival } from '../estate/people';

/**
 * The rights as they are on the first day. Everybody is in `gov-uk`; release managers, the console's person among them,
 * are in the team that production's deployments ask for; the rival is a code owner of the charts, too, so that one
 * person's review is enough, and the other release managers' is not.
 */
export function standardRights(profile: PracticeRights): RightsState {
  const logins = (people: readonly { login: string }[]): string[] => people.map(({ login }) => login);
  return {
    profile,
    protectedBy: 'branch-protection',
    teams: {
      'gov-uk': logins([consoleUser, ...developers, ...releaseManagers]),
      'gov-uk-production-deploy': logins([consoleUser, ...releaseManagers]),
      'gov-uk-production-admin': [],
      'gov-uk-platform-engineering': [rival.login],
      'gov-uk-ci-bots': [bot.login],
    },
    scopes: ['read:org', 'repo', 'workflow'],
    approvals: [],
  };
}

/** Whether somebody is an active member of a team. */
export const isInTeam = (rights: RightsState, team: PracticeTeam, login: string): boolean =>
  rights.teams[team].includes(login);
