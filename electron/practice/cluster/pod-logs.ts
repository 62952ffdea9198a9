import type { LogLine, LogQuery, LogStore } from './container-logs';
import { type Exchange, flag, integer } from './exchange';
import { resourceOf } from './kinds';
import type { ClusterStore } from './store';
import { type KubeObject, refusals } from './stored-objects';

interface ContainerStatus {
  name: string;
  state?: { waiting?: { reason?: string }; terminated?: unknown };
}

interface PodWithStatus extends KubeObject {
  spec?: { containers?: { name: string }[]; initContainers?: { name: string }[] };
  status?: { containerStatuses?: ContainerStatus[]; initContainerStatuses?: ContainerStatus[] };
}

const statusesOf = (pod: PodWithStatus): ContainerStatus[] => [
  ...(pod.status?.initContainerStatuses ?? []),
  ...(pod.status?.containerStatuses ?? []),
];

const backlogLimit = 32 * 1024 * 1024;

/**
 * Serves `pods/<name>/log` (core/v1 PodLogOptions). As on the way from a real API server to a kubelet, `sinceTime`
 * is cut to whole seconds (k8s.io/kubernetes pkg/registry/core/pod: the time is sent on as RFC 3339 without fraction).
 * @param silent while it says so, streams fall silent, and stay so, like half-open connections.
 * @throws ApiError 400, 404 before anything is written.
 */
export function servePodLog(
  exchange: Exchange,
  store: ClusterStore,
  logs: LogStore,
  namespace: string,
  name: string,
  silent: () => boolean,
): void {
  const { query, response } = exchange;
  const pod = store.get<PodWithStatus>('Pod', namespace, name);
  if (!pod) throw refusals.notFound(resourceOf('Pod'), name);
  const names = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])].map((c) => c.name);
  const container = query.get('container') || (names.length === 1 ? names[0] : undefined);
  if (!container)
    throw refusals.badRequest(
      `a container name must be specified for pod ${name}, choose one of: [${names.join(' ')}]`,
    );
  if (!names.includes(container))
    throw refusals.badRequest(`container ${container} is not valid for pod ${name}`);

  const logQuery = queryOf(query);
  const lines = logs.read(namespace, name, container, logQuery);
  const status = statusesOf(pod).find((candidate) => candidate.name === container);
  if (status?.state?.waiting && lines.length === 0 && logs.read(namespace, name, container).length === 0)
    throw refusals.badRequest(
      `container "${container}" in pod "${name}" is waiting to start: ${status.state.waiting.reason ?? 'ContainerCreating'}`,
    );

  const timestamps = flag(query, 'timestamps');
  let budget = integer(query, 'limitBytes', 1) ?? Number.POSITIVE_INFINITY;
  response.writeHead(200, { 'content-type': 'text/plain', 'cache-control': 'no-cache, private' });
  response.flushHeaders();
  let muted = false;
  const write = (line: LogLine) => {
    muted ||= silent();
    if (muted || response.writableEnded || response.destroyed) return;
    const whole = Buffer.concat([
      Buffer.from(timestamps ? `${line.at} ` : ''),
      line.bytes,
      Buffer.from('\n'),
    ]);
    const part = whole.length > budget ? whole.subarray(0, budget) : whole;
    budget -= part.length;
    response.write(part);
    if (budget <= 0) response.end();
    else if (response.writableLength > backlogLimit) response.destroy();
  };
  for (const line of lines) write(line);
  if (!flag(query, 'follow') || logQuery.previous) {
    response.end();
    return;
  }
  const end = () => {
    muted ||= silent();
    if (!muted) response.end();
  };
  // In the same tick as the read: nothing is lost between the two.
  response.once('close', logs.follow(namespace, name, container, { line: write, end }));
}

function queryOf(query: URLSearchParams): LogQuery {
  const tailLines = integer(query, 'tailLines');
  const sinceSeconds = integer(query, 'sinceSeconds', 1);
  const sinceTime = query.get('sinceTime') || undefined;
  if (sinceSeconds !== undefined && sinceTime !== undefined)
    throw refusals.badRequest('at most one of sinceTime or sinceSeconds may be specified');
  return {
    previous: flag(query, 'previous'),
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(sinceSeconds === undefined ? {} : { sinceSeconds }),
    ...(sinceTime === undefined ? {} : { sinceTime: sinceTime.replace(/\.\d+/, '') }),
  };
}

/** Ends a container's log when its status says terminated, forgets a pod's logs with the pod. Returns the undo. */
export function keepLogsInStep(store: ClusterStore, logs: LogStore): () => void {
  return store.subscribe<PodWithStatus>('Pod', ({ type, object, previous }) => {
    const { namespace = '', name } = object.metadata;
    if (type === 'DELETED') {
      logs.remove(namespace, name);
      return;
    }
    const before = previous ? statusesOf(previous) : [];
    for (const status of statusesOf(object)) {
      const ended = before.find((old) => old.name === status.name)?.state?.terminated;
      if (status.state?.terminated && !ended) logs.end(namespace, name, status.name);
    }
  });
}
