import type { Application, Hold } from '../board/board';
import type { Freshness } from '../board/freshness';
import { shortVersion } from '../ledger/version';
import { hidingCodes } from '../rollout/cluster-status';
import type { Workflow } from '../workflows/workflow';
import type { ShutGate } from './hold-plan';
import type { HoldRecord } from './hold-record';

const postSync = 'post-sync';
const draft = 'draft-';

/** Names of the workflow templates that carry an automatic deploy into an environment. */
export const carrierTemplates = ['deploy-image', 'update-image-tag'] as const;

/** Whether a workflow has not ended (Argo Workflows: phase empty, Pending or Running). */
export const isUnfinished = (workflow: Workflow): boolean =>
  workflow.phase === '' || workflow.phase === 'Pending' || workflow.phase === 'Running';

/**
 * Whether a post-sync workflow may still promote: it is not finished and its own parameters do not rule it out. It
 * carries the annotations as they were when it started; what it does not say counts as "yes".
 */
export function mayPromote(workflow: Workflow): boolean {
  return (
    workflow.template === postSync &&
    isUnfinished(workflow) &&
    workflow.labels.promoteDeployment !== 'false' &&
    workflow.labels.automaticDeploysEnabled !== 'false' &&
    !(workflow.labels.application ?? '').startsWith(draft)
  );
}

/** Whether a workflow in the environment itself is bringing an automatic deploy in right now: a person's is not one. */
export function bringsAutomaticDeploy(workflow: Workflow): boolean {
  return (
    carrierTemplates.some((template) => template === workflow.template) &&
    isUnfinished(workflow) &&
    workflow.labels.promoteDeployment !== 'false'
  );
}

/** Applications of the environment before whose annotation decides about promotions: drafts never promote. */
export const gates = (applications: readonly Application[]): Application[] =>
  applications.filter((one) => !one.name.startsWith(draft));

/** Whether the cluster of the environment before shows that nothing new will be promoted. */
export function gateShut(applications: readonly Application[]): boolean {
  const deciding = gates(applications);
  return deciding.length > 0 && deciding.every((one) => one.automaticDeploysEnabled === false);
}

/** Whether an app is not in the environment before at all: then nothing there promotes it, and no gate is waited for. */
export const promotesNothing = (applications: readonly Application[]): boolean =>
  gates(applications).length === 0;

/** What is known of a hold besides its record. */
export interface HoldFacts {
  /** The environment before; `null` for the first of a chain. */
  before: string | null;
  /** What the ledger says of the held cell. */
  ledger: { version: string | null; promote: boolean | null };
  /** `automatic_deploys_enabled` in the file of the environment before; `undefined`: no file. */
  flagBefore: boolean | null | undefined;
  /** How much can be relied on Applications and workflows there, and on workflows in the held environment. */
  clusterBefore: Freshness;
  clusterHere: Freshness;
  applicationsBefore: readonly Application[];
  /** Workflows of the app in the environment before, and in the held one. */
  workflowsBefore: readonly Workflow[];
  workflowsHere: readonly Workflow[];
}

/** Why an environment can't confirm anything now, as the end of a sentence that begins with "Committed, but". */
function unseen(environment: string, freshness: Freshness): string {
  if (freshness.state === 'absent') return `the estate file shows no Argo in ${environment}`;
  const isKept = freshness.state === 'unreachable' && hidingCodes.has(freshness.failure.code);
  return isKept
    ? `Argo in ${environment} is not visible to you`
    : `${environment} is ${freshness.state === 'connecting' ? 'not connected yet' : 'unreachable now'}`;
}

/**
 * Where a hold stands: `alarm` when a version was promoted in spite of it; `effective` only when the cluster of the
 * environment before shows the flag and no promotion is on its way; `unknown` where that cannot be seen, or where
 * nothing in the pipeline gates.
 */
export function holdState(hold: HoldRecord, facts: HoldFacts): Hold {
  const base = { by: hold.by, since: hold.since, reason: hold.reason || null };
  const { before } = facts;
  // deploy-image writes `promote_deployment: true` for a release and `false` for a person's deploy.
  if (facts.ledger.version !== hold.imageTag && facts.ledger.promote !== false) {
    const wanted = hold.imageTag === null ? 'no version' : shortVersion(hold.imageTag);
    const there = facts.ledger.version === null ? 'no version' : shortVersion(facts.ledger.version);
    return {
      ...base,
      state: 'alarm',
      detail: `${there} was promoted to ${hold.environment} despite the hold on ${wanted}.`,
    };
  }
  if (before === null)
    return {
      ...base,
      state: 'unknown',
      detail: `Nothing in the pipeline can hold ${hold.environment}: new releases still deploy there. Disable the app's Deploy workflow on GitHub, or watch it and roll back.`,
    };
  if (facts.flagBefore === undefined) {
    const seen = seenInCluster(before, facts);
    if (seen.state === 'effective' && promotesNothing(facts.applicationsBefore)) return { ...base, ...seen };
    return {
      ...base,
      state: 'unknown',
      detail: `${hold.app} has no file in ${before}, where promotions are held.`,
    };
  }
  if (facts.flagBefore !== false)
    return {
      ...base,
      state: 'pending',
      detail: `Automatic deploys were switched on again in ${before}'s file, so the hold has no effect. Release it and hold again.`,
    };
  return { ...base, ...seenInCluster(before, facts) };
}

/** Where a gate stands that is shut without a hold of the environment itself: nobody is known who holds it. */
export function shutGateState(gate: ShutGate, facts: HoldFacts): Hold {
  const why =
    gate.frozenBy !== null
      ? `Caused by ${gate.frozenBy}: it switched automatic deploys off in ${gate.before}'s file.`
      : gate.heldBy === null
        ? `Automatic deploys were switched off in ${gate.before}'s file, outside Signalbox.`
        : `The hold on ${gate.heldBy} causes this: it covers ${gate.before}'s file.`;
  const { state, detail } = seenInCluster(gate.before, facts);
  return {
    by: null,
    since: null,
    reason: null,
    state,
    detail: detail === null ? why : `${why} ${detail}`,
    ...(gate.frozenBy !== null && gate.heldBy === null ? { frozen: true } : {}),
  };
}

/** Whether the cluster of the environment before shows that nothing comes through any more. */
function seenInCluster(before: string, facts: HoldFacts): Pick<Hold, 'state' | 'detail'> {
  if (facts.clusterBefore.state !== 'live')
    return {
      state: 'unknown',
      detail: `Committed, but ${unseen(before, facts.clusterBefore)}, so the hold can’t be confirmed.`,
    };
  // A promotion that has already left the environment before runs here.
  if (facts.clusterHere.state !== 'live')
    return {
      state: 'unknown',
      detail: 'Committed, but Signalbox can’t see now whether a promotion is in progress there.',
    };
  const onTheWay = [
    ...facts.workflowsBefore.filter(mayPromote),
    ...facts.workflowsHere.filter(bringsAutomaticDeploy),
  ];
  if (onTheWay.length > 0)
    return {
      state: 'pending',
      detail: `A promotion is still in progress: ${onTheWay.map((one) => one.name).join(', ')}.`,
    };
  if (promotesNothing(facts.applicationsBefore))
    return {
      state: 'effective',
      detail: `It has no Application in ${before}, so no promotion comes from there.`,
    };
  if (!gateShut(facts.applicationsBefore))
    return {
      state: 'pending',
      detail: `Waiting until ${before} shows automaticDeploysEnabled: "false".`,
    };
  return { state: 'effective', detail: null };
}
