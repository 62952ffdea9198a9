import { type Application, awaitsComparison } from '../../../shared/domain/board/board';
import type { Failure } from '../../../shared/domain/failure/failure';
import { unansweredRefresh } from '../../../shared/domain/operation/unanswered';
import type { StandingSync } from '../../../shared/domain/preflight/sync-in-the-way';
import type { Cluster } from '../../observation/types';
import type { StepContext, StepEnd, VersionIntent } from '../operation-context';
import { terminations } from './end-sync';
import { failedHook, hookTrouble } from './hook-trouble';
import { askPatiently } from './outside';
import { sightOf } from './sight';
import { syncSeenByWorkloads } from './sync-unseen';
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

/** @param hook what failed in it, and the end of its log, where a hook did. */
const syncFailed = (
  application: Application,
  environment: string,
  hook: { text: string; log: string } | null,
): Failure => ({
  code: 'refused',
  message: `The sync of ${application.name} in ${environment} ended ${application.operation?.phase}.${hook ? ` ${hook.text}` : ''}`,
  meaning: 'The new version was not fully applied. The earlier version may still be running.',
  next: [
    { do: 'advice', label: 'Read the sync message, then deploy again or roll back.' },
    { do: 'retry', label: 'Try again' },
  ],
  ...detailOf([application.operation?.message, hook?.log]),
});

const detailOf = (parts: readonly (string | null | undefined)[]): { detail?: string } => {
  const told = parts.filter(Boolean).join('\n\n');
  return told === '' ? {} : { detail: told };
};

/** What Argo CD says when it cannot compare (`ComparisonError`, `InvalidSpecError`…). */
function troubleOf(application: Application): string {
  const told = application.conditions.find(({ type }) => type.endsWith('Error'));
  return told ? ` (${told.type}: ${told.message})` : '';
}

type Standing = 'synced' | 'running' | 'out-of-sync' | 'comparing' | 'failed';

/** Where one Application stands, by what the view says of it. */
function standing(cluster: Cluster, application: Application, operationId: string): Standing {
  const phase = application.operation?.phase;
  if (cluster.actions.refreshPending(application.name)) return 'comparing';
  if (phase === 'Running' || phase === 'Terminating') return 'running';
  // Asked for, and not begun: `Synced` is of before, where the version that is left was never applied.
  if (cluster.view.applicationDetail(application.name)?.currentOperation?.state === 'requested')
    return 'running';
  if (phase === 'Failed' || phase === 'Error') {
    // A failure of an earlier attempt is no failure of ours: only what carries our id, or what is left out of sync.
    return cluster.actions.syncedBy(application.name) === operationId ? 'failed' : 'out-of-sync';
  }
  if (application.sync === 'Synced') return 'synced';
  // A sync that has just ended is not asked for again: its hooks (migrations) would run twice.
  return application.sync === 'OutOfSync' && !awaitsComparison(application) ? 'out-of-sync' : 'comparing';
}

/** Milliseconds after which a sync is looked at again although nothing of it changed: one that hangs does not tell. */
const lookAgain = 10_000;

/** Has every Application compared against what the parent just gave it: a `Synced` from before proves nothing. */
async function compareAgain(context: StepContext, cluster: Cluster, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const effect = `refresh:${context.intent.environment}/${name}`;
    if (context.record().effects.get(effect)?.outcome === 'done') continue;
    context.intend(effect, `Refresh ${name}.`);
    const answer = await askPatiently(
      context,
      cluster,
      context.world.limits.sync,
      (signal) => cluster.actions.refresh(name, 'normal', signal),
      'applications',
    );
    if (!isTimedOut(answer) && answer.ok)
      context.result(effect, { outcome: 'done', text: `Refreshed ${name}.` });
    else
      context.result(effect, {
        outcome: isTimedOut(answer) ? 'unknown' : 'not-done',
        text: `${name} could not be refreshed${isTimedOut(answer) ? '' : `: ${answer.failure.message}`}`,
      });
  }
}

/** Asks for a sync that carries the operation's id, once; one that another already runs does as well. */
async function askForSync(context: StepContext, cluster: Cluster, name: string): Promise<void> {
  const { world, id, intent } = context;
  const effect = `sync:${intent.environment}/${name}`;
  if (cluster.actions.syncedBy(name) === id) {
    context.result(effect, { outcome: 'done', text: `${name} sync already requested.` });
    return;
  }
  context.intend(effect, `Sync ${name}.`);
  const actor = world.identity().name;
  const answer = await askPatiently(
    context,
    cluster,
    world.limits.sync,
    (signal) => cluster.actions.sync(name, { operationId: id, actor }, signal),
    'applications',
  );
  if (isTimedOut(answer))
    context.result(effect, { outcome: 'unknown', text: `${name} did not answer the sync request.` });
  else if (answer.ok) context.result(effect, { outcome: 'done', text: `Sync of ${name} requested.` });
  else
    context.result(effect, {
      outcome: 'not-done',
      text:
        answer.failure.code === 'busy'
          ? `${name} is already syncing.`
          : `Could not sync ${name}: ${answer.failure.message} Argo CD syncs automatically if auto-sync is on.`,
    });
}

/**
 * Waits until every Application of the app has the version applied: compared again, its sync Succeeded and its status
 * Synced. Auto-sync usually does it; what stays out of sync with no sync running is asked to sync once.
 */
export async function sync(context: StepContext<VersionIntent>): Promise<StepEnd> {
  const { world, intent, id } = context;
  const { app, environment } = intent;
  const cluster = world.clusters.get(environment);
  if (!cluster) return noCluster(environment);
  /** Applications that were asked to sync. */
  const asked = new Set<string>();
  /** The start of the sync of each that was over already at the first look, or when one was asked for. */
  const before = new Map<string, string | null>();
  const ending = terminations(context, cluster);
  for (let isCompared = false; ; ) {
    if (!sightOf(cluster).argo) {
      const seen = await syncSeenByWorkloads(context, cluster);
      if (seen !== 'argo-seen') return seen;
    }
    if (!isCompared)
      await compareAgain(
        context,
        cluster,
        cluster.view.applications(app).map((one) => one.name),
      );
    isCompared = true;
    const found = await waitUntil<
      StepEnd | 'hidden' | { ask: Application } | { end: StandingSync } | { failed: Application }
    >(context, {
      limit: world.limits.sync,
      sources: [clusterMoves(cluster, app), ledgerMoves(world), timePasses(lookAgain)],
      look: () => {
        const over = superseded(context);
        if (over) return { done: over };
        if (!sightOf(cluster).argo) return { done: 'hidden' };
        const away = notLive(cluster, 'applications');
        if (away !== null) return { waitingFor: away };
        const applications = cluster.view.applications(app);
        const waiting: string[] = [];
        for (const one of applications) {
          const end = ending.next(one.name);
          if (end) return { done: { end } };
          const stands = standing(cluster, one, id);
          const began = one.operation?.startedAt ?? null;
          const hasFailed = one.operation?.phase === 'Failed' || one.operation?.phase === 'Error';
          const isOver = hasFailed || one.operation?.phase === 'Succeeded';
          if (!before.has(one.name)) before.set(one.name, isOver ? began : null);
          if (ending.hasEnded(one.name, began)) before.set(one.name, began);
          // Whoever asked for it, Argo CD itself mostly: a sync of this version that was watched and failed has failed.
          // Another would only run its hooks again: Argo CD has retried already.
          const isOurs = asked.has(one.name) || one.operation?.ofSpec === true;
          const isNew = began !== null && before.get(one.name) !== began;
          if (stands === 'failed' || (stands === 'out-of-sync' && hasFailed && isNew && isOurs))
            return { done: { failed: one } };
          if (stands === 'out-of-sync' && !asked.has(one.name)) return { done: { ask: one } };
          if (stands === 'synced') continue;
          const message = one.operation?.message ? `: ${one.operation.message}` : '';
          waiting.push(
            stands === 'running'
              ? (ending.waitsFor(one.name) ??
                  `the sync of ${one.name} to end${hookTrouble(cluster, app, one.name) ?? message}`)
              : stands === 'comparing'
                ? `Argo CD to compare ${one.name}${troubleOf(one)}`
                : `${one.name} to sync${message}`,
          );
        }
        if (applications.length === 0)
          return { waitingFor: `Waiting for an Application of ${app} in ${environment}.` };
        const unanswered = applications
          .map((one) => unansweredRefresh(cluster.actions.refreshSeenAt(one.name), world.now().getTime()))
          .find((told) => told !== null);
        if (waiting.length > 0)
          return { waitingFor: `Waiting for ${waiting.join('; ')}.${unanswered ? ` ${unanswered}` : ''}` };
        const names = applications.map((one) => one.name).join(', ');
        return { done: { state: 'succeeded', text: `Synced: ${names}.` } };
      },
    });
    if (isTimedOut(found)) return ranOut(found, world.limits.sync);
    // That it may not be seen is known with the first answer; rights are taken away meanwhile, and sessions end.
    if (found === 'hidden') continue;
    if ('end' in found) {
      await ending.end(found.end);
      continue;
    }
    if ('failed' in found) {
      const hook = await failedHook(context, cluster, found.failed.name);
      return { state: 'failed', failure: syncFailed(found.failed, environment, hook) };
    }
    if (!('ask' in found)) return found;
    asked.add(found.ask.name);
    before.set(found.ask.name, found.ask.operation?.startedAt ?? null);
    await askForSync(context, cluster, found.ask.name);
  }
}
