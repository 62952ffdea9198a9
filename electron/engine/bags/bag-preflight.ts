import { heldText, holderOf } from '../../../shared/domain/bags/decisions';
import { bagDifference, isSame, versionsOf } from '../../../shared/domain/bags/difference';
import { newestBag } from '../../../shared/domain/bags/packing';
import { lastBag, type PipelineRecords } from '../../../shared/domain/bags/pipeline-records';
import { type PolicyChange, policyNeedsReason } from '../../../shared/domain/bags/policy';
import { failureOf } from '../../../shared/domain/failure/failure-of';
import { type BagIntent, declarationOf, subjectOf, titleOf } from '../../../shared/domain/operation/intent';
import { weighed } from '../../../shared/domain/preflight/check-policy';
import { type Finding, finding } from '../../../shared/domain/preflight/finding';
import { ownCommitFindings } from '../../../shared/domain/preflight/preflight-route';
import { askLedgerAgain } from '../app-preflight';
import { askFreezeWay, freezeWay, isApart } from '../freezes/freeze-way';
import { ledgerFindings } from '../ledger-findings';
import type { StepContext, StepEnd } from '../operation-context';
import type { World } from '../world';
import { type Deploys, deployFindings, isDeploy } from './deploy-findings';
import { keepingOut } from './keep-bag-out';
import { askForImages, bagPipelines, pipelineOf, recordsNow } from './pipelines';
import { policyFiles } from './policy-files';
import { stopsBy } from './stops-by';
import { unlockFindings } from './unlock-findings';

/** Whether it depends on the environment's lock: packing and policies do not, whatever became of its file. */
const asksForLock = ({ kind }: BagIntent): boolean => kind !== 'pack-bag' && kind !== 'change-policy';

function standing(world: World, intent: BagIntent, at: string, except: string | null): Finding[] {
  const found = ledgerFindings(world);
  const twin = world
    .open()
    .find(
      (other) =>
        other.id !== except &&
        isDeploy(intent) &&
        'pipeline' in other.intent &&
        isDeploy(other.intent) &&
        other.intent.pipeline === intent.pipeline &&
        other.intent.environment === intent.environment &&
        other.intent.bag === intent.bag,
    );
  if (twin)
    found.push(
      finding(
        'operation-running',
        'block',
        `Already running: ${titleOf(twin.intent)}.`,
        `Operation ${twin.id}.`,
      ),
    );
  const environment = subjectOf(intent).environment;
  const { pipeline } = intent;
  if (environment !== null && asksForLock(intent)) {
    const { lock } = recordsNow(world, pipeline).environment(environment);
    if (lock?.ok && lock.newer) found.push(finding('newer-record', 'block', lock.newer.message, at));
    if (lock?.ok === false && intent.kind !== 'force-unlock')
      found.push(finding('unreadable', 'block', lock.failure.message, at));
  }
  return found;
}

/** Whether it can land at all: no bot and no review carries it. */
function landingFindings(world: World, intent: BagIntent): Finding[] {
  const { estate, ledger, routes } = world;
  if (declarationOf(intent).lands.length === 0 || ledger.readOnlyBecause !== null) return [];
  const pipeline = bagPipelines(estate).find(({ name }) => name === intent.pipeline);
  const jobs = isDeploy(intent) ? (pipeline?.stages[intent.environment]?.deploy ?? []) : [];
  const own = routes.ownCommit();
  if (intent.kind === 'lock' && intent.stopAutomatic) {
    const { pipeline: name, environment } = intent;
    const way = freezeWay(world, { app: null, environment, pipeline: name }, 'flags');
    // The lock's own record must land as well.
    if (way.by !== 'request' || !isApart(world)) return ownCommitFindings(own, 'flags');
    const text =
      'The lock holds at once. Automatic deploys are stopped by a pull request: they go on until that is reviewed and merged.';
    return [finding('freeze', 'info', text, 'Your rights, as checked.')];
  }
  if (jobs.some(({ kind }) => kind === 'image-tags')) return ownCommitFindings(own, 'image-tags');
  return estate.ledger.records ? [] : ownCommitFindings(own, 'records');
}

function packFindings(
  intent: Extract<BagIntent, { kind: 'pack-bag' }>,
  records: PipelineRecords,
  at: string,
): Finding[] {
  const last = lastBag(records);
  if (last !== intent.last)
    return [finding('environment-moved', 'block', `Bag ${last} was packed after you opened this.`, at)];
  const newest = newestBag(records);
  if (intent.force || !newest?.ok) return [];
  return isSame(bagDifference(versionsOf(newest.value.services), versionsOf(intent.contents)))
    ? [finding('nothing-differs', 'block', `No changes since bag ${last}.`, at)]
    : [];
}

/** A policy's file that cannot be written keeps the change from landing: it is told before anyone clicks. */
function policyFindings(world: World, pipeline: string, change: PolicyChange, at: string): Finding[] {
  const written = policyFiles(world, pipeline, change);
  if (written === null || written.ok) return [];
  const { code, message } = written.failure;
  return [finding(code === 'refused' ? 'newer-record' : 'unreadable', 'block', message, at)];
}

/** What speaks against a deployment of a bag, as the environment's policy weighs it. */
function deployChecks(world: World, intent: Deploys, records: PipelineRecords, at: string): Finding[] {
  const policy = world.estate.environments.find(({ name }) => name === intent.environment)?.checks;
  return weighed(deployFindings(world, intent, records, at), policy, intent.kind === 'roll-back-bag');
}

/** All findings of an intent on a pipeline of bags, or on a lock. @param except the operation that asks. */
export function bagFindings(world: World, intent: BagIntent, except: string | null): Finding[] {
  const { commit } = world.ledger.snapshot();
  const at = commit === null ? 'The release repo has no commits.' : `Release repo at ${commit.slice(0, 10)}.`;
  const records = recordsNow(world, intent.pipeline);
  const found = [...standing(world, intent, at, except), ...landingFindings(world, intent)];
  switch (intent.kind) {
    case 'roll-back-bag':
      found.push(...policyFindings(world, intent.pipeline, keepingOut(intent), at));
      return [...found, ...deployChecks(world, intent, records, at)];
    case 'deploy-bag':
      return [...found, ...deployChecks(world, intent, records, at)];
    case 'pack-bag':
      return [...found, ...packFindings(intent, records, at)];
    case 'force-unlock':
      return [...found, ...unlockFindings(world, intent, records, at)];
    case 'change-policy':
      if (policyNeedsReason(intent.change) && !intent.reason?.trim())
        found.push(finding('needs-reason', 'block', 'This needs a reason.', 'So that others can see why.'));
      return [...found, ...policyFindings(world, intent.pipeline, intent.change, at)];
    case 'lock': {
      const holder = holderOf(records, intent.environment);
      if (holder.ok && holder.value)
        found.push(finding('locked', 'block', heldText(intent.environment, holder.value), at));
      return found;
    }
    default:
      return found;
  }
}

/** Asks for what {@link landingFindings} rest on, for as long as a look may take. */
export const askLanding = (world: World, signal: AbortSignal): Promise<void> =>
  askFreezeWay(world, AbortSignal.any([signal, AbortSignal.timeout(world.limits.look)]));

/** Collects all findings before anyone commits. An autopilot's own deployment asks again under the lock. */
export async function bagPreflight(context: StepContext<BagIntent>): Promise<StepEnd> {
  const { world, intent, id } = context;
  // What went on already is not asked about again.
  if (context.record().effects.size > 0) return { state: 'succeeded' };
  try {
    pipelineFor(world, intent);
  } catch (error) {
    return { state: 'failed', failure: failureOf(error) };
  }
  await Promise.all([askLedgerAgain(world, context.signal), askLanding(world, context.signal)]);
  if (isDeploy(intent)) {
    const bag = recordsNow(world, intent.pipeline).bags.get(intent.bag);
    context.waiting('Waiting for the service repos to list their images.');
    if (bag?.ok) await askForImages(world, bag.value, context.signal);
    if (intent.kind === 'deploy-bag' && intent.cause === 'automatic')
      return { state: 'succeeded', text: 'Checked again under the lock.' };
  }
  const findings = bagFindings(world, intent, id);
  context.findings(findings);
  const failure = stopsBy(intent, context.record().seen, findings);
  if (failure) return { state: 'failed', failure };
  return { state: 'succeeded' };
}

/** The pipeline must be one of bags, except for locks by hand. @throws FailureError `not-found` */
function pipelineFor(world: World, intent: BagIntent): void {
  const byHand = intent.kind === 'lock' || intent.kind === 'unlock' || intent.kind === 'force-unlock';
  const other = world.estate.pipelines.find(({ name }) => name === intent.pipeline);
  if (byHand && other?.environments.includes(intent.environment)) return;
  const pipeline = pipelineOf(world.estate, intent.pipeline);
  const environment = subjectOf(intent).environment;
  if (environment !== null && !pipeline.environments.includes(environment))
    throw new Error(`${environment} is not in the pipeline ${pipeline.name}.`);
}
