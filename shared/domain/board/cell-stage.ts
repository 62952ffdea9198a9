import { shortVersion } from '../ledger/version';
import type { HookState } from '../rollout/hook-state';
import type { Rollout } from '../rollout/rollout';
import { type Application, awaitsComparison, type Cell } from './board';
import { type VersionsSeen, versionsText, type WorkloadFacts } from './cell-running';
import type { CellStage, Running } from './cell-view';
import { comparisonOutage, outageText } from './comparison-error';

/** What a stage is worked out from. */
export interface StageFacts {
  wanted: string | null;
  /** Empty: none is seen. */
  applications: readonly Application[];
  hooks: readonly HookState[];
  rollouts: readonly Rollout[];
  /** `null`: the cluster shows no workloads to this person. */
  workloads: WorkloadFacts | null;
  seen: VersionsSeen | null;
  running: Running;
  /** When Git began to want it. */
  committedAt: string | null;
  syncWindow: Cell['syncWindow'];
  /** Why nothing can be seen at all; `null`: something can. */
  blind: string | null;
}

const order = ['committed', 'waiting', 'syncing', 'hooks'] as const;

/** Characters of a stage's text: an error of a rendered chart can be many thousand long. */
const mostOfText = 400;

const stage = (state: CellStage['state'], text: string, more: Partial<CellStage> = {}): CellStage => ({
  state,
  text: text.length > mostOfText ? `${text.slice(0, mostOfText)}…` : text,
  failing: false,
  since: null,
  hook: null,
  ...more,
});

/**
 * The stage of a cell. Of several Applications (twins) the one that fails counts first, then the one that is furthest
 * back; pods are judged once Argo CD has applied the version to all of them, or where Argo CD is not visible.
 */
export function cellStage(facts: StageFacts): CellStage {
  const { wanted, applications, blind } = facts;
  if (blind !== null) return stage('unknown', blind);
  if (wanted === null) return stage('unknown', 'Its file has no version.');
  const open = applications
    .map((one) => applicationStage(facts, wanted, one))
    .filter((one) => one !== null)
    .sort((a, b) => Number(b.failing) - Number(a.failing) || placeOf(a.state) - placeOf(b.state));
  const [first] = open;
  // Argo CD waits for the health of what it applied: what it waits for is the pods.
  if (first?.state === 'syncing' && !first.failing) return rollingStage(facts, wanted) ?? first;
  return first ?? podsStage(facts, wanted);
}

const placeOf = (state: CellStage['state']): number => (order as readonly string[]).indexOf(state);

/** How far Argo CD is with one Application; `null`: it has applied the version. */
function applicationStage(facts: StageFacts, wanted: string, one: Application): CellStage | null {
  const { name, operation, conditions } = one;
  const { committedAt: since } = facts;
  const trouble = conditions.find(({ type }) => type === 'ComparisonError' || type === 'InvalidSpecError');
  const outage = trouble ? comparisonOutage(trouble) : null;
  if (one.version !== null && one.version !== wanted) {
    if (outage)
      return stage(
        'committed',
        `${outageText[outage]}. ${shortVersion(wanted)} is committed and arrives once it can.`,
        { since },
      );
    const text = `Committed. Argo CD still has ${shortVersion(one.version)} for ${name}.`;
    return trouble
      ? stage('committed', `${text} ${trouble.type}: ${trouble.message}`, { since, failing: true })
      : stage('committed', text, { since });
  }
  const hook =
    facts.hooks.find(({ application, state }) => application === name && state !== 'running') ??
    facts.hooks.find(({ application }) => application === name) ??
    null;
  const isRunning = operation?.phase === 'Running' || operation?.phase === 'Terminating';
  const times = { since: operation?.startedAt ?? since };
  if (isRunning && operation.ofSpec === false)
    return stage('waiting', `Argo CD is still syncing an older version of ${name}.`, { since });
  if (isRunning && operation.finishedAt)
    return stage(hook ? 'hooks' : 'syncing', failedText(name, operation.message, hook), {
      ...times,
      failing: true,
      hook,
    });
  if (isRunning && hook)
    return stage('hooks', hookText(hook), { ...times, failing: hook.state !== 'running', hook });
  if (isRunning)
    return stage(
      'syncing',
      `Argo CD is syncing ${name}${operation.message ? `: ${operation.message}` : ''}.`,
      times,
    );
  // What was applied before runs on; a sync that was tried meanwhile ends with the same error.
  if (outage)
    return hasArrived(facts, wanted, one)
      ? null
      : stage('waiting', `${outageText[outage]}. ${shortVersion(wanted)} arrives once it can.`, { since });
  const hasFailed = operation?.phase === 'Failed' || operation?.phase === 'Error';
  if (hasFailed && operation.ofSpec !== false && one.sync !== 'Synced')
    return stage(hook ? 'hooks' : 'syncing', failedText(name, operation.message, hook), {
      since: operation.finishedAt ?? since,
      failing: true,
      hook,
    });
  if (trouble)
    return stage('waiting', `Argo CD can’t compare ${name}: ${trouble.type}: ${trouble.message}`, {
      since,
      failing: true,
    });
  // A sync of this very spec succeeded: what is out of sync now is something else, or was changed since.
  const applied = operation?.phase === 'Succeeded' && operation.ofSpec === true;
  if (applied || one.sync === 'Synced' || awaitsComparison(one)) return null;
  const window = facts.syncWindow ? ` Blocked by a sync window: ${facts.syncWindow.text}` : '';
  return stage('waiting', `Waiting for Argo CD to sync ${name}.${window}`, { since });
}

/** Whether a version is in the cluster already, while no comparison tells. */
function hasArrived({ running }: StageFacts, wanted: string, { operation }: Application): boolean {
  const isApplied = operation?.phase === 'Succeeded' && operation.ofSpec === true;
  return isApplied || (running.by === 'pods' && running.version === wanted);
}

const hookText = (hook: HookState): string =>
  hook.state === 'running'
    ? `The ${hook.type} hook ${hook.name} is running.`
    : `The ${hook.type} hook ${hook.name} ${hook.state === 'failed' ? 'failed: ' : ''}${hook.text}.`;

const failedText = (name: string, message: string | null, hook: HookState | null): string => {
  const told = message ? `: ${message}` : '.';
  return hook && hook.state !== 'running'
    ? `${hookText(hook)} The sync of ${name} failed${told}`
    : `The sync of ${name} failed${told}`;
};

/** A rollout of the version that is under way or failed; `null`: none. */
function rollingStage({ rollouts, seen, running }: StageFacts, wanted: string): CellStage | null {
  const isOther = (name: string) =>
    seen?.templates.some((one) => one.name === name && one.version !== null && one.version !== wanted);
  const open = rollouts.filter(({ state, deployment }) => state !== 'done' && !isOther(deployment));
  const worst = open.find(({ state }) => state === 'failed') ?? open.find((one) => one.failingPod) ?? open[0];
  if (!worst) return null;
  const pod = worst.pods.find(({ name }) => name === worst.failingPod);
  const mixed = running.versions.length > 0 ? ` ${versionsText(running.versions)}.` : '';
  return stage(
    'rolling-out',
    pod
      ? `${worst.deployment}: ${pod.reason} in pod ${pod.name}.${mixed}`
      : `${worst.deployment}: ${worst.message}.${mixed}`,
    { since: worst.startedAt ?? null, failing: worst.state === 'failed' || pod !== undefined },
  );
}

/** What the pods say, once nothing of Argo CD is in the way. */
function podsStage(facts: StageFacts, wanted: string): CellStage {
  const { applications, seen, running, workloads, committedAt: since } = facts;
  const applied = applications.length > 0;
  const others = seen?.templates.filter(({ version }) => version !== null && version !== wanted) ?? [];
  if (others.length > 0) return elsewhere(facts, wanted, others);
  const rolling = rollingStage(facts, wanted);
  if (rolling) return rolling;
  const isOld = seen?.rows.some(({ version }) => version !== null && version !== wanted) ?? false;
  if (isOld && seen) {
    const text = `${versionsText(seen.rows)}.`;
    // A StatefulSet keeps old pods on purpose, and controllers that are not watched roll out step by step.
    const isPartial =
      workloads?.pods.some(({ ofSet }) => ofSet) ||
      seen.rows.some(({ version }) => version === wanted) ||
      applications.some(({ health }) => health !== 'Healthy');
    const isGradual =
      isPartial && (seen.templates.length === 0 || workloads?.pods.some(({ ofSet }) => ofSet));
    if (isGradual) return stage('rolling-out', text, { since });
    return applied
      ? stage('drifted', `Changed outside of Git. Git has ${shortVersion(wanted)}; ${text}`)
      : stage('committed', `Committed; its pods still run another version. ${text}`, { since });
  }
  if (running.none === 'scaled-to-zero') return stage('running', 'Scaled to zero pods.');
  if (running.none === 'no-pods')
    return stage('rolling-out', 'None of its pods have started.', { since, failing: true });
  if (running.version === wanted)
    return stage(
      'running',
      running.by === 'pods'
        ? `All its pods run ${shortVersion(wanted)}.`
        : `Argo CD synced ${shortVersion(wanted)}; its image tags don’t show the version.`,
    );
  return stage('unknown', running.because ?? 'The running version is not known.', { since });
}

/** Deployments that would make pods of another version than Git wants. */
function elsewhere(
  { applications, committedAt: since }: StageFacts,
  wanted: string,
  others: VersionsSeen['templates'],
): CellStage {
  const text = others
    .map(
      ({ name, version }) =>
        `${name} is set to ${version === null ? 'another image' : shortVersion(version)}`,
    )
    .join(', ');
  return applications.length > 0
    ? stage('drifted', `Changed outside of Git: ${text}, but Git has ${shortVersion(wanted)}.`)
    : stage('committed', `Committed; not running yet: ${text}.`, { since });
}
