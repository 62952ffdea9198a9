import { shortVersion } from '../ledger/version';
import { utcText } from '../text/utc-text';
import { earliest, latest, type MomentOf, type Stage, type StageState } from './timeline';
import { type ApplicationFacts, ownTime, type TimelineFacts } from './timeline-facts';
import { beforeReplaced, isOwn, moment, sinceCommit, stage } from './timeline-stage';

/** The sync that brought the deployment to one Application, as Argo CD tells it now; `null`: it tells of none. */
function syncOf(
  facts: TimelineFacts,
  application: ApplicationFacts,
): { startedAt: string | null; finishedAt: string | null; phase: string; message: string | null } | null {
  const { operation, history } = application;
  const { commit } = facts.deployment;
  const under = operation && (operation.phase === 'Running' || operation.phase === 'Terminating');
  // The first full sync after the commit is the one: a later one heals drift, or is of another commit.
  const done = history.find(
    (one) =>
      one.revision === commit ||
      (isOwn(facts, one.startedAt ?? one.finishedAt) && beforeReplaced(facts, one.finishedAt)),
  );
  const isOld = done && operation?.startedAt && sinceCommit(facts, operation.startedAt) ? operation : null;
  if (done && !(isOld && isOld.startedAt === done.startedAt))
    return { startedAt: done.startedAt, finishedAt: done.finishedAt, phase: 'Succeeded', message: null };
  if (!operation || facts.replaced !== null)
    return done ? { ...done, phase: 'Succeeded', message: null } : null;
  // One that is asked for and not taken over yet has no start.
  const isOurs = operation.startedAt === null ? under : isOwn(facts, operation.startedAt);
  if (operation.revision !== commit && !isOurs) return null;
  return {
    startedAt: operation.startedAt,
    finishedAt: under ? null : operation.finishedAt,
    phase: operation.phase,
    message: operation.message,
  };
}

const errorOf = (application: ApplicationFacts): string | null => {
  const told = application.conditions.find(({ type }) => type.endsWith('Error'));
  return told ? `${application.name}: ${told.type}: ${told.message}` : null;
};

/** From the commit until Argo CD wants the version: the parent's and the child's comparison. */
export function refreshStage(facts: TimelineFacts): Stage {
  const startedAt: MomentOf = { at: facts.deployment.at, source: 'Git' };
  const { applications, deployment, operation, replaced } = facts;
  const wanted = shortVersion(deployment.to);
  const syncs = applications.map((one) => syncOf(facts, one));
  const nudge = operation?.steps.find(({ name }) => name === 'nudge');
  const seen = nudge?.state === 'succeeded' ? moment(nudge.finishedAt, 'this computer') : null;
  const began = latest(syncs.map((one) => moment(one?.startedAt, 'Argo CD')));
  const parts = applications.map((one) => ({
    name: one.name,
    state: one.version === deployment.to ? ('succeeded' as const) : ('running' as const),
    text: one.version === null ? 'has no imageTag' : `has ${shortVersion(one.version)}`,
  }));
  if (seen || (syncs.length > 0 && syncs.every((one) => one !== null)))
    return stage('refresh', 'succeeded', `Argo CD saw the commit with ${wanted}.`, {
      startedAt,
      finishedAt: seen && began ? earliest([seen, began]) : (seen ?? began),
    });
  if (applications.length === 0)
    return stage('refresh', 'unknown', `No Application of ${facts.app} found in ${facts.environment}.`);
  if (replaced)
    return stage('refresh', 'unknown', 'When Argo CD saw the commit is not known.', { startedAt });
  if (applications.every(({ version }) => version === deployment.to))
    return stage('refresh', 'succeeded', `Argo CD has ${wanted}; since when is not known.`, {
      startedAt,
      parts,
    });
  const trouble = applications.flatMap((one) => errorOf(one) ?? [])[0];
  if (trouble) return stage('refresh', 'failed', trouble, { startedAt, parts });
  const behind = applications.filter(({ version }) => version !== deployment.to).map(({ name }) => name);
  const text = nudge?.waitingFor ?? `Waiting for Argo CD to set ${behind.join(', ')} to ${wanted}.`;
  return stage('refresh', 'running', text, { startedAt, parts });
}

/** A sync of another version that Argo CD is still at: it does one at a time. */
function otherSync({ name, operation }: ApplicationFacts): string | null {
  if (operation?.phase !== 'Running' && operation?.phase !== 'Terminating') return null;
  const since = operation.startedAt === null ? '' : `, since ${utcText(operation.startedAt)}`;
  const what = operation.phase === 'Terminating' ? 'is ending' : 'is still running';
  const message = operation.message === null ? '' : `: ${operation.message}`;
  return `Argo CD ${what} an earlier sync of ${name}${since}${message}`;
}

const syncState = (phase: string): StageState =>
  phase === 'Succeeded' ? 'succeeded' : phase === 'Failed' || phase === 'Error' ? 'failed' : 'running';

/** The syncs of the app's Applications: from the first one's start to the last one's end. */
export function syncStage(facts: TimelineFacts): Stage {
  const { applications, deployment, replaced } = facts;
  const syncs = applications.map((application) => ({ application, sync: syncOf(facts, application) }));
  const known = syncs.flatMap(({ sync }) => sync ?? []);
  if (known.length === 0) {
    if (applications.length === 0 || replaced)
      return stage('sync', 'unknown', 'Argo CD no longer shows this sync.');
    const trouble = applications.flatMap((one) => errorOf(one) ?? [])[0];
    const wanted = applications.every(({ version }) => version === deployment.to);
    // Syncs are not asked for days later: what is in sync by then was synced, and Argo CD has forgotten when.
    const isLong = Date.parse(facts.now) - Date.parse(deployment.at) > ownTime;
    if (wanted && isLong && !trouble) return stage('sync', 'unknown', 'Argo CD no longer shows this sync.');
    const other = applications.flatMap((one) => otherSync(one) ?? [])[0];
    if (wanted && other) return stage('sync', 'running', other);
    if (wanted)
      return stage('sync', trouble ? 'failed' : 'running', trouble ?? 'Waiting for a sync to start.');
    return stage('sync', 'waiting', 'Starts when Argo CD has the version.');
  }
  const parts = syncs.map(({ application, sync }) => ({
    name: application.name,
    state: sync ? syncState(sync.phase) : ('waiting' as const),
    text: sync?.message ?? sync?.phase ?? 'not started',
  }));
  const startedAt = earliest(known.map((one) => moment(one.startedAt, 'Argo CD')));
  const failed = parts.find(({ state }) => state === 'failed');
  if (failed)
    return stage('sync', 'failed', `${failed.name}: ${failed.text}`, {
      startedAt,
      finishedAt: latest(known.map((one) => moment(one.finishedAt, 'Argo CD'))),
      parts,
    });
  const open = parts.find(({ state }) => state !== 'succeeded');
  if (open) {
    const text =
      open.state === 'waiting' ? `${open.name} has not started to sync.` : `${open.name}: ${open.text}`;
    return stage('sync', 'running', text, { startedAt, parts });
  }
  return stage('sync', 'succeeded', `Synced: ${parts.map(({ name }) => name).join(', ')}.`, {
    startedAt,
    finishedAt: latest(known.map((one) => moment(one.finishedAt, 'Argo CD'))),
    parts,
  });
}

/** The hooks of the sync that Argo CD tells of. Their times are those of their Jobs, where these were seen. */
export function hooksStage(facts: TimelineFacts, sync: Stage): Stage {
  const applies = sync.startedAt !== null && facts.replaced === null;
  const hooks = applies
    ? facts.applications
        // `operationState` tells of the last sync alone: an earlier one's hooks are forgotten.
        .filter(({ operation }) => operation && sinceCommit(facts, operation.startedAt))
        .flatMap((one) => one.operation?.hooks ?? [])
    : [];
  if (hooks.length === 0) {
    if (sync.state === 'succeeded' && applies) return stage('hooks', 'skipped', 'The sync has no hooks.');
    if (sync.state === 'unknown') return stage('hooks', 'unknown', 'Argo CD no longer shows its hooks.');
    return stage('hooks', sync.state === 'failed' ? 'skipped' : 'waiting', 'No hook has started.');
  }
  const parts = hooks.map((hook) => ({
    name: `${hook.type} ${hook.name}`,
    state: syncState(hook.phase),
    text: hook.message ?? hook.phase,
  }));
  const times = {
    startedAt: earliest(hooks.map((one) => moment(one.startedAt, 'Kubernetes'))),
    finishedAt: latest(hooks.map((one) => moment(one.finishedAt, 'Kubernetes'))),
    parts,
  };
  const failed = parts.find(({ state }) => state === 'failed');
  if (failed) return stage('hooks', 'failed', `${failed.name}: ${failed.text}`, times);
  const open = parts.find(({ state }) => state !== 'succeeded');
  if (open) return stage('hooks', 'running', `${open.name}: ${open.text}`, { ...times, finishedAt: null });
  return stage('hooks', 'succeeded', `Done: ${parts.map(({ name }) => name).join(', ')}.`, times);
}
