import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { LogStore } from '../../cluster/container-logs';
import { readJson } from '../../cluster/exchange';
import type { ClusterStore } from '../../cluster/store';
import { listenOnLoopback } from '../../estate/listen-on-loopback';
import type { ArgoAccounts } from '../accounts';
import {
  getApplication,
  listApplications,
  listProjects,
  patchApplication,
  streamApplications,
  syncApplication,
  syncWindows,
  terminateOperation,
} from './applications';
import { type Backend, permits } from './backend';
import { canI } from './can-i';
import { answer, type Exchange, GatewayError, refuse } from './gateway';
import { podLogs } from './logs';
import {
  liveResource,
  managedResources,
  patchLiveResource,
  resourceTree,
  streamResourceTree,
} from './resources';

export interface ArgoCdServer {
  readonly port: number;
  readonly url: string;
  /** Open streams, for tests that wait for them. */
  readonly openStreams: () => number;
  readonly requests: () => number;
  readonly faults: ArgoCdFaults;
  close(): Promise<void>;
}

/** What goes wrong on purpose. */
export interface ArgoCdFaults {
  /** `hanging`: nothing is answered, and streams fall silent. `refused`: connections are dropped. */
  reachability(wanted: 'up' | 'hanging' | 'refused'): void;
  /** Breaks every stream without a word, as a load balancer does. */
  cutStreams(): void;
  /** The next request whose method and path fit is done, and its answer lost. */
  loseAnswer(request: RegExp): void;
  /** The next requests whose method and path fit are answered so instead. */
  answer(request: RegExp, status: number, contentType: string, body: string, times: number): void;
}

type Handler = (backend: Backend, exchange: Exchange) => void;

const routes: readonly [string, Handler][] = [
  ['GET /api/v1/account/can-i/{resource}/{action}/{subresource=**}', canI],
  ['GET /api/v1/projects', listProjects],
  ['GET /api/v1/applications', listApplications],
  ['GET /api/v1/applications/{name}', getApplication],
  ['PATCH /api/v1/applications/{name}', patchApplication],
  ['POST /api/v1/applications/{name}/sync', syncApplication],
  ['DELETE /api/v1/applications/{name}/operation', terminateOperation],
  ['GET /api/v1/applications/{name}/syncwindows', syncWindows],
  ['GET /api/v1/applications/{name}/resource', liveResource],
  ['POST /api/v1/applications/{name}/resource', patchLiveResource],
  ['GET /api/v1/applications/{name}/logs', podLogs],
  ['GET /api/v1/applications/{applicationName}/resource-tree', resourceTree],
  ['GET /api/v1/applications/{applicationName}/managed-resources', managedResources],
  ['GET /api/v1/stream/applications', streamApplications],
  ['GET /api/v1/stream/applications/{applicationName}/resource-tree', streamResourceTree],
];

const patterns = routes.map(([route, handler]) => {
  const names: string[] = [];
  const source = route.replace(/\{(\w+)(=\*\*)?\}/g, (_, name: string, deep?: string) => {
    names.push(name);
    return deep ? '(.+)' : '([^/]+)';
  });
  return { pattern: new RegExp(`^${source}$`), names, handler };
});

/**
 * Argo CD's own server (argocd-server 3.5) over a practice cluster: its REST API as grpc-gateway serves it, as far as
 * Signalbox asks. Held against the published description in `argo-cd-openapi.test.ts`.
 * @param options.signIn tried first: pages, and what of the API is about signing in (`SignInPages`); `false`: not its business.
 */
export async function startArgoCdServer(options: {
  store: ClusterStore;
  logs: LogStore;
  accounts: ArgoAccounts;
  now: () => Date;
  port?: number | undefined;
  signIn?: (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;
}): Promise<ArgoCdServer> {
  const { accounts } = options;
  const state = { reachability: 'up' as 'up' | 'hanging' | 'refused', requests: 0 };
  let lost: RegExp | null = null;
  let instead: { request: RegExp; status: number; type: string; body: string; times: number } | null = null;
  const backend: Backend = {
    store: options.store,
    logs: options.logs,
    now: options.now,
    person: ({ request }) => {
      const person = accounts.personOf(request.headers);
      if (!person) throw new GatewayError('Unauthenticated', 'no session information');
      return person;
    },
    demand: (exchange, action) => {
      if (!permits(backend.person(exchange), action))
        throw new GatewayError('PermissionDenied', 'permission denied');
    },
    streams: new Set(),
    muted: () => state.reachability !== 'up',
  };

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    state.requests++;
    if (state.reachability === 'refused') request.destroy();
    if (state.reachability !== 'up') return;
    const method = request.method ?? 'GET';
    const url = new URL(request.url ?? '/', 'http://localhost');
    const line = `${method} ${url.pathname}`;
    if (instead?.request.test(line)) {
      const { status, type, body } = instead;
      if (--instead.times <= 0) instead = null;
      response.writeHead(status, { 'content-type': type }).end(body);
      return;
    }
    if (lost?.test(line)) {
      lost = null;
      response.end = (() => response.destroy()) as typeof response.end;
      response.write = (() => true) as typeof response.write;
    }
    if (await options.signIn?.(request, response)) return;
    if (line === 'GET /api/version') {
      answer(response, { Version: 'v3.5.4+practice' });
      return;
    }
    // Before who asks is looked at (`enforceContentTypes`, server/server.go).
    if (method !== 'GET' && request.headers['content-type']?.toLowerCase() !== 'application/json') {
      response.writeHead(415, { 'content-type': 'text/plain; charset=utf-8' }).end('Invalid content type\n');
      return;
    }
    const body = method === 'GET' ? undefined : await readJson(request);
    const base = { request, response, method, query: url.searchParams, body };
    for (const { pattern, names, handler } of patterns) {
      const found = pattern.exec(line);
      if (!found) continue;
      const path = Object.fromEntries(
        names.map((name, at) => [name, decodeURIComponent(found[at + 1] ?? '')]),
      );
      const exchange = { ...base, path };
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
    requests: () => state.requests,
    faults: {
      reachability(wanted) {
        const before = state.reachability;
        state.reachability = wanted;
        if (before === 'hanging' || wanted === 'refused') server.closeAllConnections();
      },
      cutStreams() {
        for (const response of backend.streams) response.destroy();
      },
      loseAnswer(request) {
        lost = request;
      },
      answer(request, status, type, text, times) {
        instead = { request, status, type, body: text, times };
      },
    },
    close,
  };
}
