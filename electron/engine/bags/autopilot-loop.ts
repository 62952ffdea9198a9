import { createHash } from 'node:crypto';
import { autopilotMove, autopilotState, packingState } from '../../../shared/domain/bags/autopilot';
import { lastStarted } from '../../../shared/domain/bags/pipeline-records';
import { type BagsPipeline, jobName } from '../../../shared/domain/estate/estate';
import type { Result } from '../../../shared/domain/failure/failure';
import { isUnfinished } from '../../../shared/domain/hold/hold-state';
import type { BagIntent } from '../../../shared/domain/operation/intent';
import type { Cluster } from '../../observation/types';
import type { World } from '../world';
import { packPreview } from './compare-versions';
import { periodAt } from './periodic-view';
import { autopilotConfigured, bagPipelines, chainOf, knownImages, recordsNow, stageOf } from './pipelines';
import { labels, ownWorkflows } from './workflow-labels';

/** Milliseconds between looks, besides those that every change of the ledger and of a cluster brings about. */
const tick = 5_000;
/** Milliseconds before the same bag is tried again in the same environment, and between looks for new images. */
const again = 60_000;

type Deploys = 'deploy-bag' | 'roll-back-bag' | 'retry-tests' | 'pack-bag';
const deploys: readonly string[] = [
  'deploy-bag',
  'roll-back-bag',
  'retry-tests',
  'pack-bag',
] satisfies Deploys[];

const isBusy = (world: World, pipeline: string, environment: string): boolean =>
  world
    .open()
    .some(
      ({ intent }) =>
        deploys.includes(intent.kind) &&
        'pipeline' in intent &&
        intent.pipeline === pipeline &&
        'environment' in intent &&
        intent.environment === environment,
    );

/**
 * Name of the workflow of one period: the same on every console, so that the API server lets only one be made
 * ("AlreadyExists"). At most 63 characters.
 */
function periodicName(
  pipeline: string,
  environment: string,
  suite: string,
  template: string,
  period: number,
): string {
  const of = createHash('sha256').update(`${pipeline}\n${environment}\n${suite}`).digest('hex').slice(0, 6);
  return `${template.slice(0, 40)}-${of}-p${period}`;
}

/**
 * This console's autopilot: while it is on, new bags go through the chain by themselves, each deployment done by whoever
 * takes the lock first, and suites that run every so often are started. It decides by the ledger alone and does nothing
 * that a person could not do.
 * @param begin starts an operation; its refusal means that somebody else was first
 * @returns to be called when anything changed, and to end it
 */
export function startAutopilot(
  world: World,
  begin: (intent: BagIntent) => Result<unknown>,
  signal: AbortSignal,
): { look: () => void } {
  const tried = new Map<string, number>();
  const asked = new Map<string, number>();
  /** When new images were last looked for, by pipeline. */
  const packedAt = new Map<string, number>();
  let looking = false;

  function deployNext(pipeline: BagsPipeline, environment: string): void {
    if (isBusy(world, pipeline.name, environment)) return;
    // What cannot be followed is better left to a console that can.
    if (world.clusters.get(environment)?.view.freshness().state !== 'live') return;
    const records = recordsNow(world, pipeline.name);
    const configured = autopilotConfigured(pipeline, environment);
    const move = autopilotMove(records, chainOf(pipeline), environment, configured, knownImages(world));
    if (move.act !== 'deploy') return;
    const key = `${pipeline.name}/${environment}/${move.bag}`;
    const now = world.now().getTime();
    if (now - (tried.get(key) ?? 0) < again) return;
    tried.set(key, now);
    begin({
      kind: 'deploy-bag',
      pipeline: pipeline.name,
      environment,
      bag: move.bag,
      cause: 'automatic',
      byRule: true,
      running: lastStarted(records, environment)?.bag ?? null,
      leaveRunning: [],
      override: [],
    });
  }

  async function packNew(pipeline: BagsPipeline): Promise<void> {
    const [first = ''] = pipeline.environments;
    const records = recordsNow(world, pipeline.name);
    const now = world.now().getTime();
    const isOn = packingState(records, pipeline.packAutomatically).on;
    // Once it is switched on again nobody waits for the first look.
    if (!isOn) packedAt.delete(pipeline.name);
    if (!isOn || now - (packedAt.get(pipeline.name) ?? 0) < again || isBusy(world, pipeline.name, first))
      return;
    if (!autopilotState(records, first, autopilotConfigured(pipeline, first)).on) return;
    packedAt.set(pipeline.name, now);
    const preview = await packPreview(world, pipeline.name, 'published', signal);
    if (!preview.differs || preview.services.some(({ blocked }) => blocked)) return;
    begin({
      kind: 'pack-bag',
      pipeline: pipeline.name,
      environment: first,
      source: 'published',
      contents: preview.contents,
      last: preview.last,
      force: false,
      reason: 'A new image appeared.',
    });
  }

  async function runPeriodic(pipeline: BagsPipeline, environment: string, cluster: Cluster): Promise<void> {
    const records = recordsNow(world, pipeline.name);
    const on = autopilotState(records, environment, autopilotConfigured(pipeline, environment)).on;
    if (!on || cluster.view.freshness().state !== 'live') return;
    for (const suite of stageOf(pipeline, environment).periodic) {
      const name = jobName(suite);
      const period = periodAt(world.now().getTime(), suite.everyMinutes);
      const key = `${pipeline.name}/${environment}/${name}`;
      if (asked.get(key) === period) continue;
      const runs = ownWorkflows(cluster, pipeline.name).filter((one) => one.labels[labels.suite] === name);
      const object = periodicName(pipeline.name, environment, name, suite.template, period);
      asked.set(key, period);
      // Another console was first, or the last run is not over.
      if (runs.some((one) => one.name === object || isUnfinished(one))) continue;
      const answer = await cluster.actions.submitWorkflow(
        {
          id: object,
          template: suite.template,
          name: object,
          parameters: fillPlaces(
            suite.parameters,
            pipeline.name,
            environment,
            lastStarted(records, environment)?.bag,
          ),
          labels: { [labels.pipeline]: pipeline.name, [labels.suite]: name },
        },
        signal,
      );
      // Not there and not refused as a twin: the next look asks again within the period.
      if (!answer.ok && answer.failure.code !== 'conflict') asked.delete(key);
    }
  }

  async function lookAround(): Promise<void> {
    if (world.readOnlyBecause !== null || world.ledger.freshness().state !== 'live') return;
    for (const pipeline of bagPipelines(world.estate)) {
      if (!world.consoleAutopilot.get(pipeline.name)) continue;
      await packNew(pipeline).catch(() => undefined);
      for (const environment of pipeline.environments) {
        if (signal.aborted) return;
        deployNext(pipeline, environment);
        const cluster = world.clusters.get(environment);
        if (cluster) await runPeriodic(pipeline, environment, cluster).catch(() => undefined);
      }
    }
  }

  const look = (): void => {
    if (looking || signal.aborted) return;
    looking = true;
    void lookAround().finally(() => {
      looking = false;
    });
  };
  const timer = setInterval(look, tick);
  timer.unref();
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  return { look };
}

/** `{bag}` is the bag that runs; there is no operation. */
function fillPlaces(
  texts: Readonly<Record<string, string>>,
  pipeline: string,
  environment: string,
  bag: number | undefined,
): Record<string, string> {
  const known: Record<string, string> = { pipeline, environment, bag: bag === undefined ? '' : String(bag) };
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [
      name,
      text.replace(/\{(\w+)\}/g, (whole, word: string) => known[word] ?? whole),
    ]),
  );
}
