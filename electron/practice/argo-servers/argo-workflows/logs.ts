import type { LogLine } from '../../cluster/container-logs';
import type { Pod } from '../../controllers/kubernetes-shapes';
import { type Exchange, GatewayError, openStream } from '../gateway';
import type { Backend } from './backend';

/**
 * `GET /api/v1/workflows/{namespace}/{name}/log`: lines of the workflow's pods, or of one, as `{content, podName}`; an
 * account that may only read may read these, too (argo-workflows, `util/logs/workflow-logger.go`).
 */
export function workflowLogs(backend: Backend, exchange: Exchange): void {
  const { path, query, response } = exchange;
  backend.person(exchange);
  const { namespace = '', name = '' } = path;
  if (!backend.store.get('Workflow', namespace, name))
    throw new GatewayError('NotFound', `workflows.argoproj.io "${name}" not found`);
  const wanted = query.get('podName');
  const container = query.get('logOptions.container') || 'main';
  const stamps = query.get('logOptions.timestamps') === 'true';
  const follow = query.get('logOptions.follow') === 'true';
  const since = query.get('logOptions.sinceTime');
  const tail = Number(query.get('logOptions.tailLines') || '0');
  const pods = backend.store
    .list<Pod>('Pod', { namespace, labelSelector: `workflows.argoproj.io/workflow=${name}` })
    .filter(({ metadata }) => !wanted || metadata.name === wanted);
  const stream = openStream(exchange, backend.muted);
  const stops: (() => void)[] = [];
  let open = 0;
  const send = (podName: string) => (line: LogLine) => {
    const text = Buffer.from(line.bytes).toString('utf8');
    stream.send({ content: stamps ? `${line.at} ${text}` : text, podName });
  };
  const over = () => {
    open--;
    if (open <= 0) finish();
  };
  const finish = () => {
    if (response.headersSent) stream.end();
    else response.writeHead(200, { 'content-type': 'application/json' }).end();
  };
  for (const { metadata } of pods) {
    const told = send(metadata.name);
    const lines = backend.logs.read(namespace, metadata.name, container, {
      ...(tail > 0 ? { tailLines: tail } : {}),
      ...(since ? { sinceTime: since } : {}),
    });
    for (const line of lines) told(line);
    if (!follow) continue;
    open++;
    stops.push(backend.logs.follow(namespace, metadata.name, container, { line: told, end: over }));
  }
  backend.streams.add(response);
  response.once('close', () => {
    backend.streams.delete(response);
    for (const stop of stops) stop();
  });
  if (open === 0) finish();
}
