import { fail, ok, type Result } from '../../shared/domain/failure/failure';
import { selectsLabels } from '../../shared/domain/go/label-selector';
import { utcText } from '../../shared/domain/text/utc-text';
import { readApplication, refreshAnnotation } from '../systems/argo/application';
import { readWorkflow } from '../systems/argo/read-workflow';
import { syncWrite, terminateWrite } from '../systems/argo/sync-request';
import type { KubeFailure } from '../systems/kubernetes/kube-failure';
import { type Change, changeObject, listObjects, patchObject } from '../systems/kubernetes/objects';
import type { Connection, KubeObject, ResourceRef } from '../systems/kubernetes/types';
import type { ClusterState } from './cluster-state';
import { emergencyActions } from './emergency-actions';
import type { ClusterPlace } from './place';
import type { ClusterActions } from './types';
import { notChosen, refusedAction, unreadable, workflowActions } from './workflow-actions';

const busy = (application: string, by: string): KubeFailure => ({
  code: 'busy',
  message: `Argo CD is already working on ${application}, for ${by}.`,
  meaning: 'A second sync would silently replace the first, so none was requested.',
  next: [{ do: 'retry', label: 'Try again when it ends' }],
  status: null,
  reason: null,
});

const anotherRuns = (application: string, startedAt: string): KubeFailure => ({
  code: 'conflict',
  message: `Another sync of ${application} started ${utcText(startedAt)}.`,
  meaning: 'The sync to terminate has already ended; the new one was not changed.',
  next: [{ do: 'advice', label: 'Check what it does now, then try again.' }],
  status: null,
  reason: null,
});

/** The actions of one cluster, through the custom resources alone. */
export function createClusterActions(
  connection: Connection,
  place: ClusterPlace,
  state: ClusterState,
): ClusterActions {
  const applications: ResourceRef = {
    apiVersion: 'argoproj.io/v1alpha1',
    plural: 'applications',
    namespace: place.argoNamespace,
  };
  const workflows: ResourceRef = {
    apiVersion: 'argoproj.io/v1alpha1',
    plural: 'workflows',
    namespace: place.workflowsNamespace,
  };
  /** Versions of the Applications that refreshes and terminations wrote: until the watch has come that far, its view is of before. */
  const written = new Map<string, string>();
  const isBehind = (application: string): boolean => {
    const version = written.get(application);
    if (version === undefined) return false;
    const seen = state.argoApplication(application)?.resourceVersion ?? null;
    // Resource versions of one kind grow (Kubernetes API conventions); where they are no numbers, only sameness tells.
    const reached =
      seen !== null &&
      (/^\d+$/.test(seen) && /^\d+$/.test(version) ? BigInt(seen) >= BigInt(version) : seen === version);
    if (reached) written.delete(application);
    return !reached;
  };
  const { labels } = place;
  /** Acts are on Applications that the estate's labels choose, and on the parent. */
  const isChosen = (application: string, current: KubeObject): boolean =>
    application === place.parentApplication || selectsLabels(labels?.applications, current.metadata.labels);
  const done = (result: Result<unknown>): Result<void> => (result.ok ? ok(undefined) : fail(result.failure));

  return {
    ...workflowActions(connection, place),
    emergency: emergencyActions(connection, place, state),
    parentApplication: place.parentApplication,

    async refresh(application, mode, signal) {
      // Without reading it first: what a selector lets through is in the view.
      const isUnseen = labels?.applications !== undefined && state.argoApplication(application) === null;
      if (isUnseen) return fail(notChosen(application, 'Applications', place));
      const patch = { metadata: { annotations: { [refreshAnnotation]: mode } } };
      const patched = await patchObject(connection, { ...applications, name: application }, 'merge', patch, {
        signal,
      });
      const version = patched.ok ? patched.value.metadata.resourceVersion : undefined;
      if (version) written.set(application, version);
      return done(patched);
    },

    isBehind,
    refreshSeenAt: state.refreshSeenAt,

    refreshPending: (application) =>
      isBehind(application) || (state.argoApplication(application)?.refreshPending ?? false),

    async sync(application, request, signal) {
      const decide = (current: KubeObject): Change => {
        if (!isChosen(application, current)) return { refuse: notChosen(application, 'Applications', place) };
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

    syncedBy: (application) => state.argoApplication(application)?.syncedBy ?? null,

    async terminate(application, startedAt, signal) {
      const decide = (current: KubeObject): Change => {
        if (!isChosen(application, current)) return { refuse: notChosen(application, 'Applications', place) };
        const write = terminateWrite(current, startedAt);
        switch (write.kind) {
          case 'write':
            return { patch: write.patch };
          case 'already-terminating':
            return { leave: true };
          case 'another-runs':
            return { refuse: anotherRuns(application, write.startedAt) };
          case 'nothing-runs':
            return {
              refuse: refusedAction({
                refused: `No sync of ${application} is running.`,
                meaning: 'There is nothing to terminate.',
              }),
            };
          case 'unreadable':
            return { refuse: unreadable(application) };
        }
      };
      const changed = await changeObject(connection, { ...applications, name: application }, decide, {
        signal,
      });
      const version = changed.ok ? changed.value?.metadata.resourceVersion : undefined;
      if (version) written.set(application, version);
      return done(changed);
    },

    async readWorkflows({ app, template }, signal) {
      // Not by the labels of app and template: the one is set by the controller later on, the other by a submission
      // from the template alone (argo-workflows issue 12670), and a promotion that is overlooked counts as none.
      const running = 'workflows.argoproj.io/completed!=true';
      const labelSelector = labels?.workflows === undefined ? running : `${labels.workflows},${running}`;
      const listed = await listObjects(connection, { ...workflows, labelSelector }, { signal });
      if (!listed.ok) return fail(listed.failure);
      return ok(
        listed.value
          .flatMap((object) => readWorkflow(object, place.environment) ?? [])
          .filter((workflow) => workflow.template === template && workflow.labels.repoName === app),
      );
    },

    async readApplications(app, signal) {
      const chosen = labels?.applications === undefined ? {} : { labelSelector: labels.applications };
      const listed = await listObjects(connection, { ...applications, ...chosen }, { signal });
      if (!listed.ok) return fail(listed.failure);
      return ok(
        listed.value.flatMap((object) => {
          const application = readApplication(object);
          return application?.repoName === app ? [application.shown] : [];
        }),
      );
    },
  };
}
