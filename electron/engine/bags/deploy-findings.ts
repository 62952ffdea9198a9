import { bagText, heldText, holderOf, isOwnByHand } from '../../../shared/domain/bags/decisions';
import { brokenRules, environmentBeforeIn, judge, nextBag } from '../../../shared/domain/bags/next';
import { lastStarted, type PipelineRecords } from '../../../shared/domain/bags/pipeline-records';
import { jobName } from '../../../shared/domain/estate/bags-pipeline';
import type { BagIntent } from '../../../shared/domain/operation/intent';
import { hoursFindings } from '../../../shared/domain/preflight/deploy-hours';
import { type Finding, finding } from '../../../shared/domain/preflight/finding';
import { freezeFindings } from '../../../shared/domain/preflight/preflight-freeze';
import { utcText } from '../../../shared/domain/text/utc-text';
import { isHiddenThere } from '../steps/wait';
import type { World } from '../world';
import { frozenStage } from './frozen-stage';
import { chainOf, knownImages, pipelineOf, unseenImages } from './pipelines';
import { serviceNotes } from './service-notes';

/** What deploys a bag. */
export type Deploys = Extract<BagIntent, { kind: 'deploy-bag' | 'roll-back-bag' }>;

export const isDeploy = (intent: BagIntent): intent is Deploys =>
  intent.kind === 'deploy-bag' || intent.kind === 'roll-back-bag';

const warningTexts = {
  same: (bag: number, where: string) => `Bag ${bag} is already running in ${where}.`,
  older: (bag: number, where: string) => `Bag ${bag} is older than the bag running in ${where}.`,
  'failed-before': (bag: number, where: string) => `Bag ${bag} failed in ${where} before.`,
  'never-here': (bag: number, where: string) => `Bag ${bag} was never deployed to ${where}.`,
  'running-unknown': (_: number, where: string) => `Can’t tell which bag runs in ${where}.`,
  'bad-before': (bag: number, _: string, before: string) => `Bag ${bag} is marked bad in ${before}.`,
} as const;

/** What a deployment or rollback to a bag should make a person think, or keeps it from being. */
export function deployFindings(
  world: World,
  intent: Deploys,
  records: PipelineRecords,
  at: string,
): Finding[] {
  const pipeline = pipelineOf(world.estate, intent.pipeline);
  const chain = chainOf(pipeline);
  const { environment, bag } = intent;
  const before = environmentBeforeIn(chain, environment) ?? '';
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
          ? `You hold the lock on ${environment}. The bag is deployed under your lock, and you keep the lock after it passes.`
          : `${heldText(environment, holder.value)} This deployment would wait for the lock.`,
        at,
      ),
    );
  const running = lastStarted(records, environment)?.bag ?? null;
  if (running !== intent.running)
    found.push(
      finding(
        'environment-moved',
        'block',
        `${environment} changed after you opened this: it was running ${bagText(intent.running)}, and is now running ${bagText(running)}.`,
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
        finding(
          'environment-moved',
          'block',
          `The next bag changed after you opened this: it is now bag ${judged.bag} (it was bag ${bag}).`,
          at,
        ),
      );
    for (const warning of judged.warnings) {
      // That it is older is what a rollback is; that a new bag was never there is what a deployment is.
      const level =
        (isRollback && warning === 'older') || (!isRollback && warning === 'never-here') ? 'info' : 'warn';
      found.push(finding(warning, level, warningTexts[warning](bag, environment, before), at));
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
    found.push(finding('other', 'block', 'Choose a bag other than the broken one.', at));
  const contents = records.bags.get(bag);
  if (contents?.ok) {
    const unseen = unseenImages(world, contents.value);
    if (unseen.length > 0)
      found.push(
        finding(
          'version-unpublished-check-failed',
          'unknown',
          `Whether the images of bag ${bag} exist could not be checked: ${unseen.map(({ image }) => image).join(', ')}.`,
          unseen[0]?.because ?? '',
        ),
      );
    const lacking = pipeline.services.filter((one) => !contents.value.services[one]);
    const undecided = lacking.filter((one) => !intent.leaveRunning.includes(one));
    if (undecided.length > 0)
      found.push(
        finding(
          'services-lacking',
          'block',
          `Bag ${bag} does not include these current services: ${undecided.join(', ')}. Choose to leave them running, or choose another bag.`,
          at,
        ),
      );
    else if (lacking.length > 0)
      found.push(finding('services-lacking', 'info', `Left running unchanged: ${lacking.join(', ')}.`, at));
  }
  if (contents?.ok)
    found.push(...serviceNotes(world.ledger.snapshot(), Object.keys(contents.value.services)));
  found.push(...hoursFindings(intent, world.hours(environment)));
  found.push(...freezeFindings(intent, frozenStage(world, pipeline, environment)));
  const there = world.clusters.get(environment);
  const jobs = [
    ...(pipeline.stages[environment]?.deploy ?? []),
    ...(pipeline.stages[environment]?.tests ?? []),
  ];
  const workflows = jobs.filter(({ kind }) => kind === 'workflow').map(jobName);
  if (there && workflows.length > 0 && isHiddenThere(there, 'workflows'))
    found.push(
      finding(
        'environment-part-unseen',
        'block',
        `Workflows in ${environment} are not visible to you, so ${workflows.join(', ')} can’t be run from here.`,
        'Signalbox would not see how they end.',
      ),
    );
  const cluster = there?.view.freshness();
  if (cluster && cluster.state !== 'live')
    found.push(
      finding(
        'environment-unreachable',
        'unknown',
        `The ${environment} cluster is unreachable: Signalbox can’t watch the deployment.`,
        cluster.state === 'absent' || cluster.asOf === null
          ? 'Not seen since Signalbox started.'
          : `Last seen ${utcText(cluster.asOf)}.`,
      ),
    );
  return found;
}
