import { isAutomatic } from '../../../shared/domain/emergency/automatic-sync';
import { readNote } from '../../../shared/domain/emergency/debt';
import { keepsParentOff } from '../../../shared/domain/emergency/debts';
import type { Failure } from '../../../shared/domain/failure/failure';
import { shortVersion } from '../../../shared/domain/ledger/version';
import type { Cluster } from '../../observation/types';
import type { StepContext, StepEnd } from '../operation-context';
import { unheard } from '../routes/route-run';
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
import { forgetRecord } from './forget-record';
import { asked, untilIdle } from './idle-application';

/** Why an Application can't be switched on: nobody knows any more how it was. */
const forgotten = (application: string): Failure => ({
  code: 'not-found',
  message: `Automatic sync of ${application} is off, and how it was set is not known here.`,
  meaning: 'It was left off.',
  next: [{ do: 'advice', label: 'Switch it on in Argo CD, then reconcile again.' }],
});

const noneFound = (app: string, environment: string): Failure => ({
  code: 'not-found',
  message: `No Application of ${app} was found in ${environment}.`,
  meaning: 'Automatic sync was left off.',
  next: [{ do: 'retry', label: 'Reconcile again' }],
});

/** Refreshes the parent, and waits until it was compared with what Git says now. */
export async function gitSeen(context: StepContext<Reconcile>): Promise<StepEnd> {
  const { world, intent } = context;
  const { app, environment, version } = intent;
  const cluster = world.clusters.get(environment);
  if (!cluster) return noCluster(environment);
  const parent = cluster.actions.parentApplication;
  const compared = await comparedAfterRefresh(context, cluster);
  const found = await waitUntil<StepEnd>(context, {
    limit: world.limits.nudge,
    sources: [clusterMoves(cluster, app, parent), ledgerMoves(world)],
    look: () => {
      const over = superseded(context);
      if (over) return { done: over };
      const away = notLive(cluster, 'applications');
      if (away !== null) return { waitingFor: away };
      const told = cluster.view.application(parent);
      if (!told) return { waitingFor: `Waiting for the Application ${parent}.` };
      const comparison = compared();
      if (comparison !== null) return { waitingFor: comparison };
      const trouble = told.conditions.find(({ type }) => type.endsWith('Error'));
      if (trouble) return { waitingFor: `Waiting for Argo CD to read Git: ${trouble.message}` };
      return {
        done: { state: 'succeeded', text: `Argo CD has read Git: it wants ${shortVersion(version)}.` },
      };
    },
  });
  return isTimedOut(found) ? ranOut(found, world.limits.nudge) : found;
}

/** Switches one Application on, as the note says that it was, and takes the note away. @returns `null`: it is on. */
async function switchOn(
  context: StepContext<Reconcile>,
  cluster: Cluster,
  application: string,
): Promise<Failure | null> {
  const { emergency } = cluster.actions;
  const effect = `on:${application}`;
  const before = await asked(context, cluster, (signal) => emergency.automaticSync(application, signal));
  if (!before.ok) return before.failure;
  const { policy, note } = before.value;
  const isOn = isAutomatic(policy);
  // Its note may have been taken away since: by a tool that writes all annotations, or by somebody.
  const journalled = context.world.emergencies.policyBefore(context.intent.debt, application);
  const isPending = context.record().effects.get(effect)?.outcome === 'pending';
  // Off before the emergency rollback, which left nothing on it: it stays off.
  const wasOff = !isOn && note === null && !isPending && journalled === null;
  if (wasOff || (isOn && note === null)) {
    context.saw(`Automatic sync of ${application} is ${isOn ? 'on' : 'off, as it was'}.`);
    return null;
  }
  const noted = context.record().effects.get(effect)?.data.policy;
  const remembered =
    readNote(note)?.policy ?? (typeof noted === 'string' ? noted : null) ?? journalled ?? policy;
  if (remembered === null) return forgotten(application);
  context.intend(effect, `Switch automatic sync of ${application} on.`, { policy: remembered });
  const switched = await asked(context, cluster, (signal) =>
    emergency.switchAutomaticSyncOn(application, { policy: remembered }, signal),
  );
  if (!switched.ok) {
    const outcome = unheard.has(switched.failure.code) ? 'unknown' : 'not-done';
    context.result(effect, { outcome, text: switched.failure.message });
    return switched.failure;
  }
  context.result(effect, { outcome: 'done', text: `Automatic sync of ${application} is on.` });
  return null;
}

/**
 * Gives the app's Applications what Git wants, and switches them on. The parent alone renders what they ask for: while
 * they still ask for the version that was left, automatic sync would bring that one back. So the parent is synced once,
 * by hand, limited to them, at the commit that was proved: their spec and their policy come in one write.
 */
export async function appSyncOn(context: StepContext<Reconcile>): Promise<StepEnd> {
  const { world, intent, id } = context;
  const { app, environment, version } = intent;
  const cluster = world.clusters.get(environment);
  if (!cluster) return noCluster(environment);
  const parent = cluster.actions.parentApplication;
  const idle = await untilIdle(context, cluster, parent, world.limits.sync);
  if (!idle.ok) return { state: 'failed', failure: idle.failure };
  const found = await asked(context, cluster, (signal) => cluster.actions.readApplications(app, signal));
  if (!found.ok) return { state: 'failed', failure: found.failure };
  const names = found.value.map(({ name }) => name).filter((name) => name !== parent);
  // None seen is not all put back.
  if (names.length === 0) return { state: 'failed', failure: noneFound(app, environment) };
  const isThere = found.value.every((one) => one.version === version);
  if (!isThere) {
    const synced = await syncChildren(context, cluster, names);
    if (synced) return synced;
  }
  for (const name of names) {
    const failure = await switchOn(context, cluster, name);
    if (failure) return { state: 'failed', failure };
  }
  return { state: 'succeeded', text: `${names.join(', ')}: ${shortVersion(version)}, automatic sync on.` };

  async function syncChildren(
    at: StepContext<Reconcile>,
    there: Cluster,
    children: readonly string[],
  ): Promise<StepEnd | null> {
    const effect = `sync:${environment}/${parent}`;
    const details = there.view.applicationDetails(app);
    const parentDetail = there.view.applicationDetail(parent);
    const commit = world.ledger.snapshot().commit;
    if (there.actions.syncedBy(parent) !== id) {
      at.intend(effect, `Sync ${children.join(', ')} from ${parent}.`);
      const answer = await asked(at, there, (signal) =>
        there.actions.sync(
          parent,
          {
            operationId: id,
            actor: world.identity().name,
            prune: false,
            // One source alone has one revision; of several, each goes to what it tracks.
            ...(parentDetail?.sources.length === 1 && commit !== null ? { revision: commit } : {}),
            resources: children.map((name) => ({
              group: 'argoproj.io',
              kind: 'Application',
              namespace: details.find((one) => one.name === name)?.namespace ?? null,
              name,
            })),
          },
          signal,
        ),
      );
      at.result(effect, {
        outcome: answer.ok ? 'done' : unheard.has(answer.failure.code) ? 'unknown' : 'not-done',
        text: answer.ok ? `Sync of ${parent} requested.` : answer.failure.message,
      });
      if (!answer.ok) return { state: 'failed', failure: answer.failure };
    }
    const waited = await waitUntil<StepEnd | 'there'>(at, {
      limit: world.limits.nudge,
      sources: [clusterMoves(there, app, parent), ledgerMoves(world)],
      look: () => {
        const over = superseded(at);
        if (over) return { done: over };
        const away = notLive(there, 'applications');
        if (away !== null) return { waitingFor: away };
        const all = there.view.applications(app).filter(({ name }) => name !== parent);
        const behind = all.filter((one) => one.version !== version);
        if (all.length > 0 && behind.length === 0) return { done: 'there' };
        const operation = there.view.application(parent)?.operation;
        const isEnded = operation?.phase === 'Failed' || operation?.phase === 'Error';
        if (isEnded && there.actions.syncedBy(parent) === id)
          return { done: { state: 'failed', failure: syncFailed(parent, operation.message) } };
        return {
          waitingFor: `Waiting for ${parent} to set ${behind.map((one) => one.name).join(', ')} to ${shortVersion(version)}.`,
        };
      },
    });
    if (waited === 'there') return null;
    return isTimedOut(waited) ? ranOut(waited, world.limits.nudge) : waited;
  }
}

const syncFailed = (parent: string, message: string | null): Failure => ({
  code: 'refused',
  message: `The sync of ${parent} failed${message ? `: ${message}` : '.'}`,
  meaning: 'Automatic sync is still off. What runs was not changed.',
  next: [{ do: 'retry', label: 'Reconcile again' }],
});

/** The parent after the app: on its own it brings everything that changed in Git meanwhile, to all apps. */
export async function parentSyncOn(context: StepContext<Reconcile>): Promise<StepEnd> {
  const { world, intent } = context;
  const { app, environment, debt } = intent;
  const cluster = world.clusters.get(environment);
  if (!cluster) return noCluster(environment);
  const others = world.emergencies
    .debts()
    .filter((one) => one.environment === environment && one.operation !== debt && one.app !== app)
    .filter((one) => keepsParentOff(one, one.running === null ? null : world.operation(one.running)));
  const parent = cluster.actions.parentApplication;
  const failure = others.length > 0 ? null : await switchOn(context, cluster, parent);
  if (failure) return { state: 'failed', failure };
  // Here, and not after what still watches: however that ends, the debt is paid.
  await forgetRecord(context);
  if (others.length === 0) return { state: 'succeeded' };
  return {
    state: 'skipped',
    because: `Automatic sync of ${parent} stays off until ${others.map((one) => one.app).join(', ')} is reconciled.`,
  };
}
