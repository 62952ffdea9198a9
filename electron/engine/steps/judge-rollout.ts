import type { Application } from '../../../shared/domain/board/board';
import type { Failure } from '../../../shared/domain/failure/failure';
import { shortVersion } from '../../../shared/domain/ledger/version';
import { deadlineCause, podCause } from '../../../shared/domain/rollout/pod-cause';
import type { Rollout } from '../../../shared/domain/rollout/rollout';
import { count } from '../../../shared/domain/text/count';
import type { Cluster } from '../../observation/types';
import type { StepContext, StepEnd, VersionIntent } from '../operation-context';
import { type Sight, untellable, versionsThere } from './sight';
import type { Look } from './wait';

const failingPod = (rollout: Rollout) => rollout.pods.find((one) => one.name === rollout.failingPod);

/** What keeps a rollout, in a sentence; empty: no pod is in trouble. */
function failing(rollout: Rollout): string {
  const pod = failingPod(rollout);
  return pod?.reason ? podCause(pod) : '';
}

/**
 * Whether a deadline passed before the version was brought: Kubernetes keeps that condition when a rollback does not
 * change the number of updated pods (deployment controller, `syncRolloutStatus`: one replica, old ReplicaSet still whole)
 * until the old pods are gone. Where Argo CD is seen, the start of its sync tells, and both times are the cluster's own;
 * else that all pods of the current ReplicaSet are ready: nothing that a deadline could have passed for is left in it.
 */
function isOfBefore(rollout: Rollout, applications: readonly Application[]): boolean {
  const [owner] = applications
    .filter(({ name }) => rollout.deployment.startsWith(name))
    .sort((a, b) => b.name.length - a.name.length);
  const synced = owner?.operation?.startedAt;
  if (synced && rollout.failedAt) return Date.parse(rollout.failedAt) < Date.parse(synced);
  const current = rollout.replicaSets.find((one) => one.current);
  return (
    owner === undefined && current !== undefined && current.desired > 0 && current.ready >= current.desired
  );
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

const healthWait = (one: Application): string => `${one.name} to become Healthy (it is ${one.health})`;

/** What was not looked at, as the end of a sentence; empty: all was. */
function unseenOf({ argo, deployments, pods }: Sight): string {
  const unseen = [argo ? [] : ['Argo CD'], deployments ? [] : ['Deployments'], pods ? [] : ['pods']].flat();
  return unseen.length === 0 ? '' : ` (${unseen.join(' and ')} not visible to you)`;
}

/** By Deployments, which tell alone whether the version is up; Argo CD, where it is seen, adds the health of all else. */
export function judgeByDeployments(
  context: StepContext<VersionIntent>,
  cluster: Cluster,
  sight: Sight,
): Look<StepEnd> {
  const { app, environment, version } = context.intent;
  const wanted = shortVersion(version);
  const rollouts = cluster.view.rollouts(app);
  const there = versionsThere(context, cluster);
  if (!sight.argo) {
    const cannot = untellable(context, cluster);
    if (cannot !== null)
      return {
        done: { state: 'unknown', because: `${cannot} Whether ${wanted} is running can’t be told.` },
      };
    if (rollouts.length === 0)
      return { waitingFor: `Waiting for a Deployment of ${app} in ${environment}: none found.` };
    // Nothing else proves that what is rolled out is the version.
    if (there.has.length === 0 && there.behind.length === 0)
      return { waitingFor: `Waiting for a Deployment of ${app} in ${environment} to get ${wanted}.` };
  }
  const applications = sight.argo ? cluster.view.applications(app) : [];
  const behind = rollouts.filter((one) => there.behind.includes(one.deployment));
  // What was given the version may fail before the others get it: Argo CD waits for its health between two waves.
  const failed = rollouts.find(
    (one) => one.state === 'failed' && !behind.includes(one) && !isOfBefore(one, applications),
  );
  if (failed) return { done: { state: 'failed', failure: rolloutFailed(failed, environment, version) } };
  if (behind.length > 0)
    return {
      waitingFor: `Waiting for ${behind.map((one) => one.deployment).join(', ')} to get ${wanted}.`,
    };
  const open = rollouts.filter((one) => one.state !== 'done');
  if (open.length > 0)
    return {
      waitingFor: open.map((one) => `${one.deployment}: ${failing(one) || one.message}`).join('; '),
    };
  const sick = applications.filter((one) => one.health !== 'Healthy');
  if (sick.length > 0) return { waitingFor: sick.map(healthWait).join('; ') };
  if (sight.argo && applications.length === 0)
    return { waitingFor: `Waiting to see an Application of ${app} in ${environment}.` };
  const names = rollouts.map(({ deployment, desired }) =>
    desired === 0 ? `${deployment} (scaled to zero pods)` : deployment,
  );
  const what = `${sight.argo ? 'Healthy; rolled out' : 'Rolled out'}: ${names.join(', ') || 'no Deployments'}`;
  return { done: { state: 'succeeded', text: `${what}${unseenOf({ ...sight, pods: true })}.` } };
}

/** By pods alone: all of the app's are of the version, and ready. How many there should be can't be seen. */
export function judgeByPods(
  context: StepContext<VersionIntent>,
  cluster: Cluster,
  sight: Sight,
): Look<StepEnd> {
  const { app, environment, version } = context.intent;
  const wanted = shortVersion(version);
  const cannot = untellable(context, cluster);
  if (cannot !== null)
    return { done: { state: 'unknown', because: `${cannot} Whether ${wanted} is running can’t be told.` } };
  const { pods } = versionsThere(context, cluster);
  const troubled = cluster.view.workloads(app).pods.find((one) => one.reason !== null);
  const trouble = troubled ? ` ${troubled.name}: ${troubled.reason}.` : '';
  if (pods.of === 0 || pods.ready < pods.of || pods.others > 0)
    return {
      waitingFor: `Waiting for the pods of ${app} in ${environment}: ${pods.ready} of ${pods.of} with ${wanted} are ready, ${count(pods.others, 'pod')} of another version ${pods.others === 1 ? 'is' : 'are'} there.${trouble}`,
    };
  const sick = cluster.view.applications(app).filter((one) => one.health !== 'Healthy');
  if (sick.length > 0) return { waitingFor: sick.map(healthWait).join('; ') };
  const what = `All ${count(pods.of, 'pod')} of ${app} run ${wanted} and are ready`;
  return { done: { state: 'succeeded', text: `${what}${unseenOf(sight)}.` } };
}

/** The kinds whose health says that what they run does not come up. */
const workloadKinds: ReadonlySet<string> = new Set([
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'Pod',
]);

/**
 * Milliseconds after the end of the sync from which on Argo CD's word that a workload is Degraded counts for the version:
 * what stood before a rollback is told until its last pods have ended.
 */
const ofBeforeUntil = 60_000;

/** Whether Argo CD has compared an Application long enough after its sync. Both times are the cluster's own. */
function isSettled({ operation, comparedAt }: Application): boolean {
  const ended = Date.parse(operation?.finishedAt ?? '');
  return Date.parse(comparedAt ?? '') - ended >= ofBeforeUntil;
}

/** By Argo CD alone: it has applied the version, and its health of the app's resources says how that went. */
export function judgeByArgo(
  context: StepContext<VersionIntent>,
  cluster: Cluster,
  sight: Sight,
): Look<StepEnd> {
  const { app, environment, version } = context.intent;
  const wanted = shortVersion(version);
  const details = cluster.view.applicationDetails(app);
  if (details.length === 0)
    return { waitingFor: `Waiting for an Application of ${app} in ${environment}: none found.` };
  const behind = details.filter((one) => one.version !== version || one.sync !== 'Synced');
  if (behind.length > 0)
    return { waitingFor: `Waiting for ${behind.map(({ name }) => name).join(', ')} to sync ${wanted}.` };
  for (const one of details) {
    const { name } = one;
    const sick = one.resources.find(
      ({ kind, health }) => workloadKinds.has(kind) && health.status === 'Degraded',
    );
    if (sick && isSettled(one))
      return {
        done: {
          state: 'failed',
          failure: {
            code: 'refused',
            message: `Argo CD says that ${sick.kind} ${sick.name} of ${name} in ${environment} is Degraded.`,
            meaning: `${shortVersion(version)} isn’t starting in ${environment}; part of the service may still run the old version.`,
            next: [
              {
                do: 'advice',
                label: 'Look at it in Argo CD, then roll back or deploy a version that starts.',
              },
            ],
            ...(sick.health.message ? { detail: sick.health.message } : {}),
          },
        },
      };
  }
  const sick = details.filter((one) => one.health !== 'Healthy');
  if (sick.length > 0) return { waitingFor: sick.map(healthWait).join('; ') };
  const names = details.map(({ name }) => name).join(', ');
  return { done: { state: 'succeeded', text: `Argo CD says Healthy: ${names}${unseenOf(sight)}.` } };
}
