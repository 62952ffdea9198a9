import type { Stage } from '../timeline/timeline';
import type { Saved, SeenOutcome } from './archived';

/** Stages whose failure is the deployment's: not the run that built it, nor the promotion that it led to. */
const own: ReadonlySet<Stage['name']> = new Set(['refresh', 'sync', 'hooks', 'rollout', 'tests']);

const failures = { degraded: 'It became unhealthy.', 'tests-failed': 'Its tests failed.' } as const;
const successes = { healthy: 'It became healthy.', 'tests-passed': 'Its tests passed.' } as const;

/**
 * What came of a deployment that no operation of this console made, as far as it was seen: by the stages that were kept of
 * it, else by what was last observed of its version there. `null`: nothing was seen; that is not a success.
 * @param stages kept of this very deployment; `null`: none.
 * @param observations of its version in its environment, newest first. Those of before it are of an earlier stay.
 */
export function seenOutcome(
  deployment: { at: string },
  stages: { at: string; stages: readonly Stage[] } | null,
  observations: Saved['observations'],
): SeenOutcome | null {
  const told = stages?.stages.filter(({ name }) => own.has(name)) ?? [];
  const failed = told.find(({ state }) => state === 'failed');
  if (stages && failed)
    return { state: 'failed', at: failed.finishedAt?.at ?? failed.asOf ?? stages.at, text: failed.text };
  const rolledOut = told.find(({ name, state }) => name === 'rollout' && state === 'succeeded');
  const tested = told.find(({ name, state }) => name === 'tests' && state === 'succeeded');
  if (stages && (rolledOut || tested)) {
    const last = tested ?? rolledOut;
    return {
      state: 'succeeded',
      at: last?.finishedAt?.at ?? last?.asOf ?? stages.at,
      text: tested ? 'Rolled out, tests passed.' : 'Rolled out.',
    };
  }
  const newest = observations.find(({ at }) => Date.parse(at) >= Date.parse(deployment.at));
  if (!newest) return null;
  const { what, at } = newest;
  if (what === 'degraded' || what === 'tests-failed') return { state: 'failed', at, text: failures[what] };
  return { state: 'succeeded', at, text: successes[what] };
}
