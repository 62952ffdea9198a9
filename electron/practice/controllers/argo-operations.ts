import { applyManifests } from './apply';
import { workloadsOf } from './comparison';
import { type ControllerContext, later, nowOf } from './controller-context';
import type {
  Application,
  Operation,
  OperationPhase,
  OperationState,
  ResourceResult,
} from './kubernetes-shapes';
import { argoNamespace, parentName } from './render';
import { deleteRunningHook, hookFailedMessage, stepMigration, writeOperationState } from './sync-hooks';
import { blockedByWindow, goDurationSeconds } from './sync-windows';
import { WorkQueue } from './work-queue';

/** Practice seconds that applying manifests takes. */
const applySeconds = 1;
/** Practice seconds until a sync that a window blocks is looked at again. */
const windowRecheckSeconds = 10;
/** Entries kept in `status.history` (`spec.revisionHistoryLimit`'s default). */
const historyLimit = 10;

export interface OperationsOptions {
  /** The newest commit of the release repo. */
  head: () => Promise<string>;
  /** Asks for a comparison when an operation has ended. */
  requestRefresh: (application: string) => void;
  onError: (key: string, error: unknown) => void;
}

/**
 * Takes over what clients and auto-sync write into `.operation`, and keeps `status.operationState` until the end.
 * All state is in the object, so a controller that starts again goes on where the last one stopped.
 * While an operation runs, what it does is `status.operationState.operation`: an `.operation` that was
 * overwritten meanwhile is taken away with it and never runs (docs/argo.md, "Sync").
 */
export function startOperations(context: ControllerContext, options: OperationsOptions): WorkQueue {
  const { store, clock, signal } = context;
  /** Applications whose next attempt waits for its back-off. */
  const backingOff = new Set<string>();
  const queue = new WorkQueue({ clock, signal, onError: options.onError, reconcile });
  return queue;

  function read(name: string): Application | undefined {
    return store.get<Application>('Application', argoNamespace, name);
  }

  function writeState(name: string, change: (state: OperationState) => void): void {
    writeOperationState(context, name, change);
  }

  async function reconcile(name: string): Promise<void> {
    const app = read(name);
    if (!app?.operation) return;
    let state = app.status?.operationState;
    if (!state || isOver(state.phase)) {
      state = begin(name, app.operation);
    } else if (state.phase === 'Terminating') {
      terminate(name, app);
      return;
    } else if (state.finishedAt) {
      if (backingOff.has(name)) return;
      writeState(name, (draft) => {
        draft.message = `Retrying operation. Attempt #${draft.retryCount}`;
        delete draft.finishedAt;
        delete draft.syncResult;
      });
    }
    await attempt(name, state);
  }

  function begin(name: string, operation: Operation): OperationState {
    const state: OperationState = {
      operation,
      phase: 'Running',
      message: 'waiting to start',
      startedAt: nowOf(context),
    };
    store.modify<Application>('Application', argoNamespace, name, (draft) => {
      draft.status = {
        sync: { status: 'Unknown' },
        health: { status: 'Unknown' },
        ...draft.status,
        operationState: state,
      };
    });
    return state;
  }

  async function attempt(name: string, { operation }: OperationState): Promise<void> {
    const found = read(name);
    if (!found) return;
    const sync = operation.sync ?? {};
    // What it began with, through its hooks; then what the operation names, and else the spec of this moment
    // (argo-cd controller/sync.go, `newSyncOperationResult`).
    const source = found.status?.operationState?.syncResult?.source ?? sync.source ?? found.spec.source;
    const app: Application = { ...found, spec: { ...found.spec, source } };
    if (blockedByWindow(context, app, !operation.initiatedBy?.automated)) {
      writeState(name, (draft) => {
        draft.message = 'Sync operation blocked by sync window';
      });
      queue.addAfter(name, windowRecheckSeconds);
      return;
    }

    let revision = app.status?.operationState?.syncResult?.revision;
    if (revision === undefined) {
      try {
        revision = isCommit(sync.revision) ? sync.revision : await options.head();
      } catch (error) {
        if (signal.aborted) return;
        finish(name, 'Error', `ComparisonError: ${messageOf(error)}`);
        return;
      }
      const resolved = revision;
      writeState(name, (draft) => {
        draft.syncResult = { revision: resolved, source: app.spec.source, resources: [] };
      });
    }
    if (stopped(name)) return;

    const partial = (sync.resources?.length ?? 0) > 0;
    if (name !== parentName && !partial && !sync.dryRun && !sync.syncStrategy?.apply) {
      const target = renderWorkloads(app);
      if (target instanceof Error) {
        finish(name, 'Error', `ComparisonError: ${target.message}`);
        return;
      }
      const hook = target.migration ? stepMigration(context, name, target.migration) : 'complete';
      if (hook === 'failed') finish(name, 'Failed', hookFailedMessage);
      // While it runs, the Job's events bring the operation back here.
      if (hook !== 'complete') return;
    }
    writeState(name, (draft) => {
      draft.message = 'one or more tasks are running';
    });
    await clock.wait(applySeconds, signal);
    if (stopped(name)) return;

    let results: ResourceResult[];
    try {
      results = await applyManifests(context, name, source, revision, sync);
    } catch (error) {
      if (signal.aborted) return;
      finish(name, 'Error', `ComparisonError: ${messageOf(error)}`);
      return;
    }
    if (stopped(name)) return;
    finish(name, 'Succeeded', 'successfully synced (all tasks run)', results, !partial && !sync.dryRun);
  }

  /** Whether the operation was terminated or its Application went away during a wait. */
  function stopped(name: string): boolean {
    if (signal.aborted) return true;
    const app = read(name);
    if (!app) return true;
    if (app.status?.operationState?.phase === 'Terminating') {
      terminate(name, app);
      return true;
    }
    return false;
  }

  function renderWorkloads(app: Application) {
    try {
      const target = workloadsOf(app);
      if (target.kind === 'workloads') return target.manifests;
      return new Error('a child renders workloads');
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  /** Deletes the running hook, then ends the operation as failed; not while a window blocks it (as `SyncAppState`). */
  function terminate(name: string, app: Application): void {
    if (blockedByWindow(context, app, !app.status?.operationState?.operation.initiatedBy?.automated)) {
      queue.addAfter(name, windowRecheckSeconds);
      return;
    }
    deleteRunningHook(context, app);
    finish(name, 'Failed', 'Operation terminated');
  }

  function finish(
    name: string,
    phase: 'Succeeded' | 'Failed' | 'Error',
    message: string,
    results: readonly ResourceResult[] = [],
    full = false,
  ): void {
    const now = nowOf(context);
    let retryIn: number | null = null;
    store.modify<Application>('Application', argoNamespace, name, (draft) => {
      const state = draft.status?.operationState;
      if (!draft.status || !state) return;
      const { retry } = state.operation;
      const retried = state.retryCount ?? 0;
      const terminated = state.phase === 'Terminating';
      if (state.syncResult) {
        state.syncResult.resources = [...(state.syncResult.resources ?? []), ...results];
      }
      state.finishedAt = now;
      if (phase !== 'Succeeded' && !terminated && retried < (retry?.limit ?? 0)) {
        retryIn = backoffSeconds(retry, retried);
        state.retryCount = retried + 1;
        state.phase = 'Running';
        const at = new Date(Date.parse(now) + retryIn * 1000);
        state.message = `${message}. Retrying attempt #${retried + 1} at ${kitchen(at)}.`;
        return;
      }
      state.phase = phase;
      state.message =
        retried > 0 && phase !== 'Succeeded' ? `${message} (retried ${retried} times).` : message;
      delete draft.operation;
      if (phase === 'Succeeded' && full && state.syncResult) {
        const history = draft.status.history ?? [];
        history.push({
          id: (history.at(-1)?.id ?? -1) + 1,
          revision: state.syncResult.revision,
          deployStartedAt: state.startedAt,
          deployedAt: now,
          source: state.syncResult.source,
          initiatedBy: state.operation.initiatedBy ?? {},
        });
        draft.status.history = history.slice(-historyLimit);
      }
      // The Deployment has a newer generation now: the health of before must not pass for that of this sync.
      if (phase === 'Succeeded' && results.some((one) => one.kind === 'Deployment' && changed(one))) {
        draft.status.health = { status: 'Progressing', lastTransitionTime: now };
      }
    });
    if (retryIn !== null) {
      backingOff.add(name);
      later(context, retryIn, () => {
        backingOff.delete(name);
        queue.add(name);
      });
      return;
    }
    options.requestRefresh(name);
  }
}

const isOver = (phase: OperationPhase) => phase === 'Succeeded' || phase === 'Failed' || phase === 'Error';
const isCommit = (revision: string | undefined): revision is string =>
  revision !== undefined && /^[0-9a-f]{40}$/.test(revision);
const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
const changed = (one: ResourceResult) => !one.message?.endsWith('unchanged');

/** As Go's `time.Kitchen` writes a time: `3:04PM`. */
const kitchen = (at: Date): string =>
  `${at.getUTCHours() % 12 || 12}:${String(at.getUTCMinutes()).padStart(2, '0')}${at.getUTCHours() < 12 ? 'AM' : 'PM'}`;

/** The wait before attempt `retried + 1`; 5 s, doubling, up to three minutes unless the operation says otherwise. */
function backoffSeconds(retry: Operation['retry'], retried: number): number {
  const first = goDurationSeconds(retry?.backoff?.duration ?? '5s') ?? 5;
  const most = goDurationSeconds(retry?.backoff?.maxDuration ?? '3m') ?? 180;
  return Math.min(most, first * (retry?.backoff?.factor ?? 2) ** retried);
}
