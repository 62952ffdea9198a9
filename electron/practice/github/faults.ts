import type { GithubFaults } from '../../systems/practice/faults';

export const noGithubFaults = (): GithubFaults => ({
  down: false,
  failing: false,
  rateLimited: false,
  latencyMs: 0,
  cutNextMerge: false,
  cutNextPull: false,
  cutNextDispatch: false,
});
