import { fail, ok, type Result } from '../../shared/domain/failure/failure';
import { demandedLabels, selectsLabels } from '../../shared/domain/go/label-selector';
import { hasEnded, readWorkflow } from '../systems/argo/read-workflow';
import { type Refusal, type WorkflowWrite, workflowWriteSchema } from '../systems/argo/workflow-object';
import { changedBy, markedBy } from '../systems/argo/workflow-requests';
import { resubmission, submission, workflowOperationLabel } from '../systems/argo/workflow-resubmit';
import { retryWrite } from '../systems/argo/workflow-retry';
import { resumeWrite, suspendWrite } from '../systems/argo/workflow-suspend';
import { mergePatch } from '../systems/kubernetes/exact-json';
import type { KubeFailure } from '../systems/kubernetes/kube-failure';
import {
  type Change,
  changeObject,
  createObject,
  deleteObject,
  getObject,
  listObjects,
  patchObject,
} from '../systems/kubernetes/objects';
import type { Connection, KubeObject, ResourceRef, WriteResult } from '../systems/kubernetes/types';
import { readObjectOrNull } from '../systems/read-object';
import type { ClusterPlace } from './place';
import type { WorkflowActions } from './types';

export const unreadable = (name: string): KubeFailure => ({
  code: 'bad-data',
  message: `Signalbox can’t read ${name}.`,
  meaning: 'Nothing was changed.',
  next: [{ do: 'advice', label: 'Check it with kubectl.' }],
  status: null,
  reason: null,
});

export const refusedAction = ({ refused, meaning, atServer }: Refusal): KubeFailure => ({
  code: atServer ? 'not-configured' : 'refused',
  message: refused,
  meaning,
  next: [],
  status: null,
  reason: null,
});

/** Acts are on workflows of the namespace that the estate names: for it alone the rights were asked, whatever a window says. */
export const elsewhere = (namespace: string, place: ClusterPlace): KubeFailure | null =>
  namespace === place.workflowsNamespace
    ? null
    : refusedAction({
        refused: `The estate file sets namespace ${place.workflowsNamespace} for workflows in ${place.environment}, not ${namespace}.`,
        meaning: 'Nothing was changed.',
      });

/** For an object that the labels of the estate leave out: it may be another environment's. */
export const notChosen = (name: string, kind: string, place: ClusterPlace): KubeFailure =>
  refusedAction({
    refused: `${name} does not match the label selector for ${kind} of ${place.environment} in the estate file.`,
    meaning: 'Nothing was changed.',
  });

const marked = (workflow: WorkflowWrite, id: string | undefined): WorkflowWrite =>
  id === undefined ? workflow : markedBy(workflow, id);

/** RFC 3339 in seconds, as Kubernetes writes times (`metav1.Time`). */
export const stamp = (): string => `${new Date().toISOString().slice(0, 19)}Z`;

/** The actions on workflows, through the custom resource alone: what `argo` does by its library. */
export function workflowActions(connection: Connection, place: ClusterPlace): WorkflowActions {
  const workflows: ResourceRef = {
    apiVersion: 'argoproj.io/v1alpha1',
    plural: 'workflows',
    namespace: place.workflowsNamespace,
  };

  const isChosen = ({ metadata }: KubeObject): boolean =>
    selectsLabels(place.labels?.workflows, metadata.labels);

  async function read(
    namespace: string,
    name: string,
    signal: AbortSignal,
  ): Promise<Result<WorkflowWrite, KubeFailure>> {
    const foreign = elsewhere(namespace, place);
    if (foreign) return { ok: false, failure: foreign };
    const found = await getObject(connection, { ...workflows, namespace, name }, { signal, exact: true });
    if (!found.ok) return found;
    if (!isChosen(found.value)) return { ok: false, failure: notChosen(name, 'workflows', place) };
    // What is odd in a spec would be missing in the copy.
    let isOdd = false;
    const workflow = readObjectOrNull(workflowWriteSchema, found.value, (places) => {
      isOdd = places.some((one) => one.startsWith('spec'));
    });
    return workflow && !isOdd ? ok(workflow) : { ok: false, failure: unreadable(name) };
  }

  /** What an earlier request of the same id made: an answer may have been lost on the way. */
  async function madeBefore(namespace: string, id: string, signal: AbortSignal) {
    const labelSelector = `${workflowOperationLabel}=${id}`;
    return listObjects(connection, { ...workflows, namespace, labelSelector }, { signal });
  }

  async function create(
    namespace: string,
    id: string,
    object: unknown,
    signal: AbortSignal,
  ): Promise<Result<{ namespace: string; name: string }>> {
    const known = await madeBefore(namespace, id, signal);
    if (!known.ok) return fail(known.failure);
    const [first] = known.value;
    if (first) return ok({ namespace, name: first.metadata.name });
    const made = await createObject(connection, { ...workflows, namespace }, object, { signal });
    return made.ok ? ok({ namespace, name: made.value.metadata.name }) : fail(made.failure);
  }

  return {
    async submitWorkflow(request, signal) {
      const namespace = request.namespace ?? place.workflowsNamespace;
      const labels = { ...demandedLabels(place.labels?.workflows), ...request.labels };
      return create(namespace, request.id, submission({ ...request, namespace, labels }), signal);
    },

    async resubmitWorkflow(namespace, name, request, signal) {
      const found = await read(namespace, name, signal);
      return found.ok
        ? create(namespace, request.id, resubmission(found.value, request), signal)
        : fail(found.failure);
    },

    async retryWorkflow(namespace, name, request, signal) {
      const { id } = request;
      const change = async (workflow: WorkflowWrite): Promise<Change> => {
        if (id !== undefined && changedBy(workflow, id)) return { leave: true };
        const write = retryWrite(workflow, stamp(), request.parameters ?? []);
        if ('refused' in write) return { refuse: refusedAction(write) };
        const cleared = await deletePods(namespace, name, new Set(write.deletedNodes), signal);
        if (!cleared.ok) return { refuse: cleared.failure };
        return { patch: mergePatch(workflow, marked(write.object, id)) };
      };
      const written = await changeWorkflow(namespace, name, change, signal);
      return written.ok ? ok(undefined) : written;
    },

    async stopWorkflow(namespace, name, mode, signal) {
      const foreign = elsewhere(namespace, place);
      if (foreign) return fail(foreign);
      const ref = { ...workflows, namespace, name };
      const found = await getObject(connection, ref, { signal });
      // It vanished: its time to live ran out, or somebody deleted it. Either way nothing of it runs.
      if (!found.ok) return found.failure.code === 'not-found' ? ok({ stopped: false }) : fail(found.failure);
      if (!isChosen(found.value)) return fail(notChosen(name, 'workflows', place));
      const workflow = readWorkflow(found.value, place.environment);
      if (!workflow) return fail(unreadable(name));
      if (hasEnded(workflow)) return ok({ stopped: false });
      // A Terminate is stronger than a Stop and stays.
      if (workflow.shutdown === mode || workflow.shutdown === 'Terminate') return ok({ stopped: true });
      // A patch without a resourceVersion: the controller writes the status all the time, and this must not lose to it.
      const patched = await patchObject(connection, ref, 'merge', { spec: { shutdown: mode } }, { signal });
      return patched.ok ? ok({ stopped: true }) : fail(patched.failure);
    },

    suspendWorkflow: (namespace, name, signal) => rewrite(namespace, name, undefined, suspendWrite, signal),

    resumeWorkflow: (namespace, name, request, signal) =>
      rewrite(
        namespace,
        name,
        request.id,
        (one) => resumeWrite(one, { now: stamp(), actor: request.actor }),
        signal,
      ),
  };

  async function rewrite(
    namespace: string,
    name: string,
    id: string | undefined,
    decide: (workflow: WorkflowWrite) => { object: WorkflowWrite } | { leave: true } | Refusal,
    signal: AbortSignal,
  ): Promise<Result<{ changed: boolean }>> {
    let changed = true;
    const change = (workflow: WorkflowWrite): Change => {
      // What it changed before is still its answer.
      if (id !== undefined && changedBy(workflow, id)) return { leave: true };
      const write = decide(workflow);
      if ('refused' in write) return { refuse: refusedAction(write) };
      changed = 'object' in write;
      return 'object' in write ? { patch: mergePatch(workflow, marked(write.object, id)) } : { leave: true };
    };
    const written = await changeWorkflow(namespace, name, change, signal);
    return written.ok ? ok({ changed }) : written;
  }

  /** Changes a workflow as it is now; begins again when somebody else (the controller, another console) was faster. */
  async function changeWorkflow(
    namespace: string,
    name: string,
    decide: (workflow: WorkflowWrite) => Change | Promise<Change>,
    signal: AbortSignal,
  ): Promise<Result<unknown>> {
    const foreign = elsewhere(namespace, place);
    if (foreign) return fail(foreign);
    const written = await changeObject(
      connection,
      { ...workflows, namespace, name },
      (current) => {
        if (!isChosen(current)) return { refuse: notChosen(name, 'workflows', place) };
        const workflow = readObjectOrNull(workflowWriteSchema, current);
        return workflow ? decide(workflow) : { refuse: unreadable(name) };
      },
      { signal },
    );
    return written.ok ? written : fail(written.failure);
  }

  /**
   * Deletes the pods of nodes, found by what they say of themselves: a pod's name depends on the controller's version.
   */
  async function deletePods(
    namespace: string,
    workflow: string,
    nodes: ReadonlySet<string>,
    signal: AbortSignal,
  ): Promise<WriteResult<void>> {
    const pods: ResourceRef = { apiVersion: 'v1', plural: 'pods', namespace };
    const labelSelector = `workflows.argoproj.io/workflow=${workflow}`;
    const listed = await listObjects(connection, { ...pods, labelSelector }, { signal });
    if (!listed.ok) return listed;
    for (const { metadata } of listed.value) {
      const node = metadata.annotations?.['workflows.argoproj.io/node-id'];
      if (node === undefined || !nodes.has(node)) continue;
      const deleted = await deleteObject(
        connection,
        { ...pods, name: metadata.name },
        { signal, ...(metadata.uid ? { uid: metadata.uid } : {}) },
      );
      // A pod of another uid is a new one already: somebody else retried at the same moment.
      if (!deleted.ok && deleted.failure.code !== 'conflict') return deleted;
    }
    return ok(undefined);
  }
}
