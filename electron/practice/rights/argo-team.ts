import type { EnvironmentName } from '../../systems/practice/environments';
import type { PracticeTeam } from '../../systems/practice/rights';

/** Environments where everybody at GOV.UK reads and writes in Argo; in the others, those who may deploy to production. */
const openToAll: readonly EnvironmentName[] = ['integration', 'notify-preview'];

/** The team that reads and writes at an environment's Argo CD and Argo Workflows; everybody else who signs in reads. */
export const argoTeamOf = (environment: EnvironmentName): PracticeTeam =>
  openToAll.includes(environment) ? 'gov-uk' : 'gov-uk-production-deploy';
