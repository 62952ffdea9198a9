import type { BagState } from './machine';
import type { ChoiceWarning } from './next';
import type { DeploymentView, Lane } from './view';

/** The state of a bag's deployment, in a word or three. */
export const bagStateWord: Record<BagState, string> = {
  queued: 'Queued',
  locked: 'Locked',
  deploying: 'Deploying',
  deployed: 'Deployed',
  testing: 'Testing',
  'test-failed': 'Tests failed',
  'deploy-failed': 'Deploy failed',
  'deploy-unknown': 'Deploy unknown',
  passed: 'Passed',
  done: 'Passed',
  cancelled: 'Cancelled',
  abandoned: 'Abandoned',
  unknown: 'Unknown to this Signalbox',
};

/**
 * What a deployment had come to before its lock was taken away: abandoning writes over its state, and not over what its
 * suites and its failure say. `null`: it had come to nothing yet.
 */
function failedBefore({ state, tests, failure }: DeploymentView): string | null {
  if (state !== 'abandoned') return null;
  const ends = Object.values(tests);
  if (ends.includes('failed')) return bagStateWord['test-failed'];
  return failure !== null && ends.length === 0 ? 'Deploy failed or unknown' : null;
}

/** A deployment's state in words, with what it had failed at where it was abandoned since. */
export function deploymentWord(deployment: DeploymentView): string {
  const failed = failedBefore(deployment);
  return failed ? `${failed}, abandoned` : bagStateWord[deployment.state];
}

/** What a person should know about a choice, as a sentence. */
export const warningWord: Record<ChoiceWarning, string> = {
  same: 'Already running here.',
  older: 'Older than the running bag.',
  'failed-before': 'Failed here before.',
  'never-here': 'Never deployed here.',
  'running-unknown': 'The running bag is not known.',
  'bad-before': 'Marked bad in the previous environment.',
};

/** How a bag stands in one environment: what the timeline draws and says. */
export type LaneState = 'passed' | 'failed' | 'unknown' | 'running' | 'abandoned' | 'cancelled' | 'none';

/** A pass counts, whatever a later deployment of the same bag came to; else the last deployment tells. */
export function laneState(lane: Lane | undefined): LaneState {
  const last = lane?.deployments.at(-1);
  if (!lane || (!last && lane.passes.length === 0)) return 'none';
  const under = last?.state;
  if (under === 'deploying' || under === 'deployed' || under === 'testing' || under === 'locked')
    return 'running';
  if (lane.passes.length > 0) return 'passed';
  switch (under) {
    case 'deploy-failed':
    case 'test-failed':
      return 'failed';
    case 'deploy-unknown':
    case 'unknown':
      return 'unknown';
    case 'abandoned':
      return last && failedBefore(last) ? 'failed' : 'abandoned';
    case 'queued':
    case 'cancelled':
      return 'cancelled';
    default:
      return 'passed';
  }
}

const laneWord: Record<LaneState, string> = {
  passed: 'passed',
  failed: 'failed',
  unknown: 'unknown',
  running: 'running',
  abandoned: 'abandoned',
  cancelled: 'cancelled',
  none: 'not deployed here',
};

/** The state in a word or two; a failure says which part failed. */
export function laneText(lane: Lane | undefined): string {
  const state = laneState(lane);
  const last = lane?.deployments.at(-1);
  if ((state === 'failed' || state === 'running') && last)
    return (failedBefore(last) ?? bagStateWord[last.state]).toLowerCase();
  return laneWord[state];
}

/** Everything that is known of a bag in an environment, as one sentence for assistive technology. */
export function laneSentence(bag: number, environment: string, lane: Lane | undefined): string {
  const parts = [laneText(lane)];
  if (lane?.runs) parts.push('running there');
  if (lane?.pin) parts.push(`${lane.pin.freeze ? 'frozen' : 'pinned'} by ${lane.pin.by}`);
  if (lane?.bad) parts.push(`marked bad by ${lane.bad.by}`);
  return `Bag ${bag} in ${environment}: ${parts.join(', ')}`;
}
