import { deploymentUnder, heldText, holderOf, isOwnByHand } from '../../../shared/domain/bags/decisions';
import { bagDifference, isSame, versionsOf } from '../../../shared/domain/bags/difference';
import { asksForLock, type BagIntent, environmentOf } from '../../../shared/domain/bags/intents';
import type { BagState } from '../../../shared/domain/bags/machine';
import { brokenRules, judge, nextBag } from '../../../shared/domain/bags/next';
import { newestBag } from '../../../shared/domain/bags/packing';
import { lastBag, lastStarted, type PipelineRecords } from '../../../shared/domain/bags/pipeline-records';
import { policyNeedsReason } from '../../../shared/domain/bags/policy';
import type { BagDeployment } from '../../../shared/domain/bags/records';
import { jobName } from '../../../shared/domain/estate';
import { type Failure, failureOf } from '../../../shared/domain/failure';
import { type Finding, worsened } from '../../../shared/domain/finding';
import { isUnfinished } from '../../../shared/domain/hold-state';
import { actOf } from '../../../shared/domain/operation';
import { obstacles } from '../../../shared/domain/preflight';
import type { StepContext, StepEnd } from '../operation-context';
import { askLedgerAgain } from '../preflight';
import type { World } from '../world';
import { workflowsOf } from './labels';
import { askForImages, bagPipelines, chainOf, knownImages, pipelineOf, recordsNow } from './pipelines';

const finding = (
  code: Finding['code'],
  level: Finding['level'],
  message: string,
  evidence: string,
  overridable = level !== 'block',
): Finding => ({ code, level, message, evidence, overridable });

type Deploys = Extract<BagIntent, { kind: 'deploy-bag' | 'roll-back-bag' }>;
const isDeploy = (intent: BagIntent): intent is Deploys =>
  intent.kind === 'deploy-bag' || intent.kind === 'roll-back-bag';

function standing(world: World, intent: BagIntent, at: string, except: string | null): Finding[] {
  const found: Finding[] = [];
  if (world.readOnlyBecause !== null)
    found.push(finding('read-only', 'block', world.readOnlyBecause, 'How this estate was opened.'));
  const freshness = world.ledger.freshness();
  if (freshness.state === 'unreachable')
    found.push(
      finding(
        'ledger-stale',
        'block',
        'The ledger cannot be reached, so nothing can be changed now.',
        `Unreachable since ${freshness.since}: ${freshness.failure.message}`,
      ),
    );
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
        `It is under way already: ${actOf(twin.intent)}.`,
        `Operation ${twin.id}.`,
      ),
    );
  const environment = environmentOf(intent);
  const { pipeline } = intent;
  if (environment !== null && asksForLock(intent) && intent.kind !== 'force-unlock') {
    const holder = holderOf(recordsNow(world, pipeline), environment);
    if (!holder.ok) found.push(finding('unreadable', 'block', holder.failure.message, at));
  }
  return found;
}

const warningTexts = {
  same: (bag: number, where: string) => `Bag ${bag} is what runs in ${where} already.`,
  older: (bag: number, where: string) => `Bag ${bag} is older than what runs in ${where}.`,
  'failed-before': (bag: number, where: string) => `Bag ${bag} failed in ${where} before.`,
  'never-here': (bag: number, where: string) => `Bag ${bag} was never deployed to ${where}.`,
  'running-unknown': (_: number, where: string) => `What runs in ${where} cannot be read.`,
} as const;

function deployFindings(world: World, intent: Deploys, records: PipelineRecords, at: string): Finding[] {
  const pipeline = pipelineOf(world.estate, intent.pipeline);
  const chain = chainOf(pipeline);
  const { environment, bag } = intent;
  const images = knownImages(world);
  const found: Finding[] = [];
  const isRollback = intent.kind === 'roll-back-bag';
  const holder = holderOf(records, environment);
  if (holder.ok && holder.value)
    found.push(
      finding(
        'locked',
        'info',
        isOwnByHand(holder.value, { by: world.identity().name, email: world.identity().email })
          ? `You hold the lock of ${environment} by hand. It is deployed under it, and you have it back after the pass.`
          : `${heldText(environment, holder.value)} It would wait for the lock.`,
        at,
      ),
    );
  const running = lastStarted(records, environment)?.bag ?? null;
  if (running !== intent.running)
    found.push(
      finding(
        'environment-moved',
        'block',
        `Bag ${running ?? 'none'} runs in ${environment} by now; you saw bag ${intent.running ?? 'none'}.`,
        at,
      ),
    );
  const byRule = intent.kind === 'deploy-bag' && intent.byRule;
  const judged = byRule
    ? nextBag(records, chain, environment, 'manual', images)
    : judge(records, chain, environment, bag, 'manual', images);
  if (judged.state === 'blocked')
    found.push(finding('rule-blocks', 'block', `${judged.rule}: ${judged.why}`, at));
  else if (judged.state === 'deploy') {
    if (judged.bag !== bag)
      found.push(
        finding('environment-moved', 'block', `Bag ${judged.bag} is next by now; you saw bag ${bag}.`, at),
      );
    for (const warning of judged.warnings) {
      // That it is older is what a rollback is; that a new bag was never there is what a deployment is.
      const level =
        (isRollback && warning === 'older') || (!isRollback && warning === 'never-here') ? 'info' : 'warn';
      found.push(finding(warning, level, warningTexts[warning](bag, environment), at));
    }
  }
  if (!byRule)
    for (const { rule, text } of brokenRules(records, chain, environment, bag)) {
      // The rollback itself moves the pin.
      if (isRollback && intent.how === 'pin' && rule === 'pinned-elsewhere') continue;
      const exists = records.bags.has(bag) && rule !== 'unreadable';
      found.push(finding(rule, 'block', text, at, exists));
    }
  if (isRollback && intent.bad === bag)
    found.push(finding('other', 'block', 'A rollback goes to another bag than the broken one.', at));
  const contents = records.bags.get(bag);
  if (contents?.ok) {
    const lacking = pipeline.services.filter((one) => !contents.value.services[one]);
    const undecided = lacking.filter((one) => !intent.leaveRunning.includes(one));
    if (undecided.length > 0)
      found.push(
        finding(
          'services-lacking',
          'block',
          `Bag ${bag} lacks services that exist today: ${undecided.join(', ')}. Choose to leave them running, or another bag.`,
          at,
        ),
      );
    else if (lacking.length > 0)
      found.push(finding('services-lacking', 'info', `Left running as they are: ${lacking.join(', ')}.`, at));
  }
  const cluster = world.clusters.get(environment)?.view.freshness();
  if (cluster && cluster.state !== 'live')
    found.push(
      finding(
        'environment-unreachable',
        'unknown',
        `The cluster of ${environment} cannot be seen: how the deployment goes will not be known.`,
        cluster.state === 'absent' || cluster.asOf === null
          ? 'Never seen since the start.'
          : `Last seen ${cluster.asOf}.`,
      ),
    );
  return found;
}

function packFindings(
  intent: Extract<BagIntent, { kind: 'pack-bag' }>,
  records: PipelineRecords,
  at: string,
): Finding[] {
  const last = lastBag(records);
  if (last !== intent.last)
    return [
      finding(
        'environment-moved',
        'block',
        `Bag ${last} was packed meanwhile; you saw bag ${intent.last}.`,
        at,
      ),
    ];
  const newest = newestBag(records);
  if (intent.force || !newest?.ok) return [];
  return isSame(bagDifference(versionsOf(newest.value.services), versionsOf(intent.contents)))
    ? [
        finding(
          'nothing-differs',
          'block',
          `Nothing differs from bag ${last}; force it to pack it all the same.`,
          at,
        ),
      ]
    : [];
}

/** A deploy that failed or was lost sight of may have left a sync running that it started. */
const mayStillDeploy: ReadonlySet<BagState> = new Set(['deploying', 'deploy-failed', 'deploy-unknown']);

/** Whether anything of the lock's deployment still runs: what must have ended before anybody unlocks by force. */
function unlockFindings(
  world: World,
  intent: Extract<BagIntent, { kind: 'force-unlock' }>,
  records: PipelineRecords,
  at: string,
): Finding[] {
  const { environment, pipeline } = intent;
  const { lock } = records.environment(environment);
  if (!lock?.ok || !lock.value.held) {
    const text = lock && !lock.ok ? lock.failure.message : `${environment} is not locked.`;
    return [finding('other', 'block', text, at)];
  }
  const { held, token } = lock.value;
  if (token !== intent.token)
    return [
      finding(
        'environment-moved',
        'block',
        `The lock is another one by now. ${heldText(environment, held)}`,
        at,
      ),
    ];
  const own = world.open().find(({ id }) => id === held.operation);
  if (own)
    return [
      finding(
        'still-running',
        'block',
        `Its operation still runs on this console: ${actOf(own.intent)}.`,
        `Operation ${own.id}.`,
      ),
    ];
  const deployment = deploymentUnder(records, environment, token);
  const found: Finding[] = [];
  const cluster = world.clusters.get(environment);
  const freshness = cluster?.view.freshness().state ?? 'absent';
  if (deployment && cluster) {
    const running = workflowsOf(cluster, pipeline, deployment.operation).filter(isUnfinished);
    if (running.length > 0)
      found.push(
        finding(
          'still-running',
          'block',
          `Still running: ${running.map(({ name }) => name).join(', ')}.`,
          `Workflows in ${environment} that carry its operation.`,
        ),
      );
    const services = Object.keys(versionsOfBag(records, deployment.bag));
    const syncing = services.flatMap((service) =>
      cluster.view
        .applications(service)
        .filter((one) => one.operation?.phase === 'Running')
        .map((one) => one.name),
    );
    if (mayStillDeploy.has(deployment.state) && syncing.length > 0)
      found.push(
        finding(
          'still-running',
          'block',
          `Argo CD still syncs ${syncing.join(', ')}.`,
          `Applications in ${environment}.`,
        ),
      );
  }
  if (deployment && freshness !== 'live')
    found.push(
      finding(
        'holder-may-run',
        'unknown',
        `The cluster of ${environment} cannot be seen, so it is not known whether anything still runs.`,
        'The watches of this console.',
      ),
    );
  else if (deployment ? ['deploying', 'deployed', 'testing'].includes(deployment.state) : held.kind === 'bag')
    found.push(
      finding(
        'holder-may-run',
        'unknown',
        `${held.by}'s console may still be at it: nothing of it is seen running right now, but it has not said that it ended.`,
        `The ledger says ${deployment?.state ?? 'locked'}.`,
      ),
    );
  const atGitHub = deployment && mayRunUnseen(deployment) ? jobsAtGitHub(world, pipeline, environment) : [];
  if (atGitHub.length > 0)
    found.push(
      finding(
        'holder-may-run',
        'unknown',
        `Whether ${atGitHub.join(', ')} still runs at GitHub is not known here.`,
        'Only the console that started a run at GitHub follows it.',
      ),
    );
  return found;
}

/** Jobs of an environment that run at GitHub, where no watch of this console sees them. */
function jobsAtGitHub(world: World, pipeline: string, environment: string): string[] {
  const stage = bagPipelines(world.estate).find(({ name }) => name === pipeline)?.stages[environment];
  return [...(stage?.deploy ?? []), ...(stage?.tests ?? [])]
    .filter(({ kind }) => kind === 'github-workflow')
    .map(jobName);
}

/** Whether a job of the deployment may run that nobody saw the end of. */
const mayRunUnseen = ({ state, tests }: BagDeployment): boolean =>
  ['deploying', 'deploy-unknown', 'deployed', 'testing'].includes(state) ||
  Object.values(tests).includes('unknown');

const versionsOfBag = (records: PipelineRecords, bag: number): Record<string, string> => {
  const found = records.bags.get(bag);
  return found?.ok ? versionsOf(found.value.services) : {};
};

/** All findings of an intent on a pipeline of bags, or on a lock. @param except the operation that asks. */
export function bagFindings(world: World, intent: BagIntent, except: string | null): Finding[] {
  const { commit } = world.ledger.snapshot();
  const at = commit === null ? 'The ledger holds no commit.' : `The ledger at ${commit.slice(0, 10)}.`;
  const records = recordsNow(world, intent.pipeline);
  const found = standing(world, intent, at, except);
  switch (intent.kind) {
    case 'deploy-bag':
    case 'roll-back-bag':
      return [...found, ...deployFindings(world, intent, records, at)];
    case 'pack-bag':
      return [...found, ...packFindings(intent, records, at)];
    case 'force-unlock':
      return [...found, ...unlockFindings(world, intent, records, at)];
    case 'change-policy':
      if (policyNeedsReason(intent.change) && !intent.reason?.trim())
        found.push(finding('needs-reason', 'block', 'This needs a reason.', 'For those who come after.'));
      return found;
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

const list = (findings: readonly Finding[]): string => findings.map((one) => one.message).join(' ');

/** Why an operation with these findings must not go on; `null` when it may. */
function stopsBy(intent: BagIntent, seen: readonly Finding[], now: readonly Finding[]): Failure | null {
  const { reason } = intent;
  const override = 'override' in intent ? intent.override : [];
  const worse = worsened(seen, now).filter((one) => !override.includes(one.code));
  const open = obstacles({ reason, override }, now);
  if (open.length === 0) return null;
  return {
    code: open.some((one) => one.code === 'still-running' || one.code === 'operation-running')
      ? 'busy'
      : worse.length > 0 && seen.length > 0
        ? 'conflict'
        : 'refused',
    message: list(open),
    meaning: 'Nothing was changed.',
    next: open.every((one) => one.overridable)
      ? [{ do: 'retry', label: 'Give a reason and override' }]
      : [{ do: 'advice', label: 'What blocks it must go first.' }],
  };
}

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
  await askLedgerAgain(world, context.signal);
  if (isDeploy(intent)) {
    const bag = recordsNow(world, intent.pipeline).bags.get(intent.bag);
    context.waiting('What the repos of its services say of their images.');
    if (bag?.ok) await askForImages(world, bag.value, context.signal);
    if (intent.kind === 'deploy-bag' && intent.cause === 'automatic')
      return { state: 'succeeded', text: 'Asked again under the lock.' };
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
  const environment = environmentOf(intent);
  if (environment !== null && !pipeline.environments.includes(environment))
    throw new Error(`${environment} is not in the pipeline ${pipeline.name}.`);
}
