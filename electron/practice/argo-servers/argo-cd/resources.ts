import type { Kind } from '../../cluster/kinds';
import { kinds, resourceOf } from '../../cluster/kinds';
import type { PatchType } from '../../cluster/patches';
import type { KubeObject } from '../../cluster/stored-objects';
import { deploymentHealth } from '../../controllers/health';
import type { Application, Deployment, Pod } from '../../controllers/kubernetes-shapes';
import { answer, type Exchange, GatewayError, openStream } from '../gateway';
import { applicationOf } from './applications';
import type { Backend } from './backend';

/** Kinds that may be part of an Application or grow out of it. */
const treeKinds = kinds.filter(
  (kind) => !['Namespace', 'Event', 'AppProject', 'Workflow', 'WorkflowTemplate'].includes(kind),
);

const trackingId = 'argocd.argoproj.io/tracking-id';
const hook = 'argocd.argoproj.io/hook';

const refOf = ({ kind, metadata: { namespace, name, uid } }: KubeObject) => {
  const { group, version } = resourceOf(kind as Kind);
  return { ...(group ? { group } : {}), version, kind, ...(namespace ? { namespace } : {}), name, uid };
};

/** Whether it is tracked as the Application's, or a hook of it. */
const isOf = (application: string, { metadata: { annotations, labels } }: KubeObject): boolean =>
  annotations?.[trackingId]?.startsWith(`${application}:`) === true ||
  (annotations?.[hook] !== undefined && labels?.['app.kubernetes.io/instance'] === application);

/** Live objects of an Application: what it tracks, and what those own. */
function objectsOf({ store }: Backend, application: string): KubeObject[] {
  const all = treeKinds.flatMap((kind) => store.list(kind));
  const found = new Map(all.filter((one) => isOf(application, one)).map((one) => [one.metadata.uid, one]));
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const one of all)
      if (one.metadata.ownerReferences?.some(({ uid }) => found.has(uid))) found.set(one.metadata.uid, one);
  }
  return [...found.values()];
}

const podHealth = ({ status }: Pod) => {
  const waiting = status?.containerStatuses?.find(({ state }) => state.waiting)?.state.waiting;
  if (waiting && /BackOff|Err/.test(waiting.reason)) return { status: 'Degraded', message: waiting.reason };
  if (status?.phase === 'Succeeded') return { status: 'Healthy' };
  if (status?.phase === 'Failed') return { status: 'Degraded' };
  return { status: status?.containerStatuses?.every(({ ready }) => ready) ? 'Healthy' : 'Progressing' };
};

/** `ResourceNode` (`pkg/apis/application/v1alpha1/types.go`), its `info` as `controller/cache/info.go` tells it. */
function nodeOf(object: KubeObject, byUid: ReadonlyMap<string, KubeObject>) {
  const { metadata, kind } = object;
  const parents = (metadata.ownerReferences ?? []).flatMap(({ uid }) => byUid.get(uid) ?? []);
  const revision = metadata.annotations?.['deployment.kubernetes.io/revision'];
  const pod = kind === 'Pod' ? (object as Pod) : null;
  const statuses = pod?.status?.containerStatuses ?? [];
  const info = pod
    ? [
        { name: 'Status Reason', value: pod.status?.phase ?? 'Unknown' },
        {
          name: 'Containers',
          value: `${statuses.filter(({ ready }) => ready).length}/${pod.spec.containers.length}`,
        },
      ]
    : revision === undefined
      ? []
      : [{ name: 'Revision', value: `Rev:${revision}` }];
  const health = pod
    ? podHealth(pod)
    : kind === 'Deployment'
      ? { status: deploymentHealth(object as Deployment) }
      : null;
  return {
    ...refOf(object),
    ...(parents.length > 0 ? { parentRefs: parents.map(refOf) } : {}),
    ...(info.length > 0 ? { info } : {}),
    ...(pod ? { images: pod.spec.containers.map(({ image }) => image) } : {}),
    ...(health ? { health } : {}),
    resourceVersion: metadata.resourceVersion,
    createdAt: metadata.creationTimestamp,
  };
}

/** `ApplicationTree`. */
export function treeOf(backend: Backend, application: string) {
  const objects = objectsOf(backend, application);
  const byUid = new Map(objects.map((one) => [one.metadata.uid, one]));
  return { nodes: objects.map((one) => nodeOf(one, byUid)), hosts: [], shardsCount: 1 };
}

const named = (exchange: Exchange): Exchange => ({
  ...exchange,
  path: { name: exchange.path.applicationName ?? exchange.path.name ?? '' },
});

/** `GET /api/v1/applications/{applicationName}/resource-tree`. */
export function resourceTree(backend: Backend, exchange: Exchange): void {
  answer(exchange.response, treeOf(backend, applicationOf(backend, named(exchange)).metadata.name));
}

/**
 * `GET /api/v1/stream/applications/{applicationName}/resource-tree`: the whole tree with each change, and nothing before the
 * first (`WatchResourceTree`).
 */
export function streamResourceTree(backend: Backend, exchange: Exchange): void {
  const { name } = applicationOf(backend, named(exchange)).metadata;
  const { response } = exchange;
  const stream = openStream(exchange, backend.muted);
  let last = JSON.stringify(treeOf(backend, name));
  let soon: NodeJS.Immediate | undefined;
  const look = (): void => {
    soon = undefined;
    const tree = treeOf(backend, name);
    const text = JSON.stringify(tree);
    if (text !== last) stream.send(tree);
    last = text;
  };
  // Writes of one moment become one tree: the real one is written to a cache, whose changes are told.
  const stop = backend.store.subscribe(treeKinds, () => {
    soon ??= setImmediate(look);
  });
  backend.streams.add(response);
  response.once('close', () => {
    clearImmediate(soon);
    backend.streams.delete(response);
    stop();
  });
}

/** `GET /api/v1/applications/{applicationName}/managed-resources`: live states as texts. */
export function managedResources(backend: Backend, exchange: Exchange): void {
  const app = applicationOf(backend, named(exchange));
  const { query, response } = exchange;
  const items = objectsOf(backend, app.metadata.name)
    .filter((one) => isOf(app.metadata.name, one) && one.metadata.annotations?.[hook] === undefined)
    .filter(({ kind }) => !query.get('kind') || query.get('kind') === kind)
    .filter(({ metadata }) => !query.get('name') || query.get('name') === metadata.name)
    .map((one) => {
      const { group, kind, namespace, name } = refOf(one);
      const text = JSON.stringify(one);
      return {
        group,
        kind,
        namespace,
        name,
        targetState: text,
        liveState: text,
        resourceVersion: one.metadata.resourceVersion,
      };
    });
  answer(response, { items });
}

/** The live object that a request means. */
function liveOf(backend: Backend, exchange: Exchange): { app: Application; object: KubeObject } {
  const app = applicationOf(backend, exchange);
  const { query } = exchange;
  const [kind, group, name] = ['kind', 'group', 'resourceName'].map((one) => query.get(one) ?? '');
  const namespace = query.get('namespace') ?? '';
  const object = objectsOf(backend, app.metadata.name).find(
    (one) =>
      one.kind === kind &&
      resourceOf(one.kind as Kind).group === group &&
      one.metadata.name === name &&
      (one.metadata.namespace ?? '') === namespace,
  );
  if (!object)
    throw new GatewayError(
      'InvalidArgument',
      `${kind} ${group} ${name} not found as part of application ${app.metadata.name}`,
    );
  return { app, object };
}

/** `GET /api/v1/applications/{name}/resource`. */
export function liveResource(backend: Backend, exchange: Exchange): void {
  answer(exchange.response, { manifest: JSON.stringify(liveOf(backend, exchange).object) });
}

const patchTypes: Readonly<Record<string, PatchType>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
};

/** `POST /api/v1/applications/{name}/resource`: the body is the patch's text as a JSON string. */
export function patchLiveResource(backend: Backend, exchange: Exchange): void {
  const { object } = liveOf(backend, exchange);
  backend.demand(exchange, 'update');
  const type = patchTypes[exchange.query.get('patchType') ?? ''];
  if (type === undefined || typeof exchange.body !== 'string')
    throw new GatewayError('InvalidArgument', 'the patch or its type cannot be read');
  const { kind, metadata } = object;
  const patched = backend.store.patch(
    kind as Kind,
    metadata.namespace,
    metadata.name,
    type,
    JSON.parse(exchange.body),
  );
  answer(exchange.response, { manifest: JSON.stringify(patched) });
}
