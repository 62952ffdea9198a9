import { effects } from '../../../shared/domain/emergency/debt';
import type { Failure } from '../../../shared/domain/failure/failure';
import { shortVersion } from '../../../shared/domain/ledger/version';
import type { Rollout } from '../../../shared/domain/rollout/rollout';
import { listText } from '../../../shared/domain/text/list-text';
import type { StepContext, StepEnd } from '../operation-context';
import { judgeByDeployments } from '../steps/judge-rollout';
import { versionsThere } from '../steps/sight';
import { clusterMoves, isTimedOut, noCluster, notLive, ranOut, waitUntil } from '../steps/wait';
import { imagesBehind } from './live-image';
import type { Emergency } from './switch-off';

/** Somebody or something replaced an image that was set past Git. */
const setBack = (workloads: readonly string[], version: string): Failure => ({
  code: 'conflict',
  message: `${workloads.join(', ')} was set to another version than ${shortVersion(version)} by somebody or something else.`,
  meaning: 'It was left as it is. Automatic sync stays off until you reconcile.',
  next: [{ do: 'advice', label: 'Find out who changed it, then try again or reconcile.' }],
});

/** Whether the deadline of a rollout had passed before this operation set the image, as it noted then. */
function failedBefore({ record }: StepContext<Emergency>, rollout: Rollout): boolean {
  const effect = effects.image(rollout.kind ?? 'Deployment', rollout.deployment);
  const noted = record().effects.get(effect)?.data.failedBefore;
  return typeof noted === 'string' && noted === rollout.failedAt;
}

/**
 * Follows the rollout of a version that was set past Git, by Deployments and pods alone: Argo CD can't read what it would
 * compare with. What the workloads have is read from the cluster itself first: an image that was set back, while
 * Signalbox was not running, would be waited for in vain.
 */
export async function liveRollout(context: StepContext<Emergency>): Promise<StepEnd> {
  const { world, intent } = context;
  const { app, environment, version } = intent;
  const cluster = world.clusters.get(environment);
  if (!cluster) return noCluster(environment);
  const before = await imagesBehind(context, cluster);
  if (!before.ok) return { state: 'failed', failure: before.failure };
  const other = before.value.flatMap(({ workload, changes }) => (changes.length > 0 ? [workload.name] : []));
  if (other.length > 0) return { state: 'failed', failure: setBack(other, version) };
  let wasThere = false;
  const found = await waitUntil<StepEnd>(context, {
    limit: world.limits.rollout,
    sources: [clusterMoves(cluster, app)],
    look: () => {
      const away = notLive(cluster, 'rollouts');
      if (away !== null) return { waitingFor: away };
      const { behind } = versionsThere(context, cluster);
      wasThere ||= behind.length === 0;
      if (behind.length > 0 && wasThere)
        return { done: { state: 'failed', failure: setBack(behind, version) } };
      const failed = cluster.view.rollouts(app).filter(({ state }) => state === 'failed');
      if (failed.length > 0 && failed.every((one) => failedBefore(context, one)))
        return {
          waitingFor: `Waiting for the rollout of ${failed.map((one) => one.deployment).join(', ')}.`,
        };
      const judged = judgeByDeployments(context, cluster, { argo: false, deployments: true, pods: true });
      // It is left out here, and may well be visible.
      if (!('done' in judged) || judged.done.state !== 'succeeded') return judged;
      const names = cluster.view.rollouts(app).map((one) => one.deployment);
      return { done: { state: 'succeeded', text: `Rolled out: ${listText(names)}.` } };
    },
  });
  return isTimedOut(found) ? ranOut(found, world.limits.rollout) : found;
}
