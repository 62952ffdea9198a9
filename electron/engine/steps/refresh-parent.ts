import { shortVersion } from '../../../shared/domain/ledger/version';
import type { Intent } from '../../../shared/domain/operation/intent';
import { unansweredRefresh } from '../../../shared/domain/operation/unanswered';
import type { StandingSync } from '../../../shared/domain/preflight/sync-in-the-way';
import type { Cluster } from '../../observation/types';
import type { StepContext, StepEnd, VersionIntent } from '../operation-context';
import { terminations } from './end-sync';
import { askPatiently } from './outside';
import { sessionOver, sightOf } from './sight';
import { syncsByItself } from './sync-unseen';
import {
  clusterMoves,
  isTimedOut,
  ledgerMoves,
  noCluster,
  notLive,
  ranOut,
  superseded,
  timePasses,
  waitUntil,
} from './wait';

/** Milliseconds after which the parent is looked at again although nothing changed: one that hangs does not tell. */
const lookAgain = 10_000;

/**
 * Asks Argo CD for a look at the parent Application; what is refused is said and Argo's own polling does it.
 * @returns whether it was asked, as far as is known.
 */
export async function refreshParent(context: StepContext<Intent>, environment: string): Promise<boolean> {
  const cluster = context.world.clusters.get(environment);
  // Where Argo CD is hidden, a right to patch it is rare, and asked ahead.
  if (!cluster || (!sightOf(cluster).argo && cluster.view.access('refresh').state !== 'allowed'))
    return false;
  const parent = cluster.actions.parentApplication;
  const effect = `refresh:${environment}/${parent}`;
  context.waiting(`Waiting for Argo CD in ${environment} to refresh ${parent}.`);
  context.intend(effect, `Refresh ${parent} in ${environment}.`);
  const answer = await askPatiently(
    context,
    cluster,
    context.world.limits.nudge,
    (signal) => cluster.actions.refresh(parent, 'normal', signal),
    'applications',
  );
  if (isTimedOut(answer))
    context.result(effect, { outcome: 'unknown', text: `${environment} did not answer the refresh.` });
  else if (answer.ok) context.result(effect, { outcome: 'done', text: `Refreshed ${parent}.` });
  else
    context.result(effect, {
      outcome: 'not-done',
      text: `${parent} could not be refreshed: ${answer.failure.message} Argo CD refreshes automatically every 3 minutes.`,
    });
  return !isTimedOut(answer) && answer.ok;
}

/**
 * Refreshes the parent as {@link refreshParent} does.
 * @returns what is still waited for until it was compared with Git after that; `null`: it was. What was not asked for is
 * seen by the time of the comparison.
 */
export async function comparedAfterRefresh(
  context: StepContext<Intent>,
  cluster: Cluster,
): Promise<() => string | null> {
  const parent = cluster.actions.parentApplication;
  const comparedAt = (): string | null => cluster.view.application(parent)?.comparedAt ?? null;
  const before = comparedAt();
  const isAsked = await refreshParent(context, cluster.view.environment);
  return () => {
    if (cluster.actions.refreshPending(parent)) return `Waiting for Argo CD to compare ${parent} with Git.`;
    const isCompared = isAsked || comparedAt() !== before;
    return isCompared
      ? null
      : `Waiting for Argo CD to compare ${parent} with Git by itself, every 3 minutes.`;
  };
}

/**
 * Brings a commit to Argo CD's notice: refreshes the parent Application (app of apps) and waits until every
 * Application of the app carries the wanted `imageTag`. Refreshing the parent does not refresh the children.
 */
export async function nudge(context: StepContext<VersionIntent>): Promise<StepEnd> {
  await refreshParent(context, context.intent.environment);
  return versionArrives(context);
}

const unseen = (cluster: Cluster): StepEnd => ({
  state: 'skipped',
  because:
    cluster.view.access('refresh').state === 'allowed'
      ? `What Argo CD in ${cluster.view.environment} makes of it is not visible to you.`
      : `${sessionOver(cluster) ?? `Argo CD in ${cluster.view.environment} is not visible to you.`} ${syncsByItself}.`,
});

/**
 * Waits until every Application of the app carries the wanted `imageTag`; skipped where none can be seen: the sync is
 * then seen by what it changes.
 */
export async function versionArrives(context: StepContext<VersionIntent>): Promise<StepEnd> {
  const { world, intent } = context;
  const { app, environment, version } = intent;
  const cluster = world.clusters.get(environment);
  if (!cluster) return noCluster(environment);
  const wanted = shortVersion(version);
  const parent = cluster.actions.parentApplication;
  const ending = terminations(context, cluster);
  const until = world.now().getTime() + world.limits.nudge;
  for (;;) {
    const found = await waitUntil<StepEnd | { end: StandingSync } | { give: readonly string[] }>(context, {
      limit: Math.max(1, until - world.now().getTime()),
      sources: [clusterMoves(cluster, app, parent), ledgerMoves(world), timePasses(lookAgain)],
      look: () => {
        const over = superseded(context);
        if (over) return { done: over };
        if (!sightOf(cluster).argo) return { done: unseen(cluster) };
        const away = notLive(cluster, 'applications');
        if (away !== null) return { waitingFor: away };
        const applications = cluster.view.applications(app);
        if (applications.length === 0)
          return { waitingFor: `Waiting for an Application of ${app} in ${environment}: none found.` };
        const behind = applications.filter((one) => one.version !== version);
        if (behind.length === 0)
          return { done: { state: 'succeeded', text: `Argo CD in ${environment} has ${wanted}.` } };
        const end = ending.next(parent);
        if (end) return { done: { end } };
        const failed = parentFailed(context, cluster);
        if (failed) return { done: failed };
        if (isHeldBack(context, cluster)) return { done: { give: behind.map(({ name }) => name) } };
        const told = cluster.view.application(parent)?.conditions.find((one) => one.type.endsWith('Error'));
        const trouble = told ? ` ${parent} reports ${told.type}: ${told.message}` : '';
        const unanswered = unansweredRefresh(cluster.actions.refreshSeenAt(parent), world.now().getTime());
        const names = behind.map((one) => one.name).join(', ');
        const busy = ending.waitsFor(parent);
        const windows = cluster.view.applicationDetail(parent)?.windows;
        const shut = windows?.state === 'closed' ? ` ${parent}: ${windows.text}` : '';
        const first = busy === null ? shut : ` ${busy}.`;
        return {
          waitingFor: `Waiting for ${parent} to set ${names} to ${wanted}.${first}${trouble}${unanswered ? ` ${unanswered}` : ''}`,
        };
      },
    });
    if (isTimedOut(found)) return ranOut(found, world.limits.nudge);
    if ('give' in found) {
      await giveAlone(context, cluster, found.give);
      continue;
    }
    if (!('end' in found)) return found;
    await ending.end(found.end);
    // What was ended is compared by Argo CD itself; the newest commit is asked for all the same.
    await refreshParent(context, environment);
  }
}

const giveEffect = (context: StepContext, parent: string): string =>
  `sync:${context.intent.environment}/${parent}`;

/**
 * Whether a sync window keeps the parent from giving the app its version by itself, and lets a sync through that somebody
 * asks for (`manualSync`, https://argo-cd.readthedocs.io/en/stable/user-guide/sync_windows/). It is asked for once.
 */
function isHeldBack(context: StepContext, { view, actions }: Cluster): boolean {
  const parent = view.applicationDetail(actions.parentApplication);
  return (
    parent?.windows.state === 'manual-only' &&
    view.application(actions.parentApplication)?.sync === 'OutOfSync' &&
    parent.currentOperation?.state !== 'running' &&
    !actions.refreshPending(actions.parentApplication) &&
    !context.record().effects.has(giveEffect(context, actions.parentApplication))
  );
}

/**
 * Has the parent sync the app's Applications alone: what it holds back of other apps stays held back. Of a resource without
 * a namespace Argo CD takes any (`SyncOperationResource.HasIdentity`).
 */
async function giveAlone(context: StepContext, cluster: Cluster, names: readonly string[]): Promise<void> {
  const { world, id } = context;
  const parent = cluster.actions.parentApplication;
  const effect = giveEffect(context, parent);
  context.intend(effect, `Sync ${names.join(', ')} of ${parent}.`);
  const actor = world.identity().name;
  const resources = names.map((name) => ({
    group: 'argoproj.io',
    kind: 'Application',
    namespace: null,
    name,
  }));
  const answer = await askPatiently(
    context,
    cluster,
    world.limits.nudge,
    (signal) => cluster.actions.sync(parent, { operationId: id, actor, resources }, signal),
    'applications',
  );
  if (isTimedOut(answer))
    context.result(effect, { outcome: 'unknown', text: `${parent} did not answer the sync request.` });
  else if (answer.ok)
    context.result(effect, {
      outcome: 'done',
      text: `A sync window holds automatic syncs of ${parent} back: sync of ${names.join(', ')} alone requested.`,
    });
  else
    context.result(effect, {
      outcome: 'not-done',
      text: `Could not sync ${names.join(', ')} of ${parent}: ${answer.failure.message} ${answer.failure.meaning}`,
    });
}

/**
 * The end of the step where the parent's sync of this very commit has failed for good: Argo CD does not try the same
 * commit twice by itself (controller/appcontroller.go, `alreadyAttemptedSync`).
 */
function parentFailed(context: StepContext, cluster: Cluster): StepEnd | null {
  const parent = cluster.actions.parentApplication;
  const { commit } = context.record().operation;
  const operation = cluster.view.applicationDetail(parent)?.currentOperation;
  if (commit === null || !operation || operation.state !== 'ended' || !operation.revisions.includes(commit))
    return null;
  if (operation.phase !== 'Failed' && operation.phase !== 'Error') return null;
  const { environment, app } = context.intent;
  return {
    state: 'failed',
    failure: {
      code: 'refused',
      message: `The sync of ${parent} in ${environment} ended ${operation.phase}, so ${app} did not get its new version.`,
      meaning: 'The commit is in the release repo. Argo CD does not retry the same commit automatically.',
      next: [{ do: 'advice', label: `Read the message, then sync ${parent} in Argo CD.` }],
      ...(operation.message ? { detail: operation.message } : {}),
    },
  };
}
