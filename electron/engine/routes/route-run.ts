import type { RouteKind, RouteOf } from '../../../shared/domain/estate/routes';
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
