import type { LogStore } from '../../cluster/container-logs';
import type { ClusterStore } from '../../cluster/store';
import type { Workflow } from '../../controllers/kubernetes-shapes';
import { unpackNodes } from '../../controllers/workflow-controller';
import { podNameOf } from '../../controllers/workflow-pod';

const statusLabel = 'workflows.argoproj.io/workflow-archiving-status';
/** More than a practice estate runs in a week. */
const mostArchived = 2_000;

/** Argo Workflows' archive: what ended stays there when the cluster forgets it (argo-workflows, `persist/sqldb`). */
export interface WorkflowArchive {
  /** Newest first, whole. */
  list(): readonly Workflow[];
  byUid(uid: string): Workflow | undefined;
  byName(namespace: string, name: string): Workflow | undefined;
  /** The log that `archiveLogs` stored of a node; `undefined`: none. */
  storedLog(uid: string, node: string): string | undefined;
  /** Keeps nodes in the database, in the place of the workflow's own (`ALWAYS_OFFLOAD_NODE_STATUS`). */
  offload(workflow: Workflow): void;
  /** As the server answers: with its nodes, wherever they lie (`hydrator.Hydrate`). */
  hydrated(workflow: Workflow): Workflow;
  dump(): Workflow[];
  load(workflows: readonly Workflow[]): void;
  close(): void;
}

const hasEnded = ({ status }: Workflow): boolean =>
  status?.phase === 'Succeeded' || status?.phase === 'Failed' || status?.phase === 'Error';

/** @param logs of the cluster's containers: of them the stored ones are made. */
export function workflowArchive(store: ClusterStore, logs: LogStore): WorkflowArchive {
  const archived = new Map<string, Workflow>();
  const stored = new Map<string, string>();
  const offloaded = new Map<string, NonNullable<NonNullable<Workflow['status']>['nodes']>>();
  const hydrated = (workflow: Workflow): Workflow => {
    const copy = structuredClone(workflow);
    unpackNodes(copy);
    const nodes = copy.status?.offloadNodeStatusVersion ? offloaded.get(copy.metadata.uid) : undefined;
    if (nodes && copy.status) {
      copy.status.nodes = structuredClone(nodes);
      delete copy.status.offloadNodeStatusVersion;
    }
    return copy;
  };
  const storeLogs = (workflow: Workflow): void => {
    const { uid, namespace = '', name } = workflow.metadata;
    for (const node of Object.values(hydrated(workflow).status?.nodes ?? {})) {
      const key = `${uid}/${node.id}`;
      if (stored.has(key) || !node.outputs?.artifacts?.some((one) => one.name === 'main-logs')) continue;
      const template = node.templateRef?.template ?? node.templateName ?? '';
      const lines = logs.read(namespace, podNameOf(name, template, node.name), 'main');
      stored.set(key, lines.map(({ bytes }) => `${Buffer.from(bytes).toString('utf8')}\n`).join(''));
    }
  };
  const keep = (workflow: Workflow): void => {
    const copy = hydrated(workflow);
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
      storeLogs(object);
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
    storedLog: (uid, node) => stored.get(`${uid}/${node}`),
    offload(workflow) {
      const { nodes } = hydrated(workflow).status ?? {};
      if (nodes) offloaded.set(workflow.metadata.uid, nodes);
      store.modify<Workflow>(
        'Workflow',
        workflow.metadata.namespace,
        workflow.metadata.name,
        ({ status }) => {
          if (!status) return;
          delete status.nodes;
          delete status.compressedNodes;
          status.offloadNodeStatusVersion = 'fnv:1664525';
        },
      );
    },
    hydrated,
    dump: () => [...archived.values()],
    load(workflows) {
      for (const workflow of workflows) archived.set(workflow.metadata.uid, workflow);
    },
    close,
  };
}
