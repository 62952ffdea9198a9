import { fail, ok, type Result } from '../../shared/domain/failure/failure';
import { selectsLabels } from '../../shared/domain/go/label-selector';
import type { Workflow } from '../../shared/domain/workflows/workflow';
import { readWorkflow } from '../systems/argo/read-workflow';
import type { WorkflowApi } from '../systems/argo/server/workflow-api';
import type { KubeObject } from '../systems/kubernetes/types';
import type { ClusterPlace } from './place';
import type { ArchivedWorkflows } from './types';
import { elsewhere, unreadable } from './workflow-actions';

/** Items of one page, and pages at most. */
const pageSize = 100;
const mostPages = 20;
/** Answers about single workflows that are remembered, and for how many milliseconds: screens ask with each change. */
const mostRemembered = 50;
const rememberedFor = 60_000;

/** What comes out of the archive bears this label with `Persisted` (`persist/sqldb/workflow_archive.go`). */
const isArchived = ({ metadata: { labels } }: KubeObject): boolean =>
  labels?.['workflows.argoproj.io/workflow-archiving-status'] === 'Persisted';

const notLoadedSteps = 'Argo Workflows’ archive has the steps of this workflow; they are not loaded.';

export function archivedWorkflows(api: WorkflowApi, place: ClusterPlace): ArchivedWorkflows {
  const chosen = place.labels?.workflows;
  const remembered = new Map<string, { at: number; workflow: Workflow | null }>();
  const remember = (name: string, workflow: Workflow | null): void => {
    remembered.delete(name);
    remembered.set(name, { at: performance.now(), workflow });
    for (const oldest of remembered.keys()) {
      if (remembered.size <= mostRemembered) break;
      remembered.delete(oldest);
    }
  };

  async function whole(namespace: string, name: string, signal: AbortSignal): Promise<Result<Workflow>> {
    const foreign = elsewhere(namespace, place);
    if (foreign) return fail(foreign);
    const answer = await api.get(name, signal);
    if (!answer.ok) return fail(answer.failure);
    const workflow = readWorkflow(answer.value, place.environment);
    if (!workflow || !selectsLabels(chosen, workflow.labels)) return fail(unreadable(name));
    const { uid } = answer.value.metadata;
    return ok(isArchived(answer.value) && uid ? { ...workflow, archivedUid: uid } : workflow);
  }

  return {
    async list(limit, signal) {
      const found: Workflow[] = [];
      let from: string | undefined;
      for (let page = 0; page < mostPages && found.length < limit; page++) {
        const answer = await api.archived({ labelSelector: chosen, limit: pageSize, from }, signal);
        if (!answer.ok) return fail(answer.failure);
        const { items, next } = answer.value;
        found.push(
          ...items.flatMap((object) => {
            if (object.metadata.namespace !== place.workflowsNamespace) return [];
            const workflow = readWorkflow(object, place.environment);
            const { uid } = object.metadata;
            // Its rows have no nodes, and what it says of them means nothing.
            return workflow && uid && selectsLabels(chosen, workflow.labels)
              ? [{ ...workflow, nodes: [], nodesUnavailable: notLoadedSteps, archivedUid: uid }]
              : [];
          }),
        );
        // A page that leads nowhere would be asked for again and again.
        if (next === null || next === from || items.length === 0) break;
        from = next;
      }
      return ok(found.slice(0, limit));
    },

    whole,

    async find(namespace, name, signal) {
      if (elsewhere(namespace, place)) return null;
      const known = remembered.get(name);
      if (known && performance.now() - known.at < rememberedFor) return known.workflow;
      const found = await whole(namespace, name, signal)
        // Whatever it is, nothing was found: what is asked for is looked at again later.
        .catch(() => null);
      const workflow = found?.ok && found.value.archivedUid !== undefined ? found.value : null;
      remember(name, workflow);
      return workflow;
    },

    stepOf(namespace, pod) {
      for (const { workflow } of remembered.values()) {
        const node = workflow?.nodes.find(({ ownPod }) => ownPod === pod);
        if (workflow && node && workflow.namespace === namespace) return { workflow, node };
      }
      return null;
    },
  };
}
