import { fail, ok, type Result } from '../../shared/domain/failure/failure';
import { readApplication, refreshAnnotation } from '../systems/argo/application';
import { actorInfoName, operationInfoName } from '../systems/argo/read-application-detail';
import {
  type ApplicationRef,
  change,
  getApplication,
  listApplications,
  refreshApplication,
} from '../systems/argo/server/argo-cd-requests';
import { resourceOf, syncWrite, terminateWrite } from '../systems/argo/sync-request';
import type { Connection, KubeObject } from '../systems/kubernetes/types';
import {
  type ApplicationActions,
  anotherRuns,
  busy,
  byApp,
  isChosen,
  isUnseen,
  nothingRuns,
  ofApp,
} from './application-actions';
import type { ClusterState } from './cluster-state';
import type { ClusterPlace } from './place';
import type { SyncRequest } from './types';
import { notChosen, refusedAction, unreadable } from './workflow-actions';

/** Milliseconds that an answer to a refresh is waited for; it comes when the controller has compared. */
const refreshPatience = 3_000;

/** Argo CD's server begins no sync that a window keeps waiting ("cannot sync: blocked by sync window", PermissionDenied). */
const blockedByWindow = (application: string) =>
  refusedAction({
    refused: `A sync window blocks syncs of ${application} now.`,
    meaning: 'Argo CD did not start a sync.',
  });

/** An answer that may have been lost, as against a refusal. */
const isLost = (code: string): boolean => ['timeout', 'unreachable', 'offline', 'bad-data'].includes(code);

/**
 * `ApplicationSyncRequest` (argo-cd `server/application/application.proto`: `revision` is of an Application with one
 * source). Options and retries of the spec are taken by the server itself (`Sync`); `prune` is not.
 */
function syncBody(current: KubeObject, ref: ApplicationRef, request: SyncRequest) {
  const policy = (
    current.spec as { syncPolicy?: { automated?: { prune?: unknown } | null } | null } | undefined
  )?.syncPolicy;
  return {
    appNamespace: ref.namespace,
    prune: request.prune ?? policy?.automated?.prune === true,
    ...(request.revision ? { revision: request.revision } : {}),
    ...(request.dryRun ? { dryRun: true } : {}),
    ...(request.resources?.length ? { resources: request.resources.map(resourceOf) } : {}),
    infos: [
      { name: operationInfoName, value: request.operationId },
      { name: actorInfoName, value: request.actor },
    ],
  };
}

/**
 * Through Argo CD's own server (3.5). It asks for no resourceVersion, so what must not be overrun is read first; a sync
 * beside a running one is refused by the server, too ("another operation is already in progress").
 * @param written told of the version that a refresh or termination wrote.
 */
export function serverApplicationActions(
  connection: Connection,
  place: ClusterPlace,
  state: Pick<ClusterState, 'argoApplication'>,
  written: (application: string, version: string) => void,
): ApplicationActions {
  const refOf = (name: string): ApplicationRef => ({ name, namespace: place.argoNamespace });
  const wrote = (application: string, { metadata }: KubeObject): void => {
    if (metadata.resourceVersion) written(application, metadata.resourceVersion);
  };
  const read = async (application: string, signal: AbortSignal): Promise<Result<KubeObject>> => {
    const found = await getApplication(connection, refOf(application), { signal });
    if (!found.ok) return fail(found.failure);
    return isChosen(place, application, found.value)
      ? ok(found.value)
      : fail(notChosen(application, 'Applications', place));
  };

  return {
    async refresh(application, mode, signal) {
      if (isUnseen(place, state, application)) return fail(notChosen(application, 'Applications', place));
      const before = state.argoApplication(application)?.reconciledAt ?? null;
      const options = { signal, patience: refreshPatience };
      const asked = await refreshApplication(connection, refOf(application), mode, options);
      if (asked.ok) {
        wrote(application, asked.value);
        return ok(undefined);
      }
      if (!isLost(asked.failure.code)) return fail(asked.failure);
      // Not compared yet, or never asked: the mark on the Application tells, and one that compared since.
      const found = await getApplication(connection, refOf(application), { signal });
      if (!found.ok) return fail(asked.failure);
      const now = readApplication(found.value);
      const isAsked = found.value.metadata.annotations?.[refreshAnnotation] !== undefined;
      const isCompared = now !== null && before !== null && now.reconciledAt !== before;
      if (!isAsked && !isCompared) return fail(asked.failure);
      wrote(application, found.value);
      return ok(undefined);
    },

    async sync(application, request, signal) {
      const current = await read(application, signal);
      if (!current.ok) return current;
      const decided = syncWrite(current.value, request);
      if (decided.kind === 'already-requested') return ok(undefined);
      if (decided.kind === 'busy') return fail(busy(application, decided.by));
      if (decided.kind === 'unreadable') return fail(unreadable(application));
      const body = syncBody(current.value, refOf(application), request);
      const asked = await change(
        connection,
        refOf(application),
        { method: 'POST', part: 'sync', body },
        signal,
      );
      if (asked.ok) return ok(undefined);
      // Whether it arrived, and whose operation stands in the way, is read and not guessed.
      const isRefusedForAnother =
        asked.failure.status === 400 && /another operation/i.test(asked.failure.detail ?? '');
      if (asked.failure.status === 403 && /sync window/.test(asked.failure.detail ?? ''))
        return fail(blockedByWindow(application));
      if (!isLost(asked.failure.code) && !isRefusedForAnother) return fail(asked.failure);
      const after = await read(application, signal);
      if (!after.ok) return fail(asked.failure);
      const seen = syncWrite(after.value, request);
      if (seen.kind === 'already-requested') return ok(undefined);
      return fail(seen.kind === 'busy' ? busy(application, seen.by) : asked.failure);
    },

    async terminate(application, startedAt, signal) {
      const current = await read(application, signal);
      if (!current.ok) return current;
      const decided = terminateWrite(current.value, startedAt);
      switch (decided.kind) {
        case 'already-terminating':
          return ok(undefined);
        case 'another-runs':
          return fail(anotherRuns(application, decided.startedAt));
        case 'nothing-runs':
          return fail(nothingRuns(application));
        case 'unreadable':
          return fail(unreadable(application));
      }
      const query = { appNamespace: place.argoNamespace };
      const asked = await change(
        connection,
        refOf(application),
        { method: 'DELETE', part: 'operation', query },
        signal,
      );
      const isOver = !asked.ok && asked.failure.status === 400;
      if (!asked.ok && !isOver && !isLost(asked.failure.code)) return fail(asked.failure);
      const after = await read(application, signal);
      if (!after.ok) return asked.ok ? ok(undefined) : fail(asked.failure);
      wrote(application, after.value);
      if (asked.ok) return ok(undefined);
      // It ended in the same moment, or the answer was lost and it is being terminated.
      const left = terminateWrite(after.value, startedAt);
      if (left.kind === 'already-terminating') return ok(undefined);
      if (left.kind === 'another-runs') return fail(anotherRuns(application, left.startedAt));
      return left.kind === 'nothing-runs' ? fail(nothingRuns(application)) : fail(asked.failure);
    },

    async readApplications(app, signal) {
      const listed = await listApplications(
        connection,
        { namespace: place.argoNamespace, labelSelector: place.labels?.applications },
        signal,
      );
      return listed.ok ? ok(ofApp(listed.value, app)) : fail(listed.failure);
    },

    async readAllApplications(signal) {
      const listed = await listApplications(
        connection,
        { namespace: place.argoNamespace, labelSelector: place.labels?.applications },
        signal,
      );
      return listed.ok ? ok(byApp(listed.value)) : fail(listed.failure);
    },
  };
}
