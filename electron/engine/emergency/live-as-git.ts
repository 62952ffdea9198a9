import { isAutomatic } from '../../../shared/domain/emergency/automatic-sync';
import { shortVersion } from '../../../shared/domain/ledger/version';
import type { StepContext, StepEnd } from '../operation-context';
import { comparedAfterRefresh } from '../steps/refresh-parent';
import {
  clusterMoves,
  isTimedOut,
  ledgerMoves,
  noCluster,
  notLive,
  ranOut,
  superseded,
  waitUntil,
} from '../steps/wait';
import type { Reconcile } from './commit-reconciled';
import { asked } from './idle-application';
import { imagesBehind } from './live-image';

/**
 * Looks at what runs once more, after automatic sync is on and the parent was compared: that nothing was changed by it,
 * or what was.
 */
export async function liveAsGit(context: StepContext<Reconcile>): Promise<StepEnd> {
  const { world, intent } = context;
  const { app, environment, version } = intent;
  const cluster = world.clusters.get(environment);
  if (!cluster) return noCluster(environment);
  const parent = cluster.actions.parentApplication;
  const read = await asked(context, cluster, (signal) =>
    cluster.actions.emergency.automaticSync(parent, signal),
  );
  let late: StepEnd | null = null;
  if (read.ok && isAutomatic(read.value.policy)) {
    const compared = await comparedAfterRefresh(context, cluster);
    const waited = await waitUntil<true>(context, {
      limit: world.limits.nudge,
      sources: [clusterMoves(cluster, app, parent), ledgerMoves(world)],
      look: () => {
        if (superseded(context)) return { done: true };
        const away = notLive(cluster, 'applications');
        if (away !== null) return { waitingFor: away };
        const told = cluster.view.application(parent);
        const comparison = compared();
        if (comparison !== null) return { waitingFor: comparison };
        const isBusy = told?.operation?.phase === 'Running' || told?.sync === 'OutOfSync';
        return isBusy ? { waitingFor: `Waiting for ${parent} to sync.` } : { done: true };
      },
    });
    if (isTimedOut(waited)) late = ranOut(waited, world.limits.nudge);
  }
  const over = superseded(context);
  if (over) return over;
  const behind = await imagesBehind(context, cluster);
  if (!behind.ok) return { state: 'failed', failure: behind.failure };
  const other = behind.value.filter(({ changes }) => changes.length > 0);
  if (other.length > 0)
    return {
      state: 'failed',
      failure: {
        code: 'conflict',
        message: `${other.map(({ workload }) => workload.name).join(', ')} no longer runs ${shortVersion(version)}.`,
        meaning: 'Automatic sync is on, and something else changed the image.',
        next: [{ do: 'advice', label: 'Look at the app in Argo CD, and at its history.' }],
        detail: other.flatMap(({ changes }) => changes.map(({ from }) => from)).join('\n'),
      },
    };
  if (late) return late;
  return { state: 'succeeded', text: `Git and the cluster agree on ${shortVersion(version)}.` };
}
