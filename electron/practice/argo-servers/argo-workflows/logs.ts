import type { LogLine } from '../../cluster/container-logs';
import type { Pod, Workflow } from '../../controllers/kubernetes-shapes';
import { type Exchange, GatewayError, openStream } from '../gateway';
import type { Backend } from './backend';

const isOver = (workflow: Workflow | undefined): boolean =>
  workflow === undefined || /^(Succeeded|Failed|Error)$/.test(workflow.status?.phase ?? '');

/**
 * `GET /api/v1/workflows/{namespace}/{name}/log`: lines of the workflow's pods, or of one, as `{content, podName}`; an
 * account that may only read may read these, too. A followed one ends with the workflow, whatever became of the pods; one
 * that can't be read says nothing (argo-workflows, `util/logs/workflow-logger.go`).
 */
export function workflowLogs(backend: Backend, exchange: Exchange): void {
  const { path, query, response } = exchange;
  const { store, logs } = backend;
  backend.person(exchange);
  const { namespace = '', name = '' } = path;
  const find = () => store.get<Workflow>('Workflow', namespace, name);
  if (!find()) throw new GatewayError('NotFound', `workflows.argoproj.io "${name}" not found`);
  const wanted = query.get('podName');
  const container = query.get('logOptions.container') || 'main';
  const stamps = query.get('logOptions.timestamps') === 'true';
  const follow = query.get('logOptions.follow') === 'true';
  // As Argo CD's server, it takes no `sinceTime`.
  const seconds = Number(query.get('logOptions.sinceSeconds') ?? '0');
  const tail = Number(query.get('logOptions.tailLines') || '0');
  const stream = openStream(exchange, backend.muted);
  const streamed = new Set<string>();
  const stops: (() => void)[] = [];
  let open = 0;

  const finish = () => {
    if (open > 0 || (follow && !isOver(find()))) return;
    if (response.headersSent) stream.end();
    else response.writeHead(200, { 'content-type': 'application/json' }).end();
  };
  const streamPod = ({ metadata, status }: Pod): void => {
    // One that has not started is left out until it does (`ensureWeAreStreaming`).
    if (status?.phase === 'Pending' || streamed.has(metadata.uid)) return;
    if (wanted && metadata.name !== wanted) return;
    streamed.add(metadata.uid);
    const line = ({ at, bytes }: LogLine) => {
      const text = Buffer.from(bytes).toString('utf8');
      stream.send({ content: stamps ? `${at} ${text}` : text, podName: metadata.name });
    };
    const read = logs.read(namespace, metadata.name, container, {
      ...(tail > 0 ? { tailLines: tail } : {}),
      ...(seconds > 0 ? { sinceSeconds: seconds } : {}),
    });
    for (const one of read) line(one);
    if (!follow) return;
    open++;
    const end = () => {
      open--;
      finish();
    };
    stops.push(logs.follow(namespace, metadata.name, container, { line, end }));
  };

  const labelSelector = `workflows.argoproj.io/workflow=${name}`;
  for (const pod of store.list<Pod>('Pod', { namespace, labelSelector })) streamPod(pod);
  if (follow) {
    stops.push(
      store.subscribe<Pod>('Pod', ({ type, object }) => {
        const ofIt = object.metadata.labels?.['workflows.argoproj.io/workflow'] === name;
        if (type !== 'DELETED' && ofIt && object.metadata.namespace === namespace) streamPod(object);
      }),
      store.subscribe<Workflow>('Workflow', finish),
    );
  }
  backend.streams.add(response);
  response.once('close', () => {
    backend.streams.delete(response);
    for (const stop of stops) stop();
  });
  finish();
}

/**
 * `GET /artifact-files/{namespace}/workflows|archived-workflows/{name or uid}/{node}/outputs/{artifact}`: the log that was
 * stored of a node, as text (`server/artifacts/artifact_server.go`). What it does not have is refused with 500.
 */
export function storedLog(backend: Backend, exchange: Exchange): void {
  const { path, response } = exchange;
  backend.person(exchange);
  const { namespace = '', kind, id = '', node = '', artifact } = path;
  const live = kind === 'workflows' ? backend.store.get('Workflow', namespace, id) : undefined;
  const uid = kind === 'workflows' ? live?.metadata.uid : backend.archive.byUid(id)?.metadata.uid;
  const text =
    uid === undefined || artifact !== 'main-logs' ? undefined : backend.archive.storedLog(uid, node);
  if (text === undefined)
    response.writeHead(500, { 'content-type': 'text/plain' }).end('Internal Server Error\n');
  else
    response.writeHead(200, { 'content-type': '', 'content-disposition': 'filename="main.log"' }).end(text);
}
