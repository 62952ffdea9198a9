import type { ControllerContext } from './controller-context';
import { jobOutcome } from './jobs';
import type {
  Application,
  Job,
  Manifest,
  OperationPhase,
  OperationState,
  Pod,
  ResourceResult,
} from './kubernetes-shapes';
import { appsNamespace, argoNamespace } from './render';

/** What an operation says whose hook failed. */
export const hookFailedMessage =
  'one or more synchronization tasks completed unsuccessfully, reason: Job has reached the specified backoff limit';

/** Changes `status.operationState` of an Application that has one. */
export function writeOperationState(
  context: ControllerContext,
  application: string,
  change: (state: OperationState) => void,
): void {
  context.store.modify<Application>('Application', argoNamespace, application, (draft) => {
    const state = draft.status?.operationState;
    if (state) change(state);
  });
}

/**
 * Brings the PreSync Job of the running operation one step on: creates it, or looks what became of it. Its result
 * is kept in `syncResult.resources`, so that a restart finds it again.
 */
export function stepMigration(
  context: ControllerContext,
  application: string,
  manifest: Manifest<Job>,
): 'running' | 'complete' | 'failed' {
  const { store } = context;
  const { name } = manifest.metadata;
  const app = store.get<Application>('Application', argoNamespace, application);
  const known = app?.status?.operationState?.syncResult?.resources?.find(
    (result) => result.hookType === 'PreSync',
  );
  if (known?.hookPhase === 'Succeeded') return 'complete';
  const job = store.get<Job>('Job', appsNamespace, name);
  if (!known) {
    // Hook delete policy BeforeHookCreation: the last run's Job goes first, and its pod with it.
    if (job) store.delete('Job', appsNamespace, name);
    store.create<Job>('Job', manifest);
    record(context, application, name, 'Running', `job.batch/${name} created`);
    return 'running';
  }
  const outcome = job ? jobOutcome(job) : 'failed';
  if (outcome === null) return 'running';
  if (outcome === 'complete') {
    record(context, application, name, 'Succeeded', 'Reached expected number of succeeded pods');
    return 'complete';
  }
  record(context, application, name, 'Failed', 'Job has reached the specified backoff limit');
  return 'failed';
}

function record(
  context: ControllerContext,
  application: string,
  job: string,
  hookPhase: OperationPhase,
  message: string,
): void {
  const hook: ResourceResult = {
    group: 'batch',
    version: 'v1',
    kind: 'Job',
    namespace: appsNamespace,
    name: job,
    hookType: 'PreSync',
    hookPhase,
    syncPhase: 'PreSync',
    message,
  };
  writeOperationState(context, application, (state) => {
    if (hookPhase === 'Running') state.message = `waiting for completion of hook batch/Job/${job}`;
    if (!state.syncResult) return;
    const others = state.syncResult.resources?.filter((one) => one.hookType !== 'PreSync') ?? [];
    state.syncResult.resources = [...others, hook];
  });
}

/** Deletes the hook that runs, with its pod, and says so in its result; for an operation that is terminated. */
export function deleteRunningHook(context: ControllerContext, app: Application): void {
  const { store } = context;
  const running = app.status?.operationState?.syncResult?.resources?.find(
    (resource) => resource.hookType !== undefined && resource.hookPhase === 'Running',
  );
  if (!running) return;
  const { namespace, name } = running;
  if (store.get('Job', namespace, name)) store.delete('Job', namespace, name);
  for (const pod of store.list<Pod>('Pod', { namespace, labelSelector: `job-name=${name}` })) {
    store.delete('Pod', namespace, pod.metadata.name);
  }
  record(context, app.metadata.name, name, 'Failed', 'Terminated');
}
