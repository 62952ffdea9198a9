import type { StandingSync } from '../../shared/domain/preflight/sync-in-the-way';
import type { ApplicationDetail } from '../../shared/domain/rollout/application-detail';
import type { Cluster } from '../observation/types';

/** The sync of an Application that is not over. */
export function standingSync(
  { name, currentOperation: operation }: Pick<ApplicationDetail, 'name' | 'currentOperation'>,
  isParent: boolean,
  now: Date,
): StandingSync | null {
  if (!operation || operation.state === 'ended') return null;
  const began = operation.startedAt === null ? Number.NaN : Date.parse(operation.startedAt);
  const age = Number.isNaN(began) ? null : Math.max(0, now.getTime() - began);
  return { application: name, operation, isParent, age };
}

/** Syncs of an app's Applications and of their parent that are not over, the parent's first. */
export function standingSyncs({ view, actions }: Cluster, app: string, now: Date): StandingSync[] {
  const parent = view.applicationDetail(actions.parentApplication);
  const own = view.applicationDetails(app).filter(({ name }) => name !== actions.parentApplication);
  return [
    ...(parent ? [standingSync(parent, true, now)] : []),
    ...own.map((one) => standingSync(one, false, now)),
  ].filter((one) => one !== null);
}
