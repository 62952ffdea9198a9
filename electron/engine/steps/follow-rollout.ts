import type { Application } from '../../../shared/domain/board/board';
import type { Failure } from '../../../shared/domain/failure/failure';
import { shortVersion } from '../../../shared/domain/ledger/version';
import { deadlineCause, podCause } from '../../../shared/domain/rollout/pod-cause';
import type { Rollout } from '../../../shared/domain/rollout/rollout';
import { runsVersion } from '../../../shared/domain/rollout/rollout-rules';
import type { StepContext, StepEnd, VersionIntent } from '../operation-context';
import {
  clusterMoves,
  isHiddenThere,
  isTimedOut,
  ledgerMoves,
  noCluster,
  notLive,
  ranOut,
  superseded,
  waitUntil,
} from './wait';

/**
 * Whether a Deployment still has to be given the version: its current ReplicaSet runs another one. Deployments that
 * carry no version in their image's tag are taken as they are.
 * @param others versions that the app is known by elsewhere; only those tell that an image follows the version.
 */
function isBehind(rollout: Rollout, version: string, others: readonly string[]): boolean {
  const current = rollout.replicaSets.find((one) => one.current);
  if (!current || runsVersion(current.images, version)) return false;
  return others.some((other) => other !== version && runsVersion(current.images, other));
}

const failingPod = (rollout: Rollout) => rollout.pods.find((one) => one.name === rollout.failingPod);

/** What keeps a rollout, in a sentence; empty: no pod is in trouble. */
function failing(rollout: Rollout): string {
  const pod = failingPod(rollout);
  return pod?.reason ? podCause(pod) : '';
}

/**
 * Whether a deadline passed before the sync that brought the version: Kubernetes keeps that condition when a rollback
 * does not change the number of updated pods (deployment controller, `syncRolloutStatus`: one replica, old ReplicaSet
 * still whole) until the old pods are gone. Both times are the cluster's own.
 */
function isOfBefore(rollout: Rollout, applications: readonly Application[]): boolean {
  const [owner] = applications
    .filter(({ name }) => rollout.deployment.startsWith(name))
    .sort((a, b) => b.name.length - a.name.length);
  const synced = owner?.operation?.startedAt;
  return Boolean(synced && rollout.failedAt && Date.parse(rollout.failedAt) < Date.parse(synced));
}

function rolloutFailed(rollout: Rollout, environment: string, version: string): Failure {
  const pod = failingPod(rollout);
  // What Kubernetes says of it word for word: for who looks closer.
  const detail = pod?.reason ? `${pod.name}: ${pod.message ?? pod.reason}` : rollout.message;
  return {
    code: 'refused',
    message: `The rollout of ${rollout.deployment} in ${environment} failed. ${failing(rollout) || deadlineCause}`,
    meaning: `${shortVersion(version)} isn’t starting in ${environment}. Kubernetes keeps old pods until new ones are ready, so part of the service may still run the old version.`,
    next: [{ do: 'advice', label: 'Check the failing pod, then roll back or deploy a version that starts.' }],
    detail,
  };
}

/**
 * Waits until all Deployments of the app (workers and twins too) are rolled out with the version, and all its
 * Applications are Healthy. Fails with the first Deployment that passes its progress deadline.
 */
export async function rollout(context: StepContext<VersionIntent>): Promise<StepEnd> {
  const { world, intent } = context;
  const { app, environment, version } = intent;
  const cluster = world.clusters.get(environment);
  if (!cluster) return noCluster(environment);
  const expected = 'expected' in intent && intent.expected !== null ? [intent.expected] : [];
  const others = [...expected, ...world.history.deployments(app, environment).map((one) => one.to)];
  const found = await waitUntil<StepEnd>(context, {
    limit: world.limits.rollout,
    sources: [clusterMoves(cluster, app), ledgerMoves(world)],
    look: () => {
      const over = superseded(context);
      if (over) return { done: over };
      // Deployments and their pods tell alone whether the version is up; Argo CD adds the health of all else.
      const hasArgo = !isHiddenThere(cluster, 'applications');
      const away = hasArgo ? notLive(cluster, 'applications', 'rollouts') : notLive(cluster, 'rollouts');
      if (away !== null) return { waitingFor: away };
      const rollouts = cluster.view.rollouts(app);
      if (!hasArgo && rollouts.length === 0)
        return { waitingFor: `Waiting for a Deployment of ${app} in ${environment}: none found.` };
      const behind = rollouts.filter((one) => isBehind(one, version, others));
      if (behind.length > 0)
        return {
          waitingFor: `Waiting for ${behind.map((one) => one.deployment).join(', ')} to get ${shortVersion(version)}.`,
        };
      const applications = cluster.view.applications(app);
      const failed = rollouts.find((one) => one.state === 'failed' && !isOfBefore(one, applications));
      if (failed) return { done: { state: 'failed', failure: rolloutFailed(failed, environment, version) } };
      const open = rollouts.filter((one) => one.state !== 'done');
      if (open.length > 0)
        return {
          waitingFor: open.map((one) => `${one.deployment}: ${failing(one) || one.message}`).join('; '),
        };
      const sick = applications.filter((one) => one.health !== 'Healthy');
      if (sick.length > 0) return { waitingFor: sick.map(healthWait).join('; ') };
      const names = rollouts.map((one) => one.deployment).join(', ');
      return {
        done: {
          state: 'succeeded',
          text: `${hasArgo ? 'Healthy; rolled out' : 'Rolled out'}: ${names || 'no Deployments'}.`,
        },
      };
    },
  });
  return isTimedOut(found) ? ranOut(found, world.limits.rollout) : found;
}

const healthWait = (one: Application): string => `${one.name} to become Healthy (it is ${one.health})`;
