import type { ClusterStore } from '../../cluster/store';
import type { Workflow } from '../../controllers/kubernetes-shapes';
import { unpackNodes } from '../../controllers/workflow-controller';

const statusLabel = 'workflows.argoproj.io/workflow-archiving-status';
/** More than a practice estate runs in a week. */
const mostArchived = 2_000;

/** Argo Workflows' archive: what ended stays there when the cluster forgets it (argo-workflows, `persist/sqldb`). */
export interface WorkflowArchive {
  /** Newest first, whole. */
  list(): readonly Workflow[];
  byUid(uid: string): Workflow | undefined;
  byName(namespace: string, name: string): Workflow | undefined;
  dump(): Workflow[];
  load(workflows: readonly Workflow[]): void;
  close(): void;
}

const hasEnded = ({ status }: Workflow): boolean =>
  status?.phase === 'Succeeded' || status?.phase === 'Failed' || status?.phase === 'Error';

export function workflowArchive(store: ClusterStore): WorkflowArchive {
  const archived = new Map<string, Workflow>();
  const keep = (workflow: Workflow): void => {
    const copy = structuredClone(workflow);
    unpackNodes(copy);
    copy.metadata.labels = { ...copy.metadata.labels, [statusLabel]: 'Persisted' };
    archived.delete(copy.metadata.uid);
    archived.set(copy.metadata.uid, copy);
    for (const oldest of archived.keys()) {
      if (archived.size <= mostArchived) break;
      archived.delete(oldest);
    }
  };
  const close = store.subscribe<Workflow>(
    'Workflow',
    ({ object }) => {
      if (hasEnded(object)) keep(object);
    },
    { replay: true },
  );
  const newest = (): Workflow[] =>
    [...archived.values()].sort((a, b) =>
      (b.status?.startedAt ?? '').localeCompare(a.status?.startedAt ?? ''),
    );
  return {
    list: newest,
    byUid: (uid) => archived.get(uid),
    byName: (namespace, name) =>
      newest().find(({ metadata }) => metadata.namespace === namespace && metadata.name === name),
    dump: () => [...archived.values()],
    load(workflows) {
      for (const workflow of workflows) archived.set(workflow.metadata.uid, workflow);
    },
    close,
  };
}
