import type { LogLine } from '../../cluster/container-logs';
import type { Pod } from '../../controllers/kubernetes-shapes';
import { type Exchange, openStream } from '../gateway';
import { applicationOf } from './applications';
import type { Backend } from './backend';
import { treeOf } from './resources';

/**
 * `GET /api/v1/applications/{name}/logs` of one pod: entries, and at the end one that is `last`. A pod that is not the
 * Application's has no lines; what the cluster refuses comes as a line (argo-cd, `PodLogs`).
 */
export function podLogs(backend: Backend, exchange: Exchange): void {
  const { query, response } = exchange;
  const app = applicationOf(backend, exchange);
  const podName = query.get('podName') ?? '';
  const stream = openStream(exchange, backend.muted);
  const node = treeOf(backend, app.metadata.name).nodes.find(
    ({ kind, name }) => kind === 'Pod' && name === podName,
  );
  const namespace = node?.namespace ?? '';
  const pod = backend.store.get<Pod>('Pod', namespace, podName);
  if (!node || !pod) {
    // The gateway's end of a stream without messages.
    response.writeHead(200, { 'content-type': 'application/json' }).end();
    return;
  }
  const container = query.get('container') || pod.spec.containers[0]?.name || '';
  const entry = (content: string, at: string, more: { last: boolean; podName: string }) => ({
    content,
    timeStamp: `${at.slice(0, 19)}Z`,
    // `RFC3339Nano` of Go leaves zeros at the end out.
    timeStampStr: at.replace(/\.?0+Z$/, 'Z'),
    ...more,
  });
  const send = ({ at, bytes }: LogLine) => {
    // Ends of lines are taken off, and what stands between carriage returns is a line each (`parseLogsStream`).
    for (const part of Buffer.from(bytes).toString('utf8').trimEnd().split('\r'))
      stream.send(entry(part, at, { last: false, podName }));
  };
  const end = () => {
    stream.send(entry('', backend.now().toISOString(), { last: true, podName: '' }));
    stream.end();
  };
  // `sinceTime` is described and not taken: the gateway finds no field of that name in Kubernetes' own type.
  const seconds = Number(query.get('sinceSeconds') ?? '0');
  const previous = query.get('previous') === 'true';
  const tail = Number(query.get('tailLines') ?? '0');
  try {
    const lines = backend.logs.read(namespace, podName, container, {
      previous,
      ...(tail > 0 ? { tailLines: tail } : {}),
      ...(seconds > 0 ? { sinceSeconds: seconds } : {}),
    });
    for (const line of lines) send(line);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    stream.send(entry(said, '0001-01-01T00:00:00Z', { last: false, podName: '' }));
    end();
    return;
  }
  if (query.get('follow') !== 'true' || previous) {
    end();
    return;
  }
  backend.streams.add(response);
  const stop = backend.logs.follow(namespace, podName, container, { line: send, end });
  response.once('close', () => {
    backend.streams.delete(response);
    stop();
  });
}
