import { createHash } from 'node:crypto';
import type { Application } from '../../../shared/domain/board/board';
import { type OnOdd, readObjectOrNull } from '../read-object';
import { applicationObjectSchema, type ManifestSources } from './application-object';
import { noteAnnotation } from './automatic-sync';
import { type ApplicationOwnDetail, operationIdOf, readDetail } from './read-application-detail';
import { isOfSource, sourcesOf } from './synced-version';

export const refreshAnnotation = 'argocd.argoproj.io/refresh';

/** An Application as it is kept in memory: what the board shows, and what the engine decides by. */
export interface ArgoApplication {
  name: string;
  namespace: string;
  /** Of the object as it was read; `null` when it carried none. */
  resourceVersion: string | null;
  /** Annotation `repoName`: the app that it belongs to; its own name when it isn't annotated. */
  repoName: string;
  shown: Application;
  detail: ApplicationOwnDetail;
  /** The refresh annotation is still there: the comparison is not stored yet. */
  refreshPending: boolean;
  /** `.operation` is set: a sync was asked for and is not taken over or finished yet. */
  operationRequested: boolean;
  /** Operation id in `operationState.operation.info`. */
  syncedBy: string | null;
  reconciledAt: string | null;
  /** What Signalbox left when it switched automatic sync off; `null`: nothing. */
  syncOffNote: string | null;
  /** Annotation `slackChannel`: where its team wants to hear of it, as it is written; `null`: it names none. */
  slackChannel: string | null;
  /**
   * The spec names another source than the last comparison was made with: `shown.sync` is `Unknown` then. `told` is what
   * Argo CD says, `fingerprint` tells one such spec from another.
   */
  olderSpec: { told: Application['sync']; fingerprint: string } | null;
}

const flag = (value: string | undefined): boolean | null =>
  value === 'true' ? true : value === 'false' ? false : null;

/**
 * Whether the last comparison was made with another source than the spec names by now: the test by which Argo CD
 * itself decides that a comparison is needed (`controller/appcontroller.go`, `needRefreshAppStatus`). Between the
 * parent's change of the spec and that comparison, the status still speaks of the version before.
 */
function isOfAnotherSource(
  spec: ManifestSources | null | undefined,
  comparedTo: ManifestSources | null | undefined,
): spec is ManifestSources {
  return isOfSource(spec, comparedTo) === false;
}

/**
 * Reads an Application object.
 * @returns `null` when it is not one that can be read (no name): such an object is left out rather than guessed at.
 */
export function readApplication(object: unknown, onOdd?: OnOdd): ArgoApplication | null {
  const read = readObjectOrNull(applicationObjectSchema, object, onOdd);
  if (!read) return null;
  const { metadata, spec, status, operation } = read;
  const annotations = metadata.annotations ?? {};
  const state = status?.operationState;
  const told = status?.sync?.status ?? 'Unknown';
  const isOlder = isOfAnotherSource(spec, status?.sync?.comparedTo);
  const detail = readDetail(read);
  return {
    name: metadata.name,
    namespace: metadata.namespace,
    resourceVersion: metadata.resourceVersion ?? null,
    repoName: annotations.repoName ?? metadata.name,
    refreshPending: annotations[refreshAnnotation] !== undefined,
    operationRequested: operation !== undefined && operation !== null,
    syncedBy: operationIdOf(state?.operation),
    reconciledAt: status?.reconciledAt ?? null,
    syncOffNote: annotations[noteAnnotation] ?? null,
    slackChannel: annotations.slackChannel ?? null,
    olderSpec: isOlder ? { told, fingerprint: fingerprintOf(spec) } : null,
    detail,
    shown: {
      name: metadata.name,
      version: annotations.imageTag ?? null,
      automaticDeploysEnabled: flag(annotations.automaticDeploysEnabled),
      promoteDeployment: flag(annotations.promoteDeployment),
      postSyncWorkflowEnabled: flag(annotations.postSyncWorkflowEnabled),
      sync: isOlder ? 'Unknown' : told,
      health: status?.health?.status ?? 'Unknown',
      operation: state
        ? {
            phase: state.phase,
            message: state.message ?? null,
            startedAt: state.startedAt ?? null,
            finishedAt: state.finishedAt ?? null,
            ofSpec: isOfSource(spec, state.syncResult),
          }
        : null,
      comparedAt: status?.reconciledAt ?? null,
      conditions: detail.conditions.map(({ type, message, since }) => ({ type, message, since })),
      images: status?.summary?.images ?? [],
    },
  };
}

function fingerprintOf(spec: ManifestSources): string {
  return createHash('sha256')
    .update(JSON.stringify(sourcesOf(spec)) ?? '')
    .digest('hex')
    .slice(0, 16);
}

/**
 * Believes Argo CD where our own test of the source would never come to rest. `reconciledAt` moves only when a comparison
 * against the newest commit was stored; one that was under way while the spec changed may still speak of the old one, a
 * second one cannot. So a spec that still looks different after two of them only looks so to us.
 * @param seen how often `reconciledAt` moved under each fingerprint; kept by the caller.
 */
export function settleOlderSpec(
  application: ArgoApplication,
  seen: Map<string, { fingerprint: string; reconciledAt: string | null; moves: number }>,
): ArgoApplication {
  const { name, namespace, olderSpec, reconciledAt } = application;
  const key = `${namespace}/${name}`;
  if (!olderSpec) {
    seen.delete(key);
    return application;
  }
  const known = seen.get(key);
  const same = known?.fingerprint === olderSpec.fingerprint ? known : null;
  const moves = same ? same.moves + Number(reconciledAt !== same.reconciledAt) : 0;
  seen.set(key, { fingerprint: olderSpec.fingerprint, reconciledAt, moves });
  if (moves < 2) return application;
  return { ...application, olderSpec: null, shown: { ...application.shown, sync: olderSpec.told } };
}
