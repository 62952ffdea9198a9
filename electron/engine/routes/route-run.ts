import type { RouteKind, RouteOf } from '../../../shared/domain/estate/routes';
import type { Failure } from '../../../shared/domain/failure/failure';
import type { StepContext, StepEnd, VersionIntent } from '../operation-context';

/**
 * Carries a version to the release repo's branch by somebody else's commit (a bot's). Resumable: it finds out by the
 * journal's effect `commit` (its data names what was started) what an earlier process did, and starts nothing twice.
 * Success is proved by the branch alone (`landed-on-branch.ts`): what the run says of itself is not enough.
 */
export type RouteRun<K extends RouteKind> = (
  context: StepContext<VersionIntent>,
  route: RouteOf<K>,
) => Promise<StepEnd>;

/** Failures after which nobody knows whether a request was taken: its answer was not heard, or is not to be believed. */
export const unheard: ReadonlySet<Failure['code']> = new Set([
  'unreachable',
  'timeout',
  'unknown-outcome',
  'bad-data',
  'too-large',
]);

/** GitHub's words for a workflow that nobody can run by hand as it is. */
const notRunnable = /does not have .?workflow_dispatch|disabled workflow|actions (?:has|have) been disabled/i;

/**
 * What a refusal at the very start means for the route: where there is nothing to run, or the person may not, or is not
 * signed in there, it is
 * `forbidden`, which closes the route and has the next one taken. Nothing was started, so nothing lands twice.
 */
export const refusedAtStart = (failure: Failure): Failure =>
  failure.code === 'not-found' ||
  failure.code === 'signed-out' ||
  (failure.code === 'refused' && notRunnable.test(`${failure.message} ${failure.meaning}`))
    ? { ...failure, code: 'forbidden' }
    : failure;
