import type { Failure } from '../failure/failure';
import type { Found } from '../records/record-entry';
import { count } from '../text/count';
import { lastStarted, markedIn, markedText, type PipelineRecords } from './pipeline-records';
import type { Bag } from './records';

/** A pipeline of bags as far as the rules go. */
export interface BagChain {
  environments: readonly string[];
  services: readonly string[];
}

/** The rules that can keep a bag from an environment, by name. */
export const blockingRules = [
  'pinned-not-passed',
  'pinned-and-bad',
  'nothing-deployable',
  'missing-image',
  'unreadable',
] as const;
export type BlockingRule = (typeof blockingRules)[number];

/** What a person should know before deploying the choice by hand. */
export const choiceWarnings = [
  'same',
  'older',
  'failed-before',
  'never-here',
  'running-unknown',
  'bad-before',
] as const;
export type ChoiceWarning = (typeof choiceWarnings)[number];

/** What would be deployed next to an environment, or which rule keeps it from that. */
export type Next =
  | { state: 'deploy'; bag: number; why: string; warnings: ChoiceWarning[] }
  /** Automatic only: the choice was started there before. */
  | { state: 'nothing'; bag: number; why: string }
  /**
   * Automatic only: an older bag never replaces a newer one by itself, nor goes one on that lacks services, that was
   * marked bad in the environment which it passed, or that only a changed policy lets through.
   */
  | { state: 'needs-person'; bag: number; why: string }
  | { state: 'blocked'; rule: BlockingRule; bag: number | null; why: string; failure: Failure | null };

/** What the rules ask of the world besides the ledger. */
export interface ImageFacts {
  /** Services of the bag whose image is known not to be there. */
  missingImages(bag: Bag): readonly string[];
}

/** The environment before another one in the chain; `null` for the first. */
export const environmentBeforeIn = (chain: BagChain, environment: string): string | null =>
  chain.environments[chain.environments.indexOf(environment) - 1] ?? null;

const blocked = (
  rule: BlockingRule,
  bag: number | null,
  why: string,
  failure: Failure | null = null,
): Next => ({
  state: 'blocked',
  rule,
  bag,
  why,
  failure,
});
const unreadable = (bag: number | null, failure: Failure): Next =>
  blocked('unreadable', bag, failure.message, failure);

/** Bags that may come into an environment, each with the failure that leaves open whether it really may. */
function candidatesOf(
  records: PipelineRecords,
  chain: BagChain,
  environment: string,
): ReadonlyMap<number, Failure | null> {
  const before = environmentBeforeIn(chain, environment);
  if (before === null) return new Map([...records.bags.keys()].map((bag) => [bag, null]));
  const candidates = new Map<number, Failure | null>();
  for (const { bag, found } of records.environment(before).passes) {
    // One readable pass is enough, however many others cannot be read.
    if (found.ok) candidates.set(bag, null);
    else if (!candidates.has(bag)) candidates.set(bag, found.failure);
  }
  return candidates;
}

/** The newest bag that may come into an environment, whatever its pins and marks say; `null`: none. */
export function newestCandidate(
  records: PipelineRecords,
  chain: BagChain,
  environment: string,
): number | null {
  const candidates = [...candidatesOf(records, chain, environment).keys()];
  return candidates.length === 0 ? null : Math.max(...candidates);
}

/** The choice before it is asked whether it should be deployed: the pin, or the highest number that is not bad. */
function choose(records: PipelineRecords, chain: BagChain, environment: string): number | Next {
  const candidates = candidatesOf(records, chain, environment);
  const { pin, bad } = records.environment(environment);
  if (pin) {
    if (!pin.ok) return unreadable(null, pin.failure);
    const { bag, by, freeze } = pin.value;
    const doubt = candidates.get(bag);
    if (doubt === undefined) {
      const before = environmentBeforeIn(chain, environment);
      const what = `${environment} is ${freeze ? 'frozen at' : 'pinned to'} bag ${bag} by ${by}`;
      return blocked(
        'pinned-not-passed',
        bag,
        before === null ? `${what}, which was never packed.` : `${what}, which has not passed ${before}.`,
      );
    }
    if (doubt) return unreadable(bag, doubt);
    const mark = bad.get(bag);
    if (mark && !mark.ok) return unreadable(bag, mark.failure);
    if (mark)
      return blocked(
        'pinned-and-bad',
        bag,
        `${environment} is pinned to bag ${bag}, which ${mark.value.by} marked bad there.`,
      );
    const marked = markedText(records, bag);
    if (marked !== null)
      return blocked('pinned-and-bad', bag, `${environment} is pinned to bag ${bag}, which ${marked}.`);
    return bag;
  }
  // By sequence number alone: a bag that passed again after a rollback is no newer for it.
  for (const bag of [...candidates.keys()].sort((a, b) => b - a)) {
    const mark = bad.get(bag);
    if (mark?.ok) continue;
    if (mark) return unreadable(bag, mark.failure);
    if (markedIn(records, bag).length > 0) continue;
    const doubt = candidates.get(bag);
    return doubt ? unreadable(bag, doubt) : bag;
  }
  const before = environmentBeforeIn(chain, environment);
  return blocked(
    'nothing-deployable',
    null,
    candidates.size > 0
      ? `Every bag that could go to ${environment} is marked bad there, or includes a version that is.`
      : before === null
        ? 'No bag has been packed yet.'
        : `No bag has passed ${before} yet.`,
  );
}

function imagesOf(found: Found<Bag> | undefined, bag: number, images: ImageFacts): Next | null {
  if (!found) return blocked('unreadable', bag, `The release repo has no file for bag ${bag}.`);
  if (!found.ok) return unreadable(bag, found.failure);
  const missing = images.missingImages(found.value);
  return missing.length === 0
    ? null
    : blocked('missing-image', bag, `Bag ${bag} needs images that do not exist: ${missing.join(', ')}.`);
}

/**
 * Which bag is next in an environment, and why: the rule of docs/bags.md, word for word. Whether the lock is free
 * is not asked here; under the lock this is asked again.
 */
export function nextBag(
  records: PipelineRecords,
  chain: BagChain,
  environment: string,
  cause: 'automatic' | 'manual',
  images: ImageFacts,
): Next {
  const bag = choose(records, chain, environment);
  if (typeof bag !== 'number') return bag;
  return judge(records, chain, environment, bag, cause, images);
}

/**
 * Why the rule takes a bag where nothing is pinned: newer ones that it passes over are named.
 */
function newestText(records: PipelineRecords, chain: BagChain, environment: string, bag: number): string {
  const { bad } = records.environment(environment);
  const newer = [...candidatesOf(records, chain, environment).keys()].filter((one) => one > bag);
  const isBad = (one: number): boolean => bad.has(one) || markedIn(records, one).length > 0;
  if (newer.some((one) => !isBad(one))) return 'a person’s own choice';
  const before = environmentBeforeIn(chain, environment);
  const rules = [
    ...(before === null ? [] : [`passed ${before}`]),
    ...(newer.length === 0 ? [] : [`is not marked bad in ${environment}`]),
  ];
  const passedOver =
    newer.length === 0
      ? ''
      : newer.length === 1
        ? ` (bag ${newer[0]} is)`
        : ` (${count(newer.length, 'newer one')} are)`;
  return `the newest bag${rules.length > 0 ? ` that ${rules.join(' and ')}` : ''}${passedOver}`;
}

/** What {@link nextBag} says of one bag that was chosen already: by the rule, or by a person. */
export function judge(
  records: PipelineRecords,
  chain: BagChain,
  environment: string,
  bag: number,
  cause: 'automatic' | 'manual',
  images: ImageFacts,
): Next {
  const trouble = imagesOf(records.bags.get(bag), bag, images);
  if (trouble) return trouble;
  const { deployments, pin } = records.environment(environment);
  const running = lastStarted(records, environment)?.bag ?? null;
  const lost = deployments.find(({ found }) => !found.ok)?.found;
  const before = environmentBeforeIn(chain, environment);
  const reason =
    pin?.ok && pin.value.bag === bag
      ? `${pin.value.freeze ? 'frozen' : 'pinned'} by ${pin.value.by}`
      : newestText(records, chain, environment, bag);
  const earlier = deployments.filter((one) => one.bag === bag);
  const markedBad = before === null ? undefined : records.environment(before).bad.get(bag);
  const why = `Bag ${bag} is ${reason}.`;
  if (cause === 'automatic') {
    if (lost && !lost.ok) return unreadable(bag, lost.failure);
    if (earlier.length > 0)
      return {
        state: 'nothing',
        bag,
        why: `Nothing to do: bag ${bag}, ${reason}, was already started in ${environment}.`,
      };
    if (running !== null && bag < running)
      return {
        state: 'needs-person',
        bag,
        why: `Bag ${bag}, ${reason}, is older than bag ${running}, which runs in ${environment}. Only a person can replace a newer bag with an older one.`,
      };
    const contents = records.bags.get(bag);
    const lacking = chain.services.filter((one) => contents?.ok && !contents.value.services[one]);
    if (lacking.length > 0)
      return {
        state: 'needs-person',
        bag,
        why: `Bag ${bag} does not include ${lacking.join(', ')}. A person has to decide.`,
      };
    // Whichever of the two came first, or both at once: the pass is a fact, and somebody said that it does not count.
    if (markedBad)
      return {
        state: 'needs-person',
        bag,
        why: `Bag ${bag} passed ${before} and ${markedBad.ok ? `was marked bad there by ${markedBad.value.by}` : 'has an unreadable bad mark there'}. A person has to decide whether to deploy it.`,
      };
    const { cutoff } = records.environment(environment);
    if (cutoff && !cutoff.ok) return unreadable(bag, cutoff.failure);
    if (cutoff && bag <= cutoff.value.bag)
      return {
        state: 'needs-person',
        bag,
        why: `Bag ${bag}, ${reason}, could already be deployed to ${environment} when ${cutoff.value.by} changed the policy there. A policy change deploys nothing: a person has to start it.`,
      };
    return { state: 'deploy', bag, why, warnings: [] };
  }
  const warnings: ChoiceWarning[] = [];
  if (lost) warnings.push('running-unknown');
  if (bag === running) warnings.push('same');
  if (running !== null && bag < running) warnings.push('older');
  const failed = ['deploy-failed', 'deploy-unknown', 'test-failed', 'abandoned', 'unknown'];
  if (earlier.some(({ found }) => found.ok && failed.includes(found.value.state)))
    warnings.push('failed-before');
  if (earlier.length === 0) warnings.push('never-here');
  if (markedBad) warnings.push('bad-before');
  return { state: 'deploy', bag, why, warnings };
}

/** Why a person's own choice of a bag breaks a rule: a reason overrides it. Empty: it keeps all. */
export function brokenRules(
  records: PipelineRecords,
  chain: BagChain,
  environment: string,
  bag: number,
): { rule: 'not-passed' | 'bad' | 'pinned-elsewhere' | 'unreadable'; text: string }[] {
  const broken: ReturnType<typeof brokenRules> = [];
  const { pin, bad } = records.environment(environment);
  const before = environmentBeforeIn(chain, environment);
  const doubt = candidatesOf(records, chain, environment).get(bag);
  if (doubt === undefined)
    broken.push({
      rule: 'not-passed',
      text: before === null ? `There is no bag ${bag}.` : `Bag ${bag} has not passed ${before}.`,
    });
  else if (doubt) broken.push({ rule: 'unreadable', text: doubt.message });
  const mark = bad.get(bag);
  if (mark)
    broken.push(
      mark.ok
        ? {
            rule: 'bad',
            text: `Bag ${bag} was marked bad in ${environment} by ${mark.value.by}: ${mark.value.reason}`,
          }
        : { rule: 'unreadable', text: mark.failure.message },
    );
  const marked = markedText(records, bag);
  if (marked !== null) broken.push({ rule: 'bad', text: `Bag ${bag} ${marked}` });
  if (pin && !pin.ok) broken.push({ rule: 'unreadable', text: pin.failure.message });
  else if (pin && pin.value.bag !== bag)
    broken.push({
      rule: 'pinned-elsewhere',
      text: `${environment} is ${pin.value.freeze ? 'frozen at' : 'pinned to'} bag ${pin.value.bag} by ${pin.value.by}: ${pin.value.reason}`,
    });
  return broken;
}
