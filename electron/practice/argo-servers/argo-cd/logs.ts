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
  const entry = (content: string, at: string, last: boolean) => ({
    content,
    timeStamp: `${at.slice(0, 19)}Z`,
    last,
    timeStampStr: at,
    podName: last ? '' : podName,
  });
  const send = ({ at, bytes }: LogLine) => stream.send(entry(Buffer.from(bytes).toString('utf8'), at, false));
  const end = () => {
    stream.send(entry('', backend.now().toISOString(), true));
    stream.end();
  };
  const seconds = query.get('sinceTime.seconds');
  const previous = query.get('previous') === 'true';
  const tail = Number(query.get('tailLines') ?? '0');
  try {
    const lines = backend.logs.read(namespace, podName, container, {
      previous,
      ...(tail > 0 ? { tailLines: tail } : {}),
      ...(seconds ? { sinceTime: new Date(Number(seconds) * 1000).toISOString() } : {}),
    });
    for (const line of lines) send(line);
  } catch (error) {
    stream.send(entry(error instanceof Error ? error.message : String(error), '0001-01-01T00:00:00Z', false));
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
