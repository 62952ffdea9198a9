import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { LogStore } from '../../cluster/container-logs';
import { readJson } from '../../cluster/exchange';
import type { ClusterStore } from '../../cluster/store';
import { listenOnLoopback } from '../../estate/listen-on-loopback';
import type { ArgoAccounts } from '../accounts';
import { answer, type Exchange, GatewayError, refusalOf } from '../argo-cd/gateway';
import type { WorkflowArchive } from './archive';
import type { Backend } from './backend';
import { workflowLogs } from './logs';
import {
  changeWorkflow,
  createWorkflow,
  getArchived,
  getWorkflow,
  listArchived,
  listWorkflows,
  streamWorkflows,
  submitWorkflow,
} from './workflows';

export interface ArgoWorkflowsServer {
  readonly port: number;
  readonly url: string;
  /** Open streams, for tests that wait for them. */
  readonly openStreams: () => number;
  readonly faults: {
    /** `hanging`: nothing is answered, and streams fall silent. `refused`: connections are dropped. */
    reachability(wanted: 'up' | 'hanging' | 'refused'): void;
    /** Breaks every stream without a word, as a load balancer does. */
    cutStreams(): void;
    /** The next request whose method and path fit is done, and its answer lost. */
    loseAnswer(request: RegExp): void;
  };
  close(): Promise<void>;
}

/** As `DefaultHTTPProtoErrorHandler` of grpc-gateway 1.16 answers, which this server is set to use (`newHTTPServer`). */
function refuse(response: ServerResponse, error: unknown): void {
  const { grpc, http, message } = refusalOf(error);
  if (response.headersSent) response.destroy();
  else answer(response, { code: grpc, message }, http);
}

type Handler = (backend: Backend, exchange: Exchange) => void;

const routes: readonly [string, Handler][] = [
  ['GET /api/v1/workflows/{namespace}', listWorkflows],
  ['POST /api/v1/workflows/{namespace}', createWorkflow],
  ['POST /api/v1/workflows/{namespace}/submit', submitWorkflow],
  ['GET /api/v1/workflows/{namespace}/{name}', getWorkflow],
  ['PUT /api/v1/workflows/{namespace}/{name}/retry', changeWorkflow('retry')],
  ['PUT /api/v1/workflows/{namespace}/{name}/stop', changeWorkflow('stop')],
  ['PUT /api/v1/workflows/{namespace}/{name}/terminate', changeWorkflow('terminate')],
  ['PUT /api/v1/workflows/{namespace}/{name}/suspend', changeWorkflow('suspend')],
  ['PUT /api/v1/workflows/{namespace}/{name}/resume', changeWorkflow('resume')],
  ['GET /api/v1/workflows/{namespace}/{name}/log', workflowLogs],
  ['GET /api/v1/workflow-events/{namespace}', streamWorkflows],
  ['GET /api/v1/archived-workflows', listArchived],
  ['GET /api/v1/archived-workflows/{uid}', getArchived],
];

const patterns = routes.map(([route, handler]) => {
  const names: string[] = [];
  const source = route.replace(/\{(\w+)\}/g, (_, name: string) => {
    names.push(name);
    return '([^/]+)';
  });
  return { pattern: new RegExp(`^${source}$`), names, handler };
});

/**
 * Argo Workflows' own server (4.0) over a practice cluster: its REST API as grpc-gateway serves it, as far as Signalbox
 * asks.
 * @param options.signIn tried first: pages, and what of the API is about signing in; `false`: not its business.
 */
export async function startArgoWorkflowsServer(options: {
  store: ClusterStore;
  logs: LogStore;
  archive: WorkflowArchive;
  accounts: ArgoAccounts;
  now: () => Date;
  port?: number | undefined;
  signIn?: (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;
  bookmarkEvery?: number;
}): Promise<ArgoWorkflowsServer> {
  const { accounts, store, logs, archive, now } = options;
  let reachability: 'up' | 'hanging' | 'refused' = 'up';
  let lost: RegExp | null = null;
  const backend: Backend = {
    store,
    logs,
    archive,
    now,
    person: ({ request }) => {
      const person = accounts.personOf(request.headers);
      if (!person)
        throw new GatewayError(
          'Unauthenticated',
          'token not valid. see https://argo-workflows.readthedocs.io/en/latest/faq/',
        );
      return person;
    },
    streams: new Set(),
    muted: () => reachability !== 'up',
    bookmarkEvery: options.bookmarkEvery ?? 60_000,
  };

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (reachability === 'refused') request.destroy();
    if (reachability !== 'up') return;
    const method = request.method ?? 'GET';
    const url = new URL(request.url ?? '/', 'http://localhost');
    const line = `${method} ${url.pathname}`;
    if (lost?.test(line)) {
      lost = null;
      response.end = (() => response.destroy()) as typeof response.end;
    }
    if (await options.signIn?.(request, response)) return;
    const body = method === 'GET' ? undefined : await readJson(request);
    if (line === 'GET /api/v1/version') {
      backend.person({ request });
      answer(response, { version: 'v4.0.0+practice' });
      return;
    }
    for (const { pattern, names, handler } of patterns) {
      const found = pattern.exec(line);
      if (!found) continue;
      const path = Object.fromEntries(
        names.map((name, at) => [name, decodeURIComponent(found[at + 1] ?? '')]),
      );
      const exchange = { request, response, method, query: url.searchParams, body, path };
      backend.person(exchange);
      handler(backend, exchange);
      return;
    }
    throw new GatewayError('NotFound', 'Not Found');
  }

  const server = createServer((request, response) => {
    // A client that goes away in the middle is no fault of the server.
    request.on('error', () => {});
    response.on('error', () => {});
    handle(request, response).catch((error) => refuse(response, error));
  });
  server.keepAliveTimeout = 60_000;
  const { port, close } = await listenOnLoopback(server, options.port);
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    openStreams: () => backend.streams.size,
    faults: {
      reachability(wanted) {
        const before = reachability;
        reachability = wanted;
        if (before === 'hanging' || wanted === 'refused') server.closeAllConnections();
      },
      cutStreams() {
        for (const response of backend.streams) response.destroy();
      },
      loseAnswer(request) {
        lost = request;
      },
    },
    close,
  };
}
