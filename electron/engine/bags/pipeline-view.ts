import { asConfigured, autopilotState, packingState } from '../../../shared/domain/bags/autopilot';
import { bagDifference, versionsOf } from '../../../shared/domain/bags/difference';
import { isStuck } from '../../../shared/domain/bags/machine';
import { environmentBeforeIn, type Next, nextBag } from '../../../shared/domain/bags/next';
import { lastBag, lastStarted, type PipelineRecords } from '../../../shared/domain/bags/pipeline-records';
import type { Bag, BagDeployment } from '../../../shared/domain/bags/records';
import type {
  BagDetails,
  BagPipelineView,
  BagRow,
  DeploymentView,
  Lane,
  NextView,
  StageView,
} from '../../../shared/domain/bags/view';
import { type BagsPipeline, jobName } from '../../../shared/domain/estate/bags-pipeline';
import { FailureError } from '../../../shared/domain/failure/failure';
import type { Job } from '../../../shared/domain/operation/operation';
import type { Found } from '../../../shared/domain/records/record-entry';
import type { Workflow } from '../../../shared/domain/workflows/workflow';
import { hasEnded } from '../../systems/argo/read-workflow';
import { ledgerFreshness } from '../board-keeper';
import type { World } from '../world';
import { lockView } from './lock-view';
import { periodicViews } from './periodic-view';
import { autopilotConfigured, chainOf, knownImages, pipelineOf, recordsNow, stageOf } from './pipelines';
import { labels, workflowsOf } from './workflow-labels';

const goodOnes = <T>(found: Iterable<Found<T>>): T[] =>
  [...found].flatMap((one) => (one.ok ? [one.value] : []));

const said = ({ by, at, reason }: { by: string; at: string; reason: string }) => ({ by, at, reason });

const deploymentView = (deployment: BagDeployment): DeploymentView => ({ ...deployment });

export function nextView(next: Next): NextView {
  return {
    state: next.state,
    bag: next.bag,
    rule: next.state === 'blocked' ? next.rule : null,
    why: next.why,
    warnings: next.state === 'deploy' ? next.warnings : [],
  };
}

const workflowState = (workflow: Workflow): Job['state'] =>
  !hasEnded(workflow)
    ? 'running'
    : workflow.phase === 'Succeeded'
      ? 'succeeded'
      : workflow.shutdown !== null
        ? 'aborted'
        : 'failed';

/** How the job that sets the image tags stands once they are set, as far as the ledger tells. */
const tagsState = ({ state }: BagDeployment): Job['state'] =>
  state === 'deploying'
    ? 'running'
    : state === 'deploy-failed'
      ? 'failed'
      : state === 'deploy-unknown'
        ? 'unknown'
        : 'succeeded';

/** The jobs of a deployment: as this console's operation knows them, else as the cluster shows them. */
function jobsOf(world: World, pipeline: BagsPipeline, deployment: BagDeployment, operation: string): Job[] {
  const { environment } = deployment;
  const stage = stageOf(pipeline, environment);
  const own = world.open().find(({ id }) => id === operation)?.jobs ?? [];
  const cluster = world.clusters.get(environment);
  const seen = cluster ? workflowsOf(cluster, pipeline.name, deployment.operation) : [];
  const shown = (phase: Job['phase'], job: (typeof stage.deploy)[number]): Job => {
    const name = jobName(job);
    const mine = own.find((one) => one.name === name);
    if (mine) return mine;
    const workflow = seen.find((one) => one.labels[labels.job] === name);
    const ended = phase === 'test' ? deployment.tests[name] : undefined;
    const words = { passed: 'succeeded', failed: 'failed', aborted: 'aborted', unknown: 'unknown' } as const;
    const tagged = job.kind === 'image-tags' && deployment.tagged;
    return {
      name,
      phase,
      kind: job.kind,
      state: workflow
        ? workflowState(workflow)
        : ended
          ? words[ended]
          : tagged
            ? tagsState(deployment)
            : 'waiting',
      // Which tests failed is told with the deployment, in better words than the pod's.
      text: ended === 'failed' ? null : (workflow?.message ?? null),
      workflow: workflow
        ? { environment: workflow.environment, namespace: workflow.namespace, name: workflow.name }
        : null,
      url: null,
      startedAt: workflow?.startedAt ?? null,
      finishedAt: workflow?.finishedAt ?? null,
    };
  };
  return [
    ...stage.deploy.map((job) => shown('deploy', job)),
    ...stage.tests.map((job) => shown('test', job)),
  ];
}

function stageView(
  world: World,
  pipeline: BagsPipeline,
  records: PipelineRecords,
  environment: string,
): StageView {
  const chain = chainOf(pipeline);
  const images = knownImages(world);
  const { pin, bad, lock } = records.environment(environment);
  const running = lastStarted(records, environment);
  const bag = running && records.bags.get(running.bag);
  const contents = bag?.ok ? versionsOf(bag.value.services) : {};
  const snapshot = world.ledger.snapshot();
  const held = lockView(world, records, environment);
  const isOpen =
    running !== null &&
    (isStuck(running.state) || ['deploying', 'deployed', 'testing'].includes(running.state));
  return {
    environment,
    tier: world.estate.environments.find(({ name }) => name === environment)?.tier ?? 'standard',
    before: environmentBeforeIn(chain, environment),
    cluster: world.clusters.get(environment)?.view.freshness() ?? { state: 'absent' },
    running: running && deploymentView(running),
    drift: Object.entries(contents).flatMap(([service, version]) => {
      const ledger = world.reader.facts(snapshot, service, environment, null).version;
      return ledger === version ? [] : [{ service, bag: version, ledger }];
    }),
    next: {
      automatic: nextView(nextBag(records, chain, environment, 'automatic', images)),
      manual: nextView(nextBag(records, chain, environment, 'manual', images)),
    },
    lock: held,
    lockProblem: lock && !lock.ok ? lock.failure : null,
    waiting: world
      .open()
      .flatMap(({ id, intent, actor, requestedAt }) =>
        (intent.kind === 'deploy-bag' || intent.kind === 'roll-back-bag') &&
        intent.pipeline === pipeline.name &&
        intent.environment === environment &&
        held?.operation !== id
          ? [{ operation: id, by: actor, bag: intent.bag, since: requestedAt }]
          : [],
      ),
    pin: pin?.ok ? { ...said(pin.value), bag: pin.value.bag, freeze: pin.value.freeze } : null,
    bad: goodOnes(bad.values()).map((one) => ({ ...said(one), bag: one.bag })),
    autopilot: autopilotState(records, environment, autopilotConfigured(pipeline, environment)),
    jobs: running && isOpen ? jobsOf(world, pipeline, running, held?.operation ?? running.operation) : [],
    periodic: periodicViews(world, pipeline, environment),
  };
}

/** The whole pipeline as its screen shows it. @throws FailureError `not-found` */
export function pipelineView(world: World, name: string): BagPipelineView {
  const pipeline = pipelineOf(world.estate, name);
  const records = recordsNow(world, name);
  const [first = ''] = pipeline.environments;
  const switched = records.autopilot;
  return {
    pipeline: name,
    kind: 'bags',
    services: pipeline.services,
    commit: world.ledger.snapshot().commit,
    ledger: ledgerFreshness(world.ledger),
    stages: pipeline.environments.map((one) => stageView(world, pipeline, records, one)),
    lastBag: lastBag(records) || null,
    servicePins: goodOnes(records.servicePins.values()).map((one) => ({
      ...said(one),
      service: one.service,
      version: one.imageTag,
    })),
    badVersions: [...records.badVersions.values()].flatMap((marks) =>
      goodOnes(marks.values()).map((one) => ({ ...said(one), service: one.service, version: one.imageTag })),
    ),
    autopilot:
      switched?.ok && !switched.value.on
        ? autopilotState(records, first, pipeline.autopilot)
        : {
            on: pipeline.autopilot && switched?.ok !== false,
            why: switched?.ok
              ? `Switched on by ${switched.value.by}.`
              : switched
                ? switched.failure.message
                : asConfigured(pipeline.autopilot).why,
            by: switched?.ok ? switched.value.by : null,
            at: switched?.ok ? switched.value.at : null,
          },
    thisConsole: world.consoleAutopilot.get(name),
    decisions: [...world.decisions.of(name)],
    packing: packingState(records, pipeline.packAutomatically),
    problems: [...records.problems],
  };
}

/** How much a bag differs from the one packed before it; `null` when that one cannot be read. */
function changedSince(previous: Found<Bag> | undefined, bag: Bag): number | null {
  if (!previous) return Object.keys(bag.services).length;
  if (!previous.ok) return null;
  const { changed, added, removed } = bagDifference(
    versionsOf(previous.value.services),
    versionsOf(bag.services),
  );
  return changed.length + added.length + removed.length;
}

/** Everything known of bags by environment, put in order once for all bags. */
function lanesOf(pipeline: BagsPipeline, records: PipelineRecords): (bag: number) => Lane[] {
  const byEnvironment = pipeline.environments.map((environment) => {
    const { passes, deployments, bad, pin } = records.environment(environment);
    const of = new Map<number, Lane>();
    const lane = (bag: number): Lane => {
      const known = of.get(bag) ?? {
        environment,
        deployments: [],
        passes: [],
        bad: null,
        pin: null,
        runs: false,
      };
      of.set(bag, known);
      return known;
    };
    for (const { bag, found } of deployments)
      if (found.ok) lane(bag).deployments.push(deploymentView(found.value));
    for (const { bag, found } of passes)
      if (found.ok) lane(bag).passes.push({ at: found.value.at, by: found.value.by, tag: found.value.tag });
    for (const mark of goodOnes(bad.values())) lane(mark.bag).bad = said(mark);
    if (pin?.ok) lane(pin.value.bag).pin = { ...said(pin.value), freeze: pin.value.freeze };
    const running = lastStarted(records, environment);
    if (running) lane(running.bag).runs = true;
    return of;
  });
  return (bag) => byEnvironment.flatMap((of) => of.get(bag) ?? []);
}

function rowOf(bag: number, found: Found<Bag>, previous: Found<Bag> | undefined, lanes: Lane[]): BagRow {
  return {
    bag,
    packed: found.ok
      ? { ...said(found.value), source: found.value.source, operation: found.value.operation }
      : null,
    problem: found.ok ? null : found.failure,
    changed: found.ok ? changedSince(previous, found.value) : null,
    lanes,
  };
}

const rows = new WeakMap<PipelineRecords, BagRow[]>();

/** Every bag, newest first; worked out once per state of the ledger. @throws FailureError `not-found` */
export function bagRows(world: World, name: string): BagRow[] {
  const pipeline = pipelineOf(world.estate, name);
  const records = recordsNow(world, name);
  const known = rows.get(records);
  if (known) return known;
  const lanes = lanesOf(pipeline, records);
  const made = [...records.bags]
    .sort(([a], [b]) => b - a)
    .map(([bag, found], at, sorted) => rowOf(bag, found, sorted[at + 1]?.[1], lanes(bag)));
  rows.set(records, made);
  return made;
}

/** One bag with its contents. @throws FailureError `not-found` */
export function bagDetails(world: World, name: string, bag: number): BagDetails {
  const pipeline = pipelineOf(world.estate, name);
  const found = recordsNow(world, name).bags.get(bag);
  const row = bagRows(world, name).find((one) => one.bag === bag);
  if (!found || !row)
    throw new FailureError({
      code: 'not-found',
      message: `There is no bag ${bag} of ${name}.`,
      meaning: 'It was never packed, or its file was deleted.',
      next: [],
    });
  const services = found.ok ? found.value.services : {};
  return {
    ...row,
    commit: found.ok ? found.value.commit : null,
    services,
    lacking: found.ok ? pipeline.services.filter((one) => !services[one]) : [],
  };
}
