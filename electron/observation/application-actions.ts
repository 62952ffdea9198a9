import type { Application } from '../../shared/domain/board/board';
import { fail, ok, type Result } from '../../shared/domain/failure/failure';
import { selectsLabels } from '../../shared/domain/go/label-selector';
import { utcText } from '../../shared/domain/text/utc-text';
import { readApplication, refreshAnnotation } from '../systems/argo/application';
import { syncWrite, terminateWrite } from '../systems/argo/sync-request';
import type { KubeFailure } from '../systems/kubernetes/kube-failure';
import { type Change, changeObject, listObjects, patchObject } from '../systems/kubernetes/objects';
import type { Connection, KubeObject, ResourceRef } from '../systems/kubernetes/types';
import type { ClusterState } from './cluster-state';
import type { ClusterPlace } from './place';
import type { ClusterActions } from './types';
import { notChosen, refusedAction, unreadable } from './workflow-actions';

/** What is asked of Applications, by whichever door. */
export type ApplicationActions = Pick<
  ClusterActions,
  'refresh' | 'sync' | 'terminate' | 'readApplications' | 'readAllApplications'
>;

export const busy = (application: string, by: string): KubeFailure => ({
  code: 'busy',
  message: `Argo CD is already working on ${application}, for ${by}.`,
  meaning: 'A second sync would silently replace the first, so none was requested.',
  next: [{ do: 'retry', label: 'Try again when it ends' }],
  status: null,
  reason: null,
});

export const anotherRuns = (application: string, startedAt: string): KubeFailure => ({
  code: 'conflict',
  message: `Another sync of ${application} started ${utcText(startedAt)}.`,
  meaning: 'The sync to terminate has already ended; the new one was not changed.',
  next: [{ do: 'advice', label: 'Check what it does now, then try again.' }],
  status: null,
  reason: null,
});

export const nothingRuns = (application: string): KubeFailure =>
  refusedAction({
    refused: `No sync of ${application} is running.`,
    meaning: 'There is nothing to terminate.',
  });

/** Acts are on Applications that the estate's labels choose, and on the parent. */
export const isChosen = (place: ClusterPlace, application: string, current: KubeObject): boolean =>
  application === place.parentApplication ||
  selectsLabels(place.labels?.applications, current.metadata.labels);

/** Those of a list that belong to an app. */
/** All Applications of a list, by app. */
export function byApp(objects: readonly KubeObject[]): Map<string, Application[]> {
  const found = new Map<string, Application[]>();
  for (const object of objects) {
    const application = readApplication(object);
    if (application?.repoName)
      found.set(application.repoName, [...(found.get(application.repoName) ?? []), application.shown]);
  }
  return found;
}

export const ofApp = (objects: readonly KubeObject[], app: string) =>
  objects.flatMap((object) => {
    const application = readApplication(object);
    return application?.repoName === app ? [application.shown] : [];
  });

/** Without reading it first: what a selector lets through is in the view. */
export const isUnseen = (
  place: ClusterPlace,
  state: Pick<ClusterState, 'argoApplication'>,
  application: string,
): boolean => place.labels?.applications !== undefined && state.argoApplication(application) === null;

const done = (result: Result<unknown>): Result<void> => (result.ok ? ok(undefined) : fail(result.failure));

/**
 * Through the custom resources.
 * @param written told of the version that a refresh or termination wrote.
 */
export function kubernetesApplicationActions(
  connection: Connection,
  place: ClusterPlace,
  state: Pick<ClusterState, 'argoApplication'>,
  written: (application: string, version: string) => void,
): ApplicationActions {
  const applications: ResourceRef = {
    apiVersion: 'argoproj.io/v1alpha1',
    plural: 'applications',
    namespace: place.argoNamespace,
  };
  return {
    async refresh(application, mode, signal) {
      if (isUnseen(place, state, application)) return fail(notChosen(application, 'Applications', place));
      const patch = { metadata: { annotations: { [refreshAnnotation]: mode } } };
      const patched = await patchObject(connection, { ...applications, name: application }, 'merge', patch, {
        signal,
      });
      const version = patched.ok ? patched.value.metadata.resourceVersion : undefined;
      if (version) written(application, version);
      return done(patched);
    },

    async sync(application, request, signal) {
      const decide = (current: KubeObject): Change => {
        if (!isChosen(place, application, current))
          return { refuse: notChosen(application, 'Applications', place) };
        const write = syncWrite(current, request);
        switch (write.kind) {
          case 'write':
            return { patch: write.patch };
          case 'already-requested':
            return { leave: true };
          case 'busy':
            return { refuse: busy(application, write.by) };
          case 'unreadable':
            return { refuse: unreadable(application) };
        }
      };
      return done(await changeObject(connection, { ...applications, name: application }, decide, { signal }));
    },

    async terminate(application, startedAt, signal) {
      const decide = (current: KubeObject): Change => {
        if (!isChosen(place, application, current))
          return { refuse: notChosen(application, 'Applications', place) };
        const write = terminateWrite(current, startedAt);
        switch (write.kind) {
          case 'write':
            return { patch: write.patch };
          case 'already-terminating':
            return { leave: true };
          case 'another-runs':
            return { refuse: anotherRuns(application, write.startedAt) };
          case 'nothing-runs':
            return { refuse: nothingRuns(application) };
          case 'unreadable':
            return { refuse: unreadable(application) };
        }
      };
      const changed = await changeObject(connection, { ...applications, name: application }, decide, {
        signal,
      });
      const version = changed.ok ? changed.value?.metadata.resourceVersion : undefined;
      if (version) written(application, version);
      return done(changed);
    },

    async readApplications(app, signal) {
      const chosen =
        place.labels?.applications === undefined ? {} : { labelSelector: place.labels.applications };
      const listed = await listObjects(connection, { ...applications, ...chosen }, { signal });
      return listed.ok ? ok(ofApp(listed.value, app)) : fail(listed.failure);
    },

    async readAllApplications(signal) {
      const chosen =
        place.labels?.applications === undefined ? {} : { labelSelector: place.labels.applications };
      const listed = await listObjects(connection, { ...applications, ...chosen }, { signal });
      return listed.ok ? ok(byApp(listed.value)) : fail(listed.failure);
    },
  };
}
