import { z } from 'zod';
import { isImageTag } from '../ledger/version';
import { put, type RecordChange, remove } from '../records/record-change';
import { type Actor, type Decision, refuse } from './decisions';
import { type BagChain, newestCandidate } from './next';
import type { PipelineRecords } from './pipeline-records';

const environment = z.string().min(1);
const bag = z.number().int().min(1);
const service = z.string().min(1);
const version = z.string().refine(isImageTag, { error: 'must be an image tag' });

/** One change of what may be deployed or packed. None of them deploys anything. */
export const policyChangeSchema = z.discriminatedUnion('action', [
  z.object({ action: z.literal('pin'), environment, bag }),
  /** A pin at a bag, so that nothing changes there. */
  z.object({ action: z.literal('freeze'), environment, bag }),
  /** Takes a pin or freeze away. */
  z.object({ action: z.literal('unpin'), environment }),
  z.object({ action: z.literal('mark-bad'), environment, bag }),
  z.object({ action: z.literal('clear-bad'), environment, bag }),
  z.object({ action: z.literal('pin-service'), service, version }),
  z.object({ action: z.literal('unpin-service'), service }),
  z.object({ action: z.literal('mark-version-bad'), service, version }),
  z.object({ action: z.literal('clear-version'), service, version }),
  /** `environment: null`: altogether. */
  z.object({ action: z.literal('autopilot'), environment: environment.nullable(), on: z.boolean() }),
  /** Whether a bag is packed by itself when a new image appears. */
  z.object({ action: z.literal('automatic-packing'), on: z.boolean() }),
]);
export type PolicyChange = z.infer<typeof policyChangeSchema>;

/** A policy change in words: the button, the heading and the commit's subject. */
export function policyText(pipeline: string, change: PolicyChange): string {
  switch (change.action) {
    case 'pin':
      return `Pin ${change.environment} of ${pipeline} to bag ${change.bag}`;
    case 'freeze':
      return `Freeze ${change.environment} of ${pipeline} at bag ${change.bag}`;
    case 'unpin':
      return `Unpin ${change.environment} of ${pipeline}`;
    case 'mark-bad':
      return `Mark bag ${change.bag} of ${pipeline} bad in ${change.environment}`;
    case 'clear-bad':
      return `Clear the bad mark on bag ${change.bag} of ${pipeline} in ${change.environment}`;
    case 'pin-service':
      return `Pin ${change.service} to ${change.version} in bags of ${pipeline}`;
    case 'unpin-service':
      return `Unpin ${change.service} in bags of ${pipeline}`;
    case 'mark-version-bad':
      return `Mark ${change.service} ${change.version} bad for bags of ${pipeline}`;
    case 'clear-version':
      return `Clear the bad mark on ${change.service} ${change.version} for bags of ${pipeline}`;
    case 'autopilot':
      return `Switch the autopilot of ${change.environment === null ? pipeline : `${pipeline} in ${change.environment}`} ${change.on ? 'on' : 'off'}`;
    case 'automatic-packing':
      return `Switch automatic packing of ${pipeline} ${change.on ? 'on' : 'off'}`;
  }
}

/** Whether a change keeps something from being deployed: then people want to read why. */
export const policyNeedsReason = ({ action }: PolicyChange): boolean =>
  action === 'pin' ||
  action === 'freeze' ||
  action === 'mark-bad' ||
  action === 'pin-service' ||
  action === 'mark-version-bad';

type Made = { by: string; at: string; operation: string };

/** Up to this bag only a person decides in an environment from now on; it never falls. */
function cutoffAt(records: PipelineRecords, environment: string, bag: number, made: Made): RecordChange[] {
  const { cutoff } = records.environment(environment);
  const upTo = Math.max(bag, cutoff?.ok ? cutoff.value.bag : 0);
  return upTo === 0 ? [] : [put('cutoff', { pipeline: records.pipeline, environment, bag: upTo, ...made })];
}

/** The cut-offs that go with a change of what may come to an environment. */
function cutoffsOf(
  records: PipelineRecords,
  chain: BagChain,
  change: PolicyChange,
  made: Made,
): RecordChange[] {
  if (!('environment' in change) || change.action === 'autopilot') return [];
  const { environment } = change;
  const here = cutoffAt(records, environment, newestCandidate(records, chain, environment) ?? 0, made);
  // A mark keeps a bag that has passed from going on by itself; clearing it must not send it on.
  const after = chain.environments[chain.environments.indexOf(environment) + 1];
  const hasPassed = (bag: number) => records.environment(environment).passes.some((one) => one.bag === bag);
  return after !== undefined && change.action === 'clear-bad' && hasPassed(change.bag)
    ? [...here, ...cutoffAt(records, after, change.bag, made)]
    : here;
}

const isThere = (found: { ok: boolean } | null | undefined): boolean => found !== null && found !== undefined;

/**
 * Changes a policy in one commit. Whatever could come to the environment at that moment waits for a person from then on:
 * a changed policy deploys nothing by itself. Refused where it names a bag that does not exist, or changes nothing.
 */
export function changePolicy(
  records: PipelineRecords,
  chain: BagChain,
  actor: Actor,
  change: PolicyChange,
  reason: string,
): Decision {
  const { pipeline } = records;
  const { by, at, operation } = actor;
  const made = { by, at, operation, reason };
  /** The change itself, and up to which bag a person decides from now on. */
  const decide = (changes: ReturnType<typeof put>[]): Decision => ({
    kind: 'change',
    changes: [...changes, ...cutoffsOf(records, chain, change, { by, at, operation })],
    subject: policyText(pipeline, change),
    value: null,
  });
  if (policyNeedsReason(change) && reason.trim() === '')
    return refuse('invalid-input', 'This needs a reason.', 'Enter a reason for others to read.');
  if ('bag' in change && !records.bags.has(change.bag))
    return refuse('not-found', `There is no bag ${change.bag} of ${pipeline}.`);
  switch (change.action) {
    case 'pin':
    case 'freeze': {
      const place = { pipeline, environment: change.environment, bag: change.bag };
      return decide([put('pin', { ...place, freeze: change.action === 'freeze', ...made })]);
    }
    case 'unpin':
      if (!isThere(records.environment(change.environment).pin))
        return refuse('not-found', `${change.environment} is not pinned.`);
      return decide([remove('pin', { pipeline, environment: change.environment })]);
    case 'mark-bad':
      if (records.environment(change.environment).bad.get(change.bag)?.ok)
        return refuse('conflict', `Bag ${change.bag} is already marked bad in ${change.environment}.`);
      return decide([
        put('bad-bag', { pipeline, environment: change.environment, bag: change.bag, ...made }),
      ]);
    case 'clear-bad':
      if (!records.environment(change.environment).bad.has(change.bag))
        return refuse('not-found', `Bag ${change.bag} is not marked bad in ${change.environment}.`);
      return decide([remove('bad-bag', { pipeline, environment: change.environment, bag: change.bag })]);
    case 'pin-service':
      return decide([
        put('service-pin', { pipeline, service: change.service, imageTag: change.version, ...made }),
      ]);
    case 'unpin-service':
      if (!records.servicePins.has(change.service))
        return refuse('not-found', `${change.service} is not pinned.`);
      return decide([remove('service-pin', { pipeline, service: change.service })]);
    case 'mark-version-bad':
      return decide([
        put('bad-version', { pipeline, service: change.service, imageTag: change.version, ...made }),
      ]);
    case 'clear-version':
      if (!records.badVersions.get(change.service)?.has(change.version))
        return refuse('not-found', `${change.service} ${change.version} is not marked bad.`);
      return decide([remove('bad-version', { pipeline, service: change.service, imageTag: change.version })]);
    case 'autopilot':
      return decide([
        put(change.environment === null ? 'autopilot-everywhere' : 'autopilot', {
          pipeline,
          environment: change.environment,
          on: change.on,
          ...made,
        }),
      ]);
    case 'automatic-packing':
      return decide([put('automatic-packing', { pipeline, environment: null, on: change.on, ...made })]);
  }
}
