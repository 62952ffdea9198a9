import { isDeepStrictEqual } from 'node:util';
import { startOperations } from './argo-operations';
import { compare, comparedWithSpec, type SyncTarget, statusAfter, targetOf, workloadsOf } from './comparison';
import { type ControllerContext, later, nowOf } from './controller-context';
import { stableJson } from './generated-names';
import type { Application, ApplicationStatus, Deployment, Job, Operation, Pod } from './kubernetes-shapes';
import { appsNamespace, argoNamespace, parentName } from './render';
import { untilAborted } from './subscriptions';
import { blockedByWindow } from './sync-windows';
import { WorkQueue } from './work-queue';

/** Clients ask for a comparison by this annotation; it goes away when the comparison is stored. */
const refreshAnnotation = 'argocd.argoproj.io/refresh';

/** Practice seconds between two polls: 120 and up to 60 of jitter, Argo CD's defaults. */
const pollSeconds = () => 120 + Math.random() * 60;
/** Practice seconds until a refresh that met a repo error is tried again; its annotation stays until then. */
const repoErrorRetrySeconds = 10;
/** Practice seconds before drift is healed (`--self-heal-timeout-seconds`). */
const selfHealSeconds = 5;

export interface ArgoCd {
  /** Asks for a comparison against the newest commit, as the refresh annotation does. */
  refresh(application: string): void;
  /** Stops the controller as if scaled to nothing, or starts it again: what is asked of it meanwhile stands. */
  stop(on: boolean): void;
}

/**
 * Argo CD's application controller: compares, keeps the status, syncs by itself what is out of sync, and runs the
 * operations that clients ask for (see docs/argo.md, "Argo CD").
 */
export function startArgoCd(
  context: ControllerContext,
  onError: (key: string, error: unknown) => void,
): ArgoCd {
  const { store, clock, signal } = context;
  /** Applications to be compared against the newest commit. */
  const wantLatest = new Set<string>();
  /** Applications whose live resources changed: to be compared with the revision known already. */
  const wantRecent = new Set<string>();
  /** The parent's target at its last comparison, so that a change of a child needs no repo. */
  let parentTarget: { revision: string; target: SyncTarget } | undefined;
  const healing = new Set<string>();
  /** Applications whose refresh met a repo error and will be tried again. */
  const retrying = new Set<string>();
  let headUnderWay: Promise<string> | undefined;

  const queue = new WorkQueue({ clock, signal, onError, reconcile });
  const operations = startOperations(context, { head, requestRefresh, onError });

  const unsubscribes = [
    store.subscribe<Application>(
      'Application',
      ({ type, object, previous }) => {
        const { name } = object.metadata;
        if (type === 'DELETED') {
          deleteCascade(name);
        } else {
          queue.add(name);
          if (object.operation) operations.add(name);
        }
        const changed = (part: (app: Application) => unknown) =>
          previous === undefined || !isDeepStrictEqual(part(previous), part(object));
        if (
          name !== parentName &&
          (changed((app) => app.spec) || changed((app) => app.metadata.annotations))
        ) {
          touch(parentName);
        }
      },
      { replay: true },
    ),
    store.subscribe<Deployment>('Deployment', ({ object }) => {
      const tracked = object.metadata.annotations?.['argocd.argoproj.io/tracking-id']?.split(':')[0];
      if (tracked) touch(tracked);
    }),
    store.subscribe<Pod>('Pod', ({ type, object }) => {
      // Only for `summary.images`: pods that come and go.
      const instance = object.metadata.labels?.['app.kubernetes.io/instance'];
      if (instance && type !== 'MODIFIED') touch(instance);
    }),
    store.subscribe<Job>('Job', ({ object }) => {
      const tracked = object.metadata.annotations?.['argocd.argoproj.io/tracking-id']?.split(':')[0];
      if (!tracked) return;
      operations.add(tracked);
      // Hooks are among the Application's resources.
      touch(tracked);
    }),
    store.subscribe('AppProject', () => {
      for (const app of applications()) {
        if (app.operation) operations.add(app.metadata.name);
        else touch(app.metadata.name);
      }
    }),
  ];
  untilAborted(signal, unsubscribes);
  poll();

  function applications(): Application[] {
    return store.list<Application>('Application', { namespace: argoNamespace });
  }

  function poll(): void {
    later(context, pollSeconds(), () => {
      for (const app of applications()) requestRefresh(app.metadata.name);
      poll();
    });
  }

  function requestRefresh(name: string): void {
    wantLatest.add(name);
    queue.add(name);
  }

  function touch(name: string): void {
    wantRecent.add(name);
    queue.add(name);
  }

  /** The newest commit; Applications that ask at the same time share one question to the repo. */
  function head(): Promise<string> {
    headUnderWay ??= context.repo.head().finally(() => {
      headUnderWay = undefined;
    });
    return headUnderWay;
  }

  async function reconcile(name: string): Promise<void> {
    const app = store.get<Application>('Application', argoNamespace, name);
    if (!app) return;
    const annotation = app.metadata.annotations?.[refreshAnnotation];
    const asked = annotation !== undefined && !retrying.has(name);
    const latest = asked || !comparedWithSpec(app) || wantLatest.has(name);
    const recent = wantRecent.has(name);
    if (!latest && !recent) return;
    wantLatest.delete(name);
    wantRecent.delete(name);

    let revision: string;
    let target: SyncTarget;
    try {
      if (latest) {
        revision = await head();
        target = await targetOf(context, app, revision);
        if (target.kind === 'children') parentTarget = { revision, target };
      } else {
        const known = name === parentName ? parentTarget : undefined;
        revision = known?.revision ?? app.status?.sync.revision ?? '';
        if (name === parentName && !known) {
          requestRefresh(name);
          return;
        }
        target = known?.target ?? workloadsOf(app);
      }
    } catch (error) {
      if (signal.aborted) return;
      storeError(name, error);
      if (asked) {
        retrying.add(name);
        later(context, repoErrorRetrySeconds, () => {
          retrying.delete(name);
          queue.add(name);
        });
      }
      return;
    }
    const now = store.get<Application>('Application', argoNamespace, name);
    if (!now || signal.aborted) return;
    if (stableJson(now.spec) !== stableJson(app.spec)) {
      // The spec changed while the repo was read: what was read is of no use.
      requestRefresh(name);
      return;
    }
    // A comparison without a newer commit says nothing new while the last one failed.
    if (!latest && now.status?.conditions?.some((condition) => condition.type === 'ComparisonError')) return;
    const comparison = compare(context, now, target);
    const stored = store.modify<Application>('Application', argoNamespace, name, (draft) => {
      draft.status = statusAfter(context, draft, comparison, revision, latest);
      if (annotation !== undefined && draft.metadata.annotations) {
        delete draft.metadata.annotations[refreshAnnotation];
      }
    });
    autoSync(stored, revision);
  }

  /** What Argo CD says when it can't make a comparison. The refresh annotation stays, `reconciledAt` too. */
  function storeError(name: string, error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    if (!store.get('Application', argoNamespace, name)) return;
    store.modify<Application>('Application', argoNamespace, name, (draft) => {
      const message = `Failed to load target state: failed to generate manifest for source 1 of 1: rpc error: code = Unknown desc = ${text}`;
      const others = (draft.status?.conditions ?? []).filter((one) => one.type !== 'ComparisonError');
      const known = draft.status?.conditions?.find(
        (one) => one.type === 'ComparisonError' && one.message === message,
      );
      const status: ApplicationStatus = draft.status ?? {
        sync: { status: 'Unknown' },
        health: { status: 'Unknown' },
      };
      draft.status = {
        ...status,
        sync: {
          ...status.sync,
          status: 'Unknown',
          comparedTo: { source: draft.spec.source, destination: draft.spec.destination },
        },
        conditions: [
          ...others,
          known ?? { type: 'ComparisonError', message, lastTransitionTime: nowOf(context) },
        ],
      };
    });
  }

  /** Starts a sync where the policy is automated and the Application is out of sync (Argo CD's `autoSync`). */
  function autoSync(app: Application, revision: string): void {
    const { name } = app.metadata;
    const { automated, syncOptions, retry } = app.spec.syncPolicy ?? {};
    // `IsAutomatedSyncEnabled` (argo-cd pkg/apis/application/v1alpha1/types.go).
    if (!automated || automated.enabled === false || app.operation) return;
    if (app.status?.sync.status !== 'OutOfSync') {
      setSyncError(name, undefined);
      return;
    }
    if (blockedByWindow(context, app, false)) return;
    const outOfSync = app.status.resources?.filter((resource) => resource.status === 'OutOfSync') ?? [];
    const last = app.status.operationState;
    const attempted =
      last?.syncResult?.revision === revision &&
      stableJson(last.syncResult.source) === stableJson(app.spec.source);
    const operation: Operation = {
      initiatedBy: { automated: true },
      sync: {
        source: app.spec.source,
        revision,
        ...(automated.prune ? { prune: true } : {}),
        ...(syncOptions ? { syncOptions } : {}),
      },
      ...(retry ? { retry } : { retry: { limit: 5 } }),
    };
    if (attempted) {
      if (last.phase === 'Failed' || last.phase === 'Error') {
        setSyncError(name, `Failed last sync attempt to [${revision}]: ${last.message ?? ''}`);
        return;
      }
      if (!automated.selfHeal) return;
      if (!healing.has(name)) {
        healing.add(name);
        later(context, selfHealSeconds, () => {
          healing.delete(name);
          const now = store.get<Application>('Application', argoNamespace, name);
          if (!now || now.operation || now.status?.sync.status !== 'OutOfSync') return;
          const drifted = now.status.resources?.filter((resource) => resource.status === 'OutOfSync') ?? [];
          startOperation(name, {
            ...operation,
            sync: {
              ...operation.sync,
              revision: now.status.sync.revision,
              resources: drifted.map(({ group, kind, name: resource }) => ({ group, kind, name: resource })),
            },
          });
        });
      }
      return;
    }
    if (outOfSync.length > 0) startOperation(name, operation);
  }

  function startOperation(name: string, operation: Operation): void {
    store.modify<Application>('Application', argoNamespace, name, (draft) => {
      draft.operation = operation;
    });
  }

  function setSyncError(name: string, message: string | undefined): void {
    store.modify<Application>('Application', argoNamespace, name, (draft) => {
      if (!draft.status) return;
      const conditions = draft.status.conditions ?? [];
      const known = conditions.find((one) => one.type === 'SyncError');
      if (known?.message === message) return;
      draft.status.conditions = conditions.filter((one) => one.type !== 'SyncError');
      if (message !== undefined) {
        draft.status.conditions.push({ type: 'SyncError', message, lastTransitionTime: nowOf(context) });
      }
    });
  }

  /** The finalizer `resources-finalizer.argocd.argoproj.io`: what an Application tracked goes with it. */
  function deleteCascade(name: string): void {
    for (const kind of ['Deployment', 'Job'] as const) {
      for (const object of store.list(kind, { namespace: appsNamespace })) {
        const tracking = object.metadata.annotations?.['argocd.argoproj.io/tracking-id'];
        if (tracking?.startsWith(`${name}:`)) store.delete(kind, appsNamespace, object.metadata.name);
      }
    }
  }

  return {
    refresh: requestRefresh,
    stop: (on) => {
      queue.pause(on);
      operations.pause(on);
      // A controller that starts compares everything.
      if (!on) for (const app of applications()) requestRefresh(app.metadata.name);
    },
  };
}
