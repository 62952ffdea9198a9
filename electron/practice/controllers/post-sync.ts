import type { ControllerContext } from './controller-context';
import type { Application } from './kubernetes-shapes';
import { argoNamespace, parentName } from './render';
import { submitWorkflow } from './workflow-controller';

/** Where Argo CD's notification controller remembers what it has told. */
export const notifiedAnnotation = 'notified.notifications.argoproj.io';

/** What {@link notifiedAnnotation} holds once a revision's deployment was told. */
export function notifiedValue(revision: string, at: Date): string {
  return JSON.stringify({ [`${revision}:on-deployed:[0]:argo_events`]: Math.floor(at.getTime() / 1000) });
}

/**
 * Starts post-sync once per synced revision, when the sync succeeded and the Application is Healthy (the trigger
 * `on-deployed`, once per `operationState.syncResult.revision`). Its parameters are the Application's annotations as
 * they are at that moment: a hold that is set later doesn't reach a workflow that runs already.
 */
export function startPostSync(context: ControllerContext): void {
  const { store, signal, clock } = context;
  const unsubscribe = store.subscribe<Application>(
    'Application',
    (event) => {
      const { name } = event.object.metadata;
      if (event.type === 'DELETED' || name === parentName) return;
      // Read again: events that queued up before the annotation was written show the Application without it.
      const app = store.get<Application>('Application', argoNamespace, name);
      const state = app?.status?.operationState;
      const revision = state?.syncResult?.revision;
      if (!app || state?.phase !== 'Succeeded' || app.status?.health.status !== 'Healthy' || !revision)
        return;
      const { annotations = {} } = app.metadata;
      if (annotations[notifiedAnnotation]?.includes(`"${revision}:`)) return;
      store.modify<Application>('Application', argoNamespace, name, (draft) => {
        draft.metadata.annotations = {
          ...draft.metadata.annotations,
          [notifiedAnnotation]: notifiedValue(revision, clock.now()),
        };
      });
      if (annotations.postSyncWorkflowEnabled !== 'true') return;
      submitWorkflow(context, 'post-sync', {
        application: name,
        repoName: annotations.repoName ?? '',
        imageTag: annotations.imageTag ?? '',
        promoteDeployment: annotations.promoteDeployment ?? 'false',
        automaticDeploysEnabled: annotations.automaticDeploysEnabled ?? 'false',
      });
    },
    { replay: true },
  );
  signal.addEventListener('abort', unsubscribe, { once: true });
}
