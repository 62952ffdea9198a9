import { Problem } from '../github/problem';
import type { Pull } from '../github/pull-state';
import { type ScenarioHandlers, ScenarioRefusal } from './control-server';
import type { PracticeEstate } from './practice-estate';

const verdicts = {
  approve: 'APPROVED',
  'request-changes': 'CHANGES_REQUESTED',
  comment: 'COMMENTED',
} as const;

type PullCommand = 'reviewPullRequest' | 'mergePullRequest' | 'closePullRequest' | 'setPullRequests';

/** What other users do with pull requests of the release repo, by GitHub's rules. */
export function pullScenarios(estate: () => PracticeEstate): Pick<ScenarioHandlers, PullCommand> {
  /** @throws ScenarioRefusal in GitHub's words. */
  const on = async <T>(number: number, act: (pull: Pull) => Promise<T>): Promise<T> => {
    const { pulls, pullPlace } = estate();
    try {
      return await act(await pulls.get(pullPlace, number));
    } catch (error) {
      if (error instanceof Problem) throw new ScenarioRefusal(error.message);
      throw error;
    }
  };
  return {
    reviewPullRequest: ({ number, by, verdict }) =>
      on(number, async (pull) => {
        const { pulls, pullPlace } = estate();
        await pulls.review(pullPlace, pull, { by, state: verdicts[verdict], body: '' });
        return {};
      }),
    mergePullRequest: ({ number, by, method }) =>
      on(number, async (pull) => {
        const { pulls, pullPlace } = estate();
        const asked = { by, method, sha: null, title: null, message: null };
        return { commit: await pulls.merge(pullPlace, pull, asked) };
      }),
    closePullRequest: ({ number, by }) =>
      on(number, async (pull) => {
        const { pulls, pullPlace } = estate();
        await pulls.close(pullPlace, pull, by);
        return {};
      }),
    async setPullRequests(change) {
      Object.assign(estate().pulls.settings, change);
      return {};
    },
  };
}
