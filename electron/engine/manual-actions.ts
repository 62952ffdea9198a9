import type { ClusterAction } from '../../shared/domain/estate/cluster-access';
import { readOnlyFailure } from '../../shared/domain/estate/read-only';
import { type Failure, FailureError, type Result } from '../../shared/domain/failure/failure';
import { failureOf } from '../../shared/domain/failure/failure-of';
import { titleOf } from '../../shared/domain/operation/intent';
import type { ManualAction } from '../../shared/domain/operation/manual-action';
import type { Operation } from '../../shared/domain/operation/operation';
import type { Cluster } from '../observation/types';

/** Milliseconds for one action: each is a few requests, none of which waits for a controller. */
const patience = 60_000;

/** Where actions are written down; see `history/observations.ts`. */
export interface ActionStore {
  /** Keeps an action; a later one of the same id takes its place. */
  recordAction(action: ManualAction): Failure | null;
  action(id: string): ManualAction | null;
}

/** What is asked for. */
export interface ActionRequest {
  id: string;
  kind: ManualAction['kind'];
  environment: string;
  app: string;
  /** `Application frontend`; two actions on one object never run side by side. */
  object: string;
  /** An open operation of the engine that is in the way, when one is. */
  obstaclesOf?: Operation | null;
  perform: (
    cluster: Cluster,
    signal: AbortSignal,
  ) => Promise<Result<{ text: string; created?: ManualAction['created'] }>>;
}

/** Acts on clusters by hand: each click once, one at a time per object, all of them written down. */
export interface ManualActions {
  /** @throws FailureError: `read-only`, `not-found`, `forbidden`, `busy`, or why the cluster refused. */
  run(request: ActionRequest): Promise<ManualAction>;
}

/** Which permission an action rests on. */
const needs: Record<ManualAction['kind'], ClusterAction> = {
  refresh: 'refresh',
  sync: 'sync',
  'terminate-sync': 'terminate-sync',
  resubmit: 'submit-workflow',
  retry: 'retry-workflow',
  stop: 'stop-workflow',
  terminate: 'stop-workflow',
  suspend: 'resume-workflow',
  resume: 'resume-workflow',
};

const isSame = (done: ManualAction, { kind, environment, object }: ActionRequest): boolean =>
  done.kind === kind && done.environment === environment && done.object === object;

const another = ({ kind, object }: ManualAction): FailureError =>
  new FailureError({
    code: 'invalid-input',
    message: `This request was already used for something else: ${kind} ${object}.`,
    meaning: 'Nothing was done.',
    next: [],
  });

const busy = (message: string, next: Failure['next'] = []): FailureError =>
  new FailureError({ code: 'busy', message, meaning: 'Nothing was requested.', next });

/** After one of these nobody knows whether the request arrived. */
const lostAnswers: ReadonlySet<Failure['code']> = new Set(['timeout', 'unreachable', 'unknown-outcome']);

/**
 * Direct actions are no operations of the engine: each is a handful of requests that the cluster answers at once, and some
 * (terminating a sync, stopping a workflow) are meant for a moment in which an operation holds the cell. What makes
 * them safe: the id of the click (twice is once, also after a lost answer), one action per object at a time, the
 * permission asked first, and an entry that is written before the request and completed after it.
 */
export function createManualActions(options: {
  clusters: ReadonlyMap<string, Cluster>;
  store: ActionStore;
  actor: () => string;
  readOnlyBecause: string | null;
  now: () => Date;
}): ManualActions {
  const { clusters, store } = options;
  const running = new Map<string, { id: string; kind: string; promise: Promise<ManualAction> }>();

  function check(request: ActionRequest): Cluster {
    const { environment, kind } = request;
    if (options.readOnlyBecause !== null) throw new FailureError(readOnlyFailure(options.readOnlyBecause));
    const cluster = clusters.get(environment);
    if (!cluster)
      throw new FailureError({
        code: 'not-found',
        message: `The estate file has no cluster for ${environment}.`,
        meaning: 'Nothing was requested.',
        next: [],
      });
    if (request.obstaclesOf)
      throw busy(`An operation is running there: ${titleOf(request.obstaclesOf.intent)}.`, [
        { do: 'open-operation', label: 'Open it', operationId: request.obstaclesOf.id },
      ]);
    const access = cluster.view.access(needs[kind]);
    if (access.state === 'denied')
      throw new FailureError({
        code: 'forbidden',
        message: `You don’t have permission to do this in ${environment}.`,
        meaning: access.why,
        next: [{ do: 'advice', label: 'Ask the cluster’s administrators for the permission named above.' }],
      });
    return cluster;
  }

  async function perform(request: ActionRequest, cluster: Cluster): Promise<ManualAction> {
    const { id, kind, environment, app, object } = request;
    const entry: ManualAction = {
      id,
      at: options.now().toISOString(),
      actor: options.actor(),
      kind,
      environment,
      app,
      object,
      outcome: 'unknown',
      text: 'Requested; the answer was not saved.',
      created: null,
    };
    const keep = (action: ManualAction): ManualAction => {
      const failure = store.recordAction(action);
      if (failure && action.outcome === 'unknown') throw new FailureError(failure);
      return action;
    };
    keep(entry);
    let failure: Failure;
    try {
      const answer = await request.perform(cluster, AbortSignal.timeout(patience));
      if (answer.ok)
        return keep({
          ...entry,
          outcome: 'done',
          text: answer.value.text,
          created: answer.value.created ?? null,
        });
      failure = answer.failure;
    } catch (error) {
      failure =
        error instanceof DOMException && error.name === 'TimeoutError'
          ? tooLate(environment)
          : failureOf(error);
    }
    const lost = lostAnswers.has(failure.code);
    keep({ ...entry, outcome: lost ? 'unknown' : 'refused', text: `${failure.message} ${failure.meaning}` });
    throw new FailureError(failure);
  }

  return {
    run(request) {
      const key = `${request.environment}/${request.object}`;
      const other = running.get(key);
      if (other?.id === request.id) return other.promise;
      const done = store.action(request.id);
      if (done && !isSame(done, request)) return Promise.reject(another(done));
      if (done?.outcome === 'done') return Promise.resolve(done);
      try {
        const cluster = check(request);
        if (other) throw busy(`Another action on ${request.object} is running: ${other.kind}.`);
        const promise = perform(request, cluster).finally(() => running.delete(key));
        running.set(key, { id: request.id, kind: request.kind, promise });
        return promise;
      } catch (error) {
        return Promise.reject(error);
      }
    },
  };
}

const tooLate = (environment: string): Failure => ({
  code: 'timeout',
  message: `The cluster of ${environment} did not answer within ${patience / 1000} s.`,
  meaning: 'It may have been done anyway.',
  next: [
    { do: 'retry', label: 'Try again' },
    { do: 'advice', label: 'Trying again here does it once, even if it was done the first time.' },
  ],
});
