import type {
  ApplicationDetail,
  ApplicationOperation,
  ApplicationResource,
} from '../../../shared/domain/rollout/application-detail';
import {
  type ApplicationObject,
  initiatorOf,
  type ManifestSources,
  type OperationObject,
  type OperationStateObject,
  revisionsOf,
} from './application-object';
import { isOfSource, versionOfSync } from './synced-version';

/** Who asked, where Argo CD's own server was asked: `initiatedBy` is its account then, which several may share. */
export const actorInfoName = 'signalbox-actor';
/** The name under which an operation's id stands in `operation.info`. */
export const operationInfoName = 'signalbox-operation';

/** What an Application object itself tells, beyond what the board shows. Live objects and sync windows are added later. */
export type ApplicationOwnDetail = Omit<
  ApplicationDetail,
  | 'name'
  | 'version'
  | 'automaticDeploysEnabled'
  | 'promoteDeployment'
  | 'postSyncWorkflowEnabled'
  | 'sync'
  | 'health'
  | 'operation'
  | 'images'
  | 'windows'
  | 'comparedWithOlderSpec'
  | 'refreshSeenAt'
  | 'app'
>;

/** Kinds that have no health in Argo CD (no check in gitops-engine `pkg/health`, no script in `resource_customizations`). */
const withoutHealth = new Set([
  '/ConfigMap',
  '/Secret',
  '/ServiceAccount',
  '/Namespace',
  '/LimitRange',
  '/ResourceQuota',
  'rbac.authorization.k8s.io/Role',
  'rbac.authorization.k8s.io/RoleBinding',
  'rbac.authorization.k8s.io/ClusterRole',
  'rbac.authorization.k8s.io/ClusterRoleBinding',
  'networking.k8s.io/NetworkPolicy',
  'scheduling.k8s.io/PriorityClass',
  // Since 1.8 not assessed unless configured: a child may be broken while its parent is Healthy.
  'argoproj.io/Application',
  'argoproj.io/AppProject',
]);

const none = (value: string | null | undefined): string | null => value || null;

export const operationIdOf = (operation: OperationObject | null | undefined): string | null =>
  operation?.info.find(({ name }) => name === operationInfoName)?.value ?? null;

/** Who asked for an operation, for people; `null`: it does not say. */
export const actorOf = (operation: OperationObject | null | undefined): string | null =>
  operation?.info.find(({ name }) => name === actorInfoName)?.value || initiatorOf(operation?.initiatedBy);

/** What Argo CD writes while a window keeps a sync waiting (controller/sync.go). */
const blockedMessage = /^Sync operation blocked by sync window/;

function stateOf(state: OperationStateObject): ApplicationOperation['state'] {
  if (state.phase === 'Terminating') return 'terminating';
  if (state.phase !== 'Running') return 'ended';
  if (state.finishedAt) return 'waiting-to-retry';
  return blockedMessage.test(state.message ?? '') ? 'blocked' : 'running';
}

/**
 * The version that an operation syncs. While it runs, its result holds its source; an attempt that has not begun takes
 * the operation's own source, or else the spec's (controller/sync.go, `newSyncOperationResult`).
 */
function syncedVersionOf(
  { metadata, spec }: ApplicationObject,
  asked: OperationObject | null | undefined,
  result: ManifestSources | null | undefined,
): { version: string | null; isVersionNamed: boolean } {
  if (!spec) return { version: null, isVersionNamed: false };
  const isGiven = (place: ManifestSources | null | undefined): place is ManifestSources =>
    Boolean(place && (place.source || place.sources.length > 0));
  const own = asked?.sync;
  const place = isGiven(result)
    ? result
    : own && (own.source || own.sources.length > 0)
      ? { source: own.source, sources: own.sources }
      : spec;
  const version = metadata.annotations?.imageTag ?? null;
  const named = versionOfSync(spec, version, place);
  if (named !== null) return { version: named, isVersionNamed: true };
  return { version: isOfSource(spec, place) === true ? version : null, isVersionNamed: false };
}

/** The operation in `.operation` that nobody took over yet, else what `status.operationState` tells. */
function currentOperation(object: ApplicationObject): ApplicationOperation | null {
  const { operation, status } = object;
  const state = status?.operationState;
  const isOver = !state || !['Running', 'Terminating'].includes(state.phase);
  const asked = operation && isOver ? operation : null;
  const described = asked ?? state?.operation;
  if (!asked && !state) return null;
  const from = asked ? null : state;
  const results = (from?.syncResult?.resources ?? []).map((one) => ({
    group: one.group ?? '',
    kind: one.kind,
    namespace: none(one.namespace),
    name: one.name,
    status: none(one.status),
    message: none(one.message),
    hookType: none(one.hookType),
    hookPhase: none(one.hookPhase),
    syncPhase: none(one.syncPhase),
  }));
  const hook = results.find((one) => one.hookType !== null && one.hookPhase === 'Running');
  const resulting = revisionsOf(from?.syncResult);
  return {
    state: from ? stateOf(from) : 'requested',
    phase: from?.phase ?? null,
    message: none(from?.message),
    startedAt: none(from?.startedAt),
    finishedAt: none(from?.finishedAt),
    retryCount: from?.retryCount ?? 0,
    retryLimit: described?.retry?.limit ?? null,
    initiatedBy: actorOf(described),
    automated: described?.initiatedBy?.automated ?? false,
    operationId: operationIdOf(described),
    info: described?.info.filter(({ name }) => name !== actorInfoName) ?? [],
    revisions: resulting.length > 0 ? resulting : revisionsOf(described?.sync),
    ...syncedVersionOf(object, described, from?.syncResult),
    prune: described?.sync?.prune ?? false,
    dryRun: described?.sync?.dryRun ?? false,
    partial: (described?.sync?.resources.length ?? 0) > 0,
    syncOptions: described?.sync?.syncOptions ?? [],
    runningHook: hook
      ? {
          phase: hook.syncPhase ?? hook.hookType ?? '',
          kind: hook.kind,
          namespace: hook.namespace,
          name: hook.name,
        }
      : null,
    results,
  };
}

/** Reads the details of an Application object. */
export function readDetail(object: ApplicationObject): ApplicationOwnDetail {
  const { metadata, spec, status } = object;
  const sources = spec?.sources.length ? spec.sources : spec?.source ? [spec.source] : [];
  const automated = spec?.syncPolicy?.automated;
  return {
    namespace: metadata.namespace,
    project: spec?.project || 'default',
    sources: sources.map((one) => ({
      repoUrl: one.repoURL,
      path: none(one.path),
      chart: none(one.chart),
      targetRevision: none(one.targetRevision),
      ref: none(one.ref),
    })),
    destination: {
      server: none(spec?.destination?.server),
      name: none(spec?.destination?.name),
      namespace: none(spec?.destination?.namespace),
    },
    revisions: revisionsOf(status?.sync),
    refreshPending: metadata.annotations?.['argocd.argoproj.io/refresh'] !== undefined,
    reconciledAt: none(status?.reconciledAt),
    healthMessage: none(status?.health?.message),
    healthSince: none(status?.health?.lastTransitionTime),
    conditions: (status?.conditions ?? []).map(({ type, message, lastTransitionTime }) => ({
      type,
      message,
      since: none(lastTransitionTime),
      severity: type.endsWith('Error') ? 'error' : type.endsWith('Warning') ? 'warning' : 'info',
    })),
    resources: (status?.resources ?? []).map((one): ApplicationResource => {
      const group = one.group ?? '';
      const { health } = one;
      return {
        group,
        kind: one.kind,
        namespace: none(one.namespace),
        name: one.name,
        sync: one.status ?? null,
        health: health
          ? { status: health.status, message: none(health.message), from: 'argo' }
          : {
              status: null,
              message: null,
              from: withoutHealth.has(`${group}/${one.kind}`) ? 'none' : 'unknown',
            },
        hook: one.hook ?? false,
        requiresPruning: (one.requiresPruning ?? false) && !one.hook,
      };
    }),
    currentOperation: currentOperation(object),
    history: (status?.history ?? [])
      .map((one) => ({
        id: one.id,
        revisions: revisionsOf(one),
        deployStartedAt: none(one.deployStartedAt),
        deployedAt: none(one.deployedAt),
        initiatedBy: initiatorOf(one.initiatedBy),
      }))
      .reverse(),
    autoSync: {
      // Argo CD 3.1 and newer: `automated.enabled: false` switches it off without losing its settings.
      enabled: automated !== null && automated !== undefined && automated.enabled !== false,
      prune: automated?.prune ?? false,
      selfHeal: automated?.selfHeal ?? false,
      allowEmpty: automated?.allowEmpty ?? false,
      syncOptions: spec?.syncPolicy?.syncOptions ?? [],
      retryLimit: spec?.syncPolicy?.retry?.limit ?? null,
    },
    hydrated: spec?.sourceHydrator !== undefined && spec.sourceHydrator !== null,
    deletingSince: none(metadata.deletionTimestamp),
  };
}
