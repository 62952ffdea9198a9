import type { Estate } from '../../shared/domain/estate/estate';
import { type Failure, FailureError } from '../../shared/domain/failure/failure';
import type { Deployment } from '../../shared/domain/history/deployment';
import { declarationOf } from '../../shared/domain/operation/intent';
import type { Operation } from '../../shared/domain/operation/operation';
import { type ClusterTopic, isHidden } from '../../shared/domain/rollout/cluster-status';
import type { SavedStages, Timeline } from '../../shared/domain/timeline/timeline';
import { assembleTimeline, stagesToKeep } from '../../shared/domain/timeline/timeline-assembly';
import type { TimelineFacts } from '../../shared/domain/timeline/timeline-facts';
import type { ObservationStore } from '../archive/observations';
import type { Engine } from '../engine/engine-types';
import type { History } from '../history/open-history';
import { appsTouched, type Cluster } from '../observation/types';
import { applicationFacts } from './application-facts';
import type { ReleaseRuns } from './release-runs';
import { savedStages } from './saved-stages';

/** Timelines of deployments, those of the past too, and the keeping of what clusters forget. */
export interface Timelines {
  /**
   * The timeline of a deployment.
   * @param commit on the ledger's branch; `null`: the newest deployment of the cell.
   * @throws FailureError `not-found`.
   */
  get(app: string, environment: string, commit: string | null): Promise<Timeline>;
  close(): void;
}

/** How many deployments of a cell are looked through for a commit. */
const searched = 500;
/** Milliseconds within which changes of an app are gathered before its timelines are kept; the rest is kept at the end. */
const gather = 3_000;
/** Where a look found nothing to keep, the next one comes so much later at the earliest: pods can change all the time. */
const pauseAfterNothing = 12_000;

type Of = Pick<Deployment, 'commit' | 'at' | 'author' | 'startedBy' | 'kind' | 'from' | 'to' | 'operationId'>;

/** What a timeline asks of the rest of a session. */
export interface TimelineSources {
  estate: Estate;
  engine: Engine;
  clusters: ReadonlyMap<string, Cluster>;
  history: Pick<History, 'deployments'>;
  observations: Pick<ObservationStore, 'of' | 'keepDeployment' | 'savedDeployment'>;
  /** `null`: the estate names no GitHub of its apps. */
  runs: ReleaseRuns | null;
  /** Told of what could not be kept. */
  onFailure: (failure: Failure) => void;
  /** ISO 8601 UTC. */
  now: () => string;
}

export function createTimelines(sources: TimelineSources): Timelines {
  const { engine, clusters, history, observations } = sources;

  const nextOf = (environment: string): string | null => {
    for (const { environments } of sources.estate.pipelines) {
      const place = environments.indexOf(environment);
      if (place >= 0 && environments[place + 1]) return environments[place + 1] ?? null;
    }
    return null;
  };

  function savedOf(app: string, environment: string, commit: string): SavedStages | null {
    const saved = observations.savedDeployment(app, environment, commit);
    return saved && savedStages(saved);
  }

  function operationOf(
    { operationId }: Of,
    app: string,
    environment: string,
    commit: string,
  ): Operation | null {
    if (operationId !== null) {
      const found = engine.get(operationId);
      return found.ok ? found.value : null;
    }
    return engine.list({ app, environment, limit: 50 }).find((one) => one.commit === commit) ?? null;
  }

  function factsOf(
    app: string,
    environment: string,
    deployment: Of,
    after: { replaced: TimelineFacts['replaced']; promoted: Of | null },
    saved: SavedStages | null,
  ): TimelineFacts {
    const view = clusters.get(environment)?.view;
    const next = nextOf(environment);
    const isKept = (topic: ClusterTopic): boolean =>
      view?.gaps().some((gap) => isHidden(gap) && gap.topics.includes(topic)) ?? false;
    const version = deployment.to;
    const seen = observations
      .of(app, environment)
      .find((one) => one.version === version && (one.what === 'tests-passed' || one.what === 'tests-failed'));
    const held = next && engine.cells([app]).find((one) => one.environment === next)?.hold;
    return {
      now: sources.now(),
      app,
      environment,
      deployment,
      replaced: after.replaced,
      run: sources.runs?.of(app, version, deployment.at) ?? {
        state: 'unknown',
        because: 'The estate file does not configure GitHub for its apps.',
      },
      cluster: view?.freshness() ?? { state: 'absent' },
      hidden: { argo: isKept('applications'), workflows: isKept('workflows') },
      applications: view
        ? view.applicationDetails(app).map((one) => applicationFacts(one, view.hookJobs(app)))
        : [],
      rollouts: view?.rollouts(app) ?? [],
      tests: view?.workflows({ app, version, template: 'post-sync' }) ?? [],
      observedTests:
        seen?.what === 'tests-passed' || seen?.what === 'tests-failed'
          ? { what: seen.what, at: seen.at }
          : null,
      next: next
        ? {
            environment: next,
            deployment: after.promoted && { at: after.promoted.at, kind: after.promoted.kind },
            workflows: clusters.get(next)?.view.workflows({ app, version, template: 'deploy-image' }) ?? [],
            heldBecause: held ? `Automatic deploys of ${app} to ${next} are held.` : null,
          }
        : null,
      operation: operationOf(deployment, app, environment, deployment.commit),
      saved,
    };
  }

  /** The first deployment of the same version in the next environment since this one. */
  const promotedBy = (deployment: Of, there: readonly Of[]): Of | null =>
    there.findLast(({ to, at }) => to === deployment.to && at >= deployment.at) ?? null;

  async function find(
    app: string,
    environment: string,
    commit: string | null,
  ): Promise<{ deployment: Of; replaced: TimelineFacts['replaced'] }> {
    const list = await history.deployments({ app, environment, limit: commit === null ? 1 : searched });
    const place = commit === null ? 0 : list.findIndex((one) => one.commit === commit);
    const deployment = list[place];
    const newer = place > 0 ? list[place - 1] : undefined;
    if (deployment) return { deployment, replaced: newer ? { version: newer.to, at: newer.at } : null };
    // A commit of a moment ago, which the index is still to read.
    const own =
      commit === null
        ? null
        : engine.list({ app, environment, limit: 50 }).find((one) => one.commit === commit);
    const made = own && madeBy(own);
    if (made) return { deployment: made, replaced: null };
    throw new FailureError({
      code: 'not-found',
      message: `No known deployment of ${app} in ${environment}${commit ? ` by commit ${commit.slice(0, 10)}` : ''}.`,
      meaning: 'It is older than the loaded history, or the history is still loading.',
      next: [{ do: 'retry', label: 'Try again' }],
    });
  }

  // What clusters tell of deployments is kept as it comes to an end, whoever looks.
  const waiting = new Map<string, { timer: NodeJS.Timeout; now: () => void }>();
  /** By cell: what is kept of its present deployment, which the file need not be asked for with every change. */
  const known = new Map<string, { commit: string; saved: SavedStages | null; said: string | null }>();
  const foundNothingAt = new Map<string, number>();
  /** @returns whether there was anything new to keep. */
  function keep(app: string, environment: string): boolean {
    const found = engine.app(app);
    const cells = found.ok ? found.value.cells : [];
    const deployment = cells.find((cell) => cell.environment === environment)?.deployed;
    if (!deployment || clusters.get(environment)?.view.freshness().state !== 'live') return false;
    const next = nextOf(environment);
    const there = cells.find((cell) => cell.environment === next)?.deployed ?? null;
    const promoted = there ? promotedBy(deployment, [there]) : null;
    const key = `${environment}/${app}`;
    const { commit } = deployment;
    const before = known.get(key);
    const { saved, said: saidBefore } =
      before?.commit === commit ? before : { saved: savedOf(app, environment, commit), said: null };
    const facts = factsOf(app, environment, deployment, { replaced: null, promoted }, saved);
    const fresh = stagesToKeep(assembleTimeline(facts));
    const said = JSON.stringify(fresh);
    known.set(key, { commit, saved, said });
    if (fresh.length === 0 || saidBefore === said) return false;
    const at = sources.now();
    const others = saved?.stages.filter(({ name }) => !fresh.some((one) => one.name === name)) ?? [];
    const body = JSON.stringify([...others, ...fresh.map((one) => ({ ...one, asOf: at }))]);
    const failure = observations.keepDeployment({ app, environment, commit, at, body });
    if (failure) sources.onFailure(failure);
    known.set(key, { commit, saved: savedOf(app, environment, commit), said });
    return true;
  }
  function keepSoon(app: string, environment: string): void {
    const key = `${environment}/${app}`;
    if (waiting.has(key)) return;
    const now = (): void => {
      waiting.delete(key);
      if (keep(app, environment)) foundNothingAt.delete(key);
      else foundNothingAt.set(key, performance.now());
    };
    const soonest = (foundNothingAt.get(key) ?? Number.NEGATIVE_INFINITY) + pauseAfterNothing;
    waiting.set(key, { timer: setTimeout(now, Math.max(gather, soonest - performance.now())), now });
  }
  const stops = [...clusters].map(([environment, { view }]) =>
    view.onChange((changes) => {
      // What a pod says of itself is in no stage that is kept.
      const telling = changes.filter(({ topic }) => topic !== 'pod');
      for (const app of appsTouched(telling, engine.apps)) keepSoon(app, environment);
    }),
  );

  return {
    async get(app, environment, commit) {
      const { deployment, replaced } = await find(app, environment, commit);
      const next = nextOf(environment);
      const there = next ? await history.deployments({ app, environment: next, limit: searched }) : [];
      const promoted = promotedBy(deployment, there);
      const saved = savedOf(app, environment, deployment.commit);
      return assembleTimeline(factsOf(app, environment, deployment, { replaced, promoted }, saved));
    },
    close() {
      for (const stop of stops) stop();
      for (const { timer, now } of [...waiting.values()]) {
        clearTimeout(timer);
        now();
      }
    },
  };
}

/** The deployment that an operation's commit made, before the history has read it. */
function madeBy({ intent, commit, actor, id, steps, requestedAt }: Operation): Of | null {
  const { deployment: kind } = declarationOf(intent);
  if (commit === null || kind === null || !('expected' in intent)) return null;
  const at = steps.find(({ name }) => name === 'commit')?.finishedAt ?? requestedAt;
  return {
    commit,
    at,
    author: actor,
    kind,
    from: intent.expected,
    to: intent.version,
    operationId: id,
  };
}
