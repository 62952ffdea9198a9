import { createHash } from 'node:crypto';
import { autopilotMove, autopilotState, packingState } from '../../../shared/domain/bags/autopilot';
import { lastStarted } from '../../../shared/domain/bags/pipeline-records';
import type { AutopilotDecision } from '../../../shared/domain/bags/view';
import { type BagsPipeline, jobName } from '../../../shared/domain/estate/bags-pipeline';
import type { Result } from '../../../shared/domain/failure/failure';
import { failureOf } from '../../../shared/domain/failure/failure-of';
import { isUnfinished } from '../../../shared/domain/hold/hold-state';
import type { BagIntent } from '../../../shared/domain/operation/intent';
import { fillTemplates } from '../../../shared/domain/text/fill-template';
import { inBackground } from '../../log/log';
import type { Cluster } from '../../observation/types';
import type { World } from '../world';
import { packPreview } from './compare-versions';
import { frozenForAutopilot, frozenStage } from './frozen-stage';
import { periodAt } from './periodic-view';
import { autopilotConfigured, bagPipelines, chainOf, knownImages, recordsNow, stageOf } from './pipelines';
import { labels, ownWorkflows } from './workflow-labels';

/** Milliseconds between looks, besides those that every change of the ledger and of a cluster brings about. */
const tick = 5_000;
/** Milliseconds before the same bag is tried again in the same environment, and between looks for new images. */
const again = 60_000;

/** A decision about the thing that was looked at. */
type Told = Pick<AutopilotDecision, 'outcome' | 'why'> & Partial<Pick<AutopilotDecision, 'bag' | 'suite'>>;

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
 * that a person could not do. What it decides and why is kept in {@link World.decisions} and logged.
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

  /** What is kept from an autopilot as a whole, or null. */
  function obstacle(pipeline: BagsPipeline): string | null {
    if (world.ledger.readOnlyBecause !== null) return world.ledger.readOnlyBecause;
    if (!world.consoleAutopilot.get(pipeline.name)) return 'The autopilot is off in this console.';
    const { state } = world.ledger.freshness();
    if (state === 'unreachable') return 'The release repo is unreachable.';
    return state === 'live' ? null : 'The release repo has not been read yet.';
  }

  /** Why nothing can be done in an environment, whatever the ledger says; `null` where it can. */
  function notNow(pipeline: BagsPipeline, environment: string): string | null {
    if (isBusy(world, pipeline.name, environment))
      return `Another operation of this console is running in ${environment}.`;
    // What cannot be followed is better left to a console that can.
    const state = world.clusters.get(environment)?.view.freshness().state ?? 'absent';
    if (state === 'live') return null;
    return state === 'absent'
      ? `This console watches no cluster of ${environment}.`
      : `The cluster of ${environment} is not reachable from this console.`;
  }

  function deployNext(pipeline: BagsPipeline, environment: string): Told[] {
    const why = notNow(pipeline, environment);
    if (why !== null) return [{ outcome: 'waiting', why }];
    const records = recordsNow(world, pipeline.name);
    const configured = autopilotConfigured(pipeline, environment);
    const move = autopilotMove(records, chainOf(pipeline), environment, configured, knownImages(world));
    if (move.action !== 'deploy') return [{ outcome: move.idle ? 'idle' : 'waiting', why: move.why }];
    const frozen = frozenForAutopilot(frozenStage(world, pipeline, environment));
    if (frozen !== null) return [{ outcome: 'waiting', bag: move.bag, why: frozen }];
    const { bag } = move;
    const key = `${pipeline.name}/${environment}/${bag}`;
    const now = world.now().getTime();
    // What was tried just now is told already: as started, or as refused.
    if (now - (tried.get(key) ?? 0) < again) return [];
    tried.set(key, now);
    const answer = begin({
      kind: 'deploy-bag',
      pipeline: pipeline.name,
      environment,
      bag,
      cause: 'automatic',
      byRule: true,
      running: lastStarted(records, environment)?.bag ?? null,
      leaveRunning: [],
      override: [],
    });
    return answer.ok
      ? [{ outcome: 'started', bag, why: `Bag ${bag} is next in ${environment}.` }]
      : [{ outcome: 'refused', bag, why: answer.failure.message }];
  }

  async function packNew(pipeline: BagsPipeline): Promise<Told[]> {
    const [first = ''] = pipeline.environments;
    const records = recordsNow(world, pipeline.name);
    const now = world.now().getTime();
    const packing = packingState(records, pipeline.packAutomatically);
    // Once it is switched on again nobody waits for the first look.
    if (!packing.on) {
      packedAt.delete(pipeline.name);
      return [{ outcome: 'waiting', why: packing.why }];
    }
    if (now - (packedAt.get(pipeline.name) ?? 0) < again) return [];
    if (isBusy(world, pipeline.name, first))
      return [{ outcome: 'waiting', why: `Another operation of this console is running in ${first}.` }];
    const autopilot = autopilotState(records, first, autopilotConfigured(pipeline, first));
    if (!autopilot.on) return [{ outcome: 'waiting', why: autopilot.why }];
    packedAt.set(pipeline.name, now);
    const preview = await packPreview(world, pipeline.name, 'published', signal);
    const blocked = preview.services.filter((one) => one.blocked);
    if (blocked.length > 0) {
      const names = blocked.map(({ service }) => service).join(', ');
      return [{ outcome: 'waiting', why: `Not every service has an image that can be packed: ${names}.` }];
    }
    if (!preview.differs) return [{ outcome: 'idle', why: 'There are no new images.' }];
    const answer = begin({
      kind: 'pack-bag',
      pipeline: pipeline.name,
      environment: first,
      source: 'published',
      contents: preview.contents,
      last: preview.last,
      force: false,
      reason: 'A new image appeared.',
    });
    return answer.ok
      ? [{ outcome: 'started', why: 'A new image appeared.' }]
      : [{ outcome: 'refused', why: answer.failure.message }];
  }

  async function runPeriodic(pipeline: BagsPipeline, environment: string, cluster: Cluster): Promise<Told[]> {
    const told: Told[] = [];
    const records = recordsNow(world, pipeline.name);
    const on = autopilotState(records, environment, autopilotConfigured(pipeline, environment)).on;
    if (!on || cluster.view.freshness().state !== 'live') return [];
    for (const suite of stageOf(pipeline, environment).periodic) {
      const name = jobName(suite);
      const period = periodAt(world.now().getTime(), suite.everyMinutes);
      const key = `${pipeline.name}/${environment}/${name}`;
      if (asked.get(key) === period) continue;
      const runs = ownWorkflows(cluster, pipeline.name).filter((one) => one.labels[labels.suite] === name);
      const object = periodicName(pipeline.name, environment, name, suite.template, period);
      asked.set(key, period);
      if (runs.some((one) => one.name === object)) continue;
      if (runs.some(isUnfinished)) {
        told.push({ outcome: 'waiting', suite: name, why: 'Its last run has not ended.' });
        continue;
      }
      const bag = lastStarted(records, environment)?.bag;
      const answer = await cluster.actions.submitWorkflow(
        {
          id: object,
          template: suite.template,
          name: object,
          // `{bag}` is the bag that runs; there is no operation.
          parameters: fillTemplates(suite.parameters, {
            pipeline: pipeline.name,
            environment,
            bag: bag === undefined ? '' : String(bag),
          }),
          labels: { [labels.pipeline]: pipeline.name, [labels.suite]: name },
        },
        signal,
      );
      if (answer.ok)
        told.push({
          outcome: 'started',
          suite: name,
          why:
            suite.everyMinutes === 1
              ? 'It runs every minute.'
              : `It runs every ${suite.everyMinutes} minutes.`,
        });
      // Another console was first.
      else if (answer.failure.code === 'conflict') continue;
      else {
        told.push({ outcome: 'refused', suite: name, why: answer.failure.message });
        // The next look asks again within the period.
        asked.delete(key);
      }
    }
    return told;
  }

  /** Does one thing and notes what was decided; a fault of it is noted, too, and keeps nothing else from being done. */
  async function attempt(
    pipeline: BagsPipeline,
    about: AutopilotDecision['about'],
    environment: string | null,
    work: () => Told[] | Promise<Told[]>,
  ): Promise<void> {
    const note = (told: Told): void =>
      world.decisions.note(pipeline.name, { about, environment, suite: null, bag: null, ...told });
    try {
      for (const told of await work()) note(told);
    } catch (error) {
      if (signal.aborted) return;
      const { code, message } = failureOf(error);
      if (code === 'internal')
        world.log('error', 'autopilot.failed', { pipeline: pipeline.name, about, environment, error });
      note({ outcome: 'failed', why: message });
    }
  }

  async function gatherFacts(): Promise<void> {
    for (const pipeline of bagPipelines(world.estate)) {
      const why = obstacle(pipeline);
      if (why !== null) {
        await attempt(pipeline, 'pipeline', null, () => [{ outcome: 'waiting', why }]);
        continue;
      }
      world.decisions.goOn(pipeline.name);
      await attempt(pipeline, 'pack', null, () => packNew(pipeline));
      for (const environment of pipeline.environments) {
        if (signal.aborted) return;
        await attempt(pipeline, 'deploy', environment, () => deployNext(pipeline, environment));
        const cluster = world.clusters.get(environment);
        if (cluster)
          await attempt(pipeline, 'test', environment, () => runPeriodic(pipeline, environment, cluster));
      }
    }
  }

  const look = (): void => {
    if (looking || signal.aborted) return;
    looking = true;
    inBackground(
      world.log,
      'autopilot.failed',
      gatherFacts().finally(() => {
        looking = false;
      }),
      { signal },
    );
  };
  const timer = setInterval(look, tick);
  timer.unref();
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  return { look };
}
