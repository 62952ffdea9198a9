import { createHash } from 'node:crypto';
import { type Failure, fail, ok, type Result } from '../../shared/domain/failure/failure';
import { demandedLabels, selectsLabels } from '../../shared/domain/go/label-selector';
import type { Workflow } from '../../shared/domain/workflows/workflow';
import { hasEnded, readWorkflow } from '../systems/argo/read-workflow';
import type { WorkflowApi } from '../systems/argo/server/workflow-api';
import { type WorkflowWrite, workflowWriteSchema } from '../systems/argo/workflow-object';
import { resubmission, submission, workflowOperationLabel } from '../systems/argo/workflow-resubmit';
import { retryWrite } from '../systems/argo/workflow-retry';
import { resumeWrite, suspendWrite } from '../systems/argo/workflow-suspend';
import type { KubeObject } from '../systems/kubernetes/types';
import { readObjectOrNull } from '../systems/read-object';
import type { ClusterPlace } from './place';
import type { WorkflowActions } from './types';
import { elsewhere, notChosen, refusedAction, stamp, unreadable } from './workflow-actions';

/** At most so many characters has the name of a workflow: it is the value of a label of its pods. */
const longestName = 63;
const suffix = 5;

/** A name that the same id always gives, so that a second one can't be made: what the server adds to `generateName` is not known before. */
function nameFor(generateName: string, id: string): string {
  const digits = BigInt(`0x${createHash('sha256').update(id).digest('hex')}`).toString(36);
  return `${generateName.slice(0, longestName - suffix)}${digits.slice(-suffix)}`;
}

/** Failures after which nobody knows whether the server did what was asked. */
const unheard: ReadonlySet<Failure['code']> = new Set([
  'unreachable',
  'timeout',
  'unknown-outcome',
  'bad-data',
  'too-large',
]);

/** Ids of requests that are remembered, the newest last. */
const mostRequests = 1_000;

/**
 * The actions on workflows through Argo Workflows' own server.
 *
 * What they promise, beside the same through the Kubernetes API:
 * - Submit and resubmit make one workflow for an id, over restarts too: its name follows from the id where the request has
 *   none, and a name is taken once. Both create the whole object (`CreateWorkflow`), since the server's own resubmission
 *   takes no label.
 * - Stop, terminate and suspend are idempotent: the workflow's own state is looked at first.
 * - Retry and resume can't be marked on the workflow (the server takes no annotation with them). The same id is not done
 *   again while this program runs; after a restart only the workflow's state tells, so that one which failed once more, or
 *   waits at a later gate, is retried or resumed again. When the answer is lost, the workflow's state tells whether it was
 *   done: a retry moves `startedAt`, a resumption leaves nothing that waited before waiting.
 */
export function workflowServerActions(
  api: WorkflowApi,
  place: ClusterPlace,
): WorkflowActions & {
  /** Workflows of the app, or of all, that have not ended, as the server has them: it follows the cluster by a watch of its own. */
  readWorkflows(
    filter: { app?: string; template: string },
    signal: AbortSignal,
  ): Promise<Result<readonly Workflow[]>>;
} {
  const chosen = place.labels?.workflows;
  const done = new Set<string>();
  const remember = (id: string | undefined): void => {
    if (id === undefined) return;
    done.add(id);
    for (const oldest of done) {
      if (done.size <= mostRequests) break;
      done.delete(oldest);
    }
  };

  async function find(namespace: string, name: string, signal: AbortSignal): Promise<Result<KubeObject>> {
    const foreign = elsewhere(namespace, place);
    if (foreign) return fail(foreign);
    const found = await api.get(name, signal);
    if (!found.ok) return fail(found.failure);
    return selectsLabels(chosen, found.value.metadata.labels)
      ? found
      : fail(notChosen(name, 'workflows', place));
  }

  /** @param whole what is odd in its spec would be missing in a copy. */
  async function read(
    namespace: string,
    name: string,
    signal: AbortSignal,
    whole = false,
  ): Promise<Result<WorkflowWrite>> {
    const found = await find(namespace, name, signal);
    if (!found.ok) return found;
    let isOdd = false;
    const workflow = readObjectOrNull(workflowWriteSchema, found.value, (places) => {
      isOdd = whole && places.some((one) => one.startsWith('spec'));
    });
    return workflow && !isOdd ? ok(workflow) : fail(unreadable(name));
  }

  const isOurs = ({ metadata }: KubeObject, id: string): boolean =>
    metadata.labels?.[workflowOperationLabel] === id;

  /** Creates what has not been created for this id. @param object with a name. */
  async function create(
    id: string,
    name: string,
    object: unknown,
    signal: AbortSignal,
  ): Promise<Result<{ namespace: string; name: string }>> {
    const namespace = place.workflowsNamespace;
    const known = await api.list(
      { labelSelector: `${workflowOperationLabel}=${id}`, fields: namesAlone },
      signal,
    );
    if (!known.ok) return fail(known.failure);
    const [first] = known.value;
    if (first) return ok({ namespace, name: first.metadata.name });
    const made = await api.create(object, signal);
    if (made.ok) return ok({ namespace, name: made.value.metadata.name });
    // Either it was made before, or just now without an answer: the workflow of the name tells.
    if (made.failure.code !== 'conflict' && !unheard.has(made.failure.code)) return fail(made.failure);
    const there = await api.get(name, signal);
    return there.ok && isOurs(there.value, id) ? ok({ namespace, name }) : fail(made.failure);
  }

  return {
    async submitWorkflow(request, signal) {
      const namespace = request.namespace ?? place.workflowsNamespace;
      const foreign = elsewhere(namespace, place);
      if (foreign) return fail(foreign);
      const labels = { ...demandedLabels(chosen), ...request.labels };
      const name = request.name ?? nameFor(`${request.template}-`, request.id);
      return create(request.id, name, submission({ ...request, namespace, labels, name }), signal);
    },

    async resubmitWorkflow(namespace, name, request, signal) {
      const found = await read(namespace, name, signal, true);
      if (!found.ok) return found;
      const { metadata, ...rest } = resubmission(found.value, request);
      const { generateName, ...named } = metadata;
      const own = nameFor(String(generateName), request.id);
      return create(request.id, own, { ...rest, metadata: { ...named, name: own } }, signal);
    },

    async retryWorkflow(namespace, name, { id, parameters = [] }, signal) {
      if (id !== undefined && done.has(id)) return ok(undefined);
      const found = await read(namespace, name, signal);
      if (!found.ok) return found;
      const write = retryWrite(found.value, stamp(), parameters);
      if ('refused' in write) return fail(refusedAction(write));
      const given = parameters.map((one) => `${one.name}=${one.value}`);
      const uid = archivedUid(found.value);
      const asked = await (uid === null
        ? api.act(name, 'retry', { parameters: given }, signal)
        : api.retryArchived(uid, given, signal));
      if (!asked.ok) {
        // One of the archive is there again when somebody retried it, we before an answer was lost, or another person.
        const isThere = uid !== null && asked.failure.code === 'conflict';
        if (!isThere && !unheard.has(asked.failure.code)) return fail(asked.failure);
        const after = await read(namespace, name, signal);
        const before = found.value.status?.startedAt;
        if (!after.ok || after.value.status?.startedAt === before) return fail(asked.failure);
      }
      remember(id);
      return ok(undefined);
    },

    async stopWorkflow(namespace, name, mode, signal) {
      const look = async (): Promise<Result<{ stopped: boolean } | null>> => {
        const found = await find(namespace, name, signal);
        // It vanished: its time to live ran out, or somebody deleted it. Either way nothing of it runs.
        if (!found.ok) return found.failure.code === 'not-found' ? ok({ stopped: false }) : found;
        const shown = readWorkflow(found.value, place.environment);
        if (!shown) return fail(unreadable(name));
        if (hasEnded(shown)) return ok({ stopped: false });
        // A Terminate is stronger than a Stop and stays.
        return ok(shown.shutdown === mode || shown.shutdown === 'Terminate' ? { stopped: true } : null);
      };
      const before = await look();
      if (!before.ok) return before;
      if (before.value !== null) return ok(before.value);
      const asked = await api.act(name, mode === 'Stop' ? 'stop' : 'terminate', {}, signal);
      if (asked.ok) return ok({ stopped: true });
      // It may have ended in between, which the server refuses, or be stopped without an answer.
      const after = await look();
      return after.ok && after.value !== null ? ok(after.value) : fail(asked.failure);
    },

    async suspendWorkflow(namespace, name, signal) {
      const found = await read(namespace, name, signal);
      if (!found.ok) return found;
      const write = suspendWrite(found.value);
      if ('refused' in write) return fail(refusedAction(write));
      if ('leave' in write) return ok({ changed: false });
      const asked = await api.act(name, 'suspend', {}, signal);
      return asked.ok ? ok({ changed: true }) : fail(asked.failure);
    },

    async resumeWorkflow(namespace, name, { id, actor }, signal) {
      if (id !== undefined && done.has(id)) return ok({ changed: true });
      const found = await read(namespace, name, signal);
      if (!found.ok) return found;
      const now = stamp();
      const write = resumeWrite(found.value, { now, actor });
      if ('refused' in write) return fail(refusedAction(write));
      if ('leave' in write) return ok({ changed: false });
      const asked = await api.act(name, 'resume', {}, signal);
      if (!asked.ok) {
        if (!unheard.has(asked.failure.code)) return fail(asked.failure);
        const after = await read(namespace, name, signal);
        if (!after.ok || !('leave' in resumeWrite(after.value, { now, actor }))) return fail(asked.failure);
      }
      remember(id);
      return ok({ changed: true });
    },

    async readWorkflows({ app, template }, signal) {
      const running = 'workflows.argoproj.io/completed!=true';
      const listed = await api.list(
        { labelSelector: chosen === undefined ? running : `${chosen},${running}`, archived: false },
        signal,
      );
      if (!listed.ok) return fail(listed.failure);
      return ok(
        listed.value
          .flatMap((object) => readWorkflow(object, place.environment) ?? [])
          .filter(
            ({ template: of, labels: said }) =>
              of === template && (app === undefined || said.repoName === app),
          ),
      );
    },
  };
}

/** The uid of one that comes out of the archive (`persist/sqldb/workflow_archive.go`); `null`: the cluster has it. */
function archivedUid({ metadata }: WorkflowWrite): string | null {
  const isArchived = metadata.labels?.['workflows.argoproj.io/workflow-archiving-status'] === 'Persisted';
  return isArchived && typeof metadata.uid === 'string' ? metadata.uid : null;
}

const namesAlone = 'metadata,items.metadata.name,items.metadata.namespace,items.metadata.labels';
