import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { review, reviewPaths } from './answer-reviews';
import type { Certificates } from './certificates';
import type { LogStore } from './container-logs';
import { discover } from './discovery';
import { answer, type Exchange, flag, mediaType, readJson, refuse } from './exchange';
import type { ClusterFaults, FaultAnswer } from './faults';
import { authenticate, type Grants } from './grants';
import { Lister } from './lists';
import { keepLogsInStep } from './pod-logs';
import { type Backend, serveResource } from './resources';
import type { ClusterStore } from './store';
import { ApiError } from './stored-objects';
import { Watches } from './watches';

export interface ApiServerOptions {
  store: ClusterStore;
  logs: LogStore;
  certificates: Pick<Certificates, 'cert' | 'key'>;
  /** Bearer tokens and what each may do. */
  tokens: Grants;
  /** Wanted port on 127.0.0.1; any free one when left out. */
  port?: number;
  /** Milliseconds between bookmarks; 30,000 when left out (a real server: about a minute). */
  bookmarkEvery?: number;
}

/** A running API server. */
export interface ApiServer {
  readonly port: number;
  /** `https://127.0.0.1:<port>`. */
  readonly url: string;
  readonly faults: ClusterFaults;
  /** Open watches, for tests that wait for them. */
  readonly openWatches: () => number;
  /** How many requests came since the start, for tests. */
  readonly requests: () => number;
  /** Serves with other certificates from the next connection on. */
  useCertificates(certificates: Pick<Certificates, 'cert' | 'key'>): void;
  close(): Promise<void>;
}

const publicPaths = new Set(['/version', '/healthz', '/livez', '/readyz']);
const faultReasons: Record<FaultAnswer['code'], [string, string]> = {
  401: ['Unauthorized', 'Unauthorized'],
  403: ['Forbidden', 'forbidden by the practice estate'],
  404: ['NotFound', 'the server could not find the requested resource'],
  429: ['TooManyRequests', 'Too many requests, please try again later.'],
  500: ['InternalError', 'Internal error occurred: etcdserver: request timed out'],
  503: ['ServiceUnavailable', 'the server is currently unable to handle the request'],
};

/** Serves one cluster's store over HTTPS on 127.0.0.1, as far as @kubernetes/client-node and kubectl ask. */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { store, logs } = options;
  const tokens = new Map(Object.entries(options.tokens));
  const watches = new Watches(store, () => options.bookmarkEvery ?? 30_000);
  const backend: Backend = { store, logs, lister: new Lister(store), watches };
  const undoLogs = keepLogsInStep(store, logs);
  const sockets = new Set<Socket>();
  const logStreams = new Set<ServerResponse>();
  const state = {
    hanging: false,
    delay: 0,
    answer: null as FaultAnswer | null,
    watchesRefused: false,
    halfJson: 0,
    requests: 0,
    url: '',
  };

  const server = createServer({ ...options.certificates, keepAlive: true }, (request, response) => {
    state.requests++;
    // A client that goes away in the middle is no fault of the server.
    request.on('error', () => {});
    response.on('error', () => {});
    handle(request, response).catch((error) => refuse({ request, response }, error));
  });
  server.keepAliveTimeout = 60_000;
  // From the first byte on, not from the end of the TLS handshake: the server is closed when the last of them is.
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('secureConnection', (socket) => socket.on('error', () => {}));
  server.on('tlsClientError', () => {});

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (state.delay > 0) await new Promise((resolve) => setTimeout(resolve, state.delay));
    if (state.hanging || response.destroyed) return;
    const url = new URL(request.url ?? '/', state.url);
    const path = url.pathname.replace(/(.)\/+$/, '$1');
    const fault = state.answer;
    if (fault && (!fault.path || fault.path.test(path))) {
      if (fault.times !== undefined && --fault.times <= 0) state.answer = null;
      const [reason, message] = faultReasons[fault.code];
      const headers = fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) };
      refuse(
        { request, response },
        new ApiError(fault.code, reason, message),
        headers as Record<string, string>,
      );
      return;
    }
    const open = publicPaths.has(path) && request.headers.authorization === undefined;
    const grant = open
      ? { username: 'system:anonymous' }
      : authenticate(request.headers.authorization, tokens);
    const method = request.method ?? 'GET';
    const exchange: Exchange = { request, response, method, path, query: url.searchParams, grant };
    demandJson(request);
    if (state.halfJson > 0 && !flag(url.searchParams, 'watch')) {
      state.halfJson--;
      cutInTheMiddle(response);
    }
    if (flag(url.searchParams, 'watch') && state.watchesRefused)
      throw new ApiError(503, 'ServiceUnavailable', 'watches are switched off by a scenario');
    if (path.endsWith('/log')) {
      logStreams.add(response);
      response.once('close', () => logStreams.delete(response));
    }
    await route(exchange);
  }

  async function route(exchange: Exchange): Promise<void> {
    const { path, method, response } = exchange;
    if (['/healthz', '/livez', '/readyz'].includes(path)) {
      response.writeHead(200, { 'content-type': 'text/plain' }).end('ok');
      return;
    }
    if (reviewPaths.has(path)) {
      if (method !== 'POST') throw new ApiError(405, 'MethodNotAllowed', 'create only');
      answer(exchange, 201, review(path, exchange.grant, await readJson(exchange.request)));
      return;
    }
    const discovered = method === 'GET' ? discover(path, new URL(state.url).host) : undefined;
    if (discovered !== undefined) answer(exchange, 200, discovered);
    else await serveResource(exchange, backend);
  }

  async function listen(port: number): Promise<number> {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  async function unlisten(): Promise<void> {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  }

  const port = await listen(options.port ?? 0).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE' && options.port) return listen(0);
    throw error;
  });
  state.url = `https://127.0.0.1:${port}`;

  const faults: ClusterFaults = {
    async reachability(wanted) {
      const hung = state.hanging;
      state.hanging = wanted === 'hanging';
      watches.silent = state.hanging;
      if (wanted === 'refused') await unlisten();
      else if (!server.listening) await listen(port);
      // Requests that came while it hung are never answered: their connections end now.
      if (hung && wanted === 'up') for (const socket of sockets) socket.destroy();
    },
    cutWatches: () => watches.cut(),
    refuseWatches(on) {
      state.watchesRefused = on;
      if (on) watches.cut();
    },
    silenceWatches(on) {
      watches.silent = on;
    },
    expireWatches() {
      store.compact();
      watches.expire();
    },
    cutLogs() {
      for (const response of logStreams) response.destroy();
    },
    delay(milliseconds) {
      state.delay = milliseconds;
    },
    answer(fault) {
      state.answer = fault ? { ...fault } : null;
    },
    halfJson(times) {
      state.halfJson = times;
    },
    async clear() {
      Object.assign(state, { delay: 0, answer: null, watchesRefused: false, halfJson: 0 });
      if (state.hanging || !server.listening) await faults.reachability('up');
      watches.silent = false;
    },
  };

  return {
    port,
    url: state.url,
    faults,
    openWatches: () => watches.count,
    requests: () => state.requests,
    useCertificates(certificates) {
      server.setSecureContext(certificates);
      for (const socket of sockets) socket.destroy();
    },
    async close() {
      undoLogs();
      await unlisten();
    },
  };
}

/** The server speaks JSON alone. @throws ApiError 406, 415 (protobuf). */
function demandJson(request: IncomingMessage): void {
  const accept = request.headers.accept;
  if (accept && !/application\/json|application\/\*|\*\/\*|text\/plain/.test(accept))
    throw new ApiError(
      406,
      'NotAcceptable',
      'only the following media types are accepted: application/json, application/json;stream=watch',
    );
  if (mediaType(request) === 'application/vnd.kubernetes.protobuf')
    throw new ApiError(415, 'UnsupportedMediaType', 'the practice cluster speaks no protobuf');
}

/** Lets half of the next body through, then breaks the connection. */
function cutInTheMiddle(response: ServerResponse): void {
  const end = response.end.bind(response);
  response.end = ((body?: unknown) => {
    if (!Buffer.isBuffer(body)) return end();
    response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy());
    return response;
  }) as typeof response.end;
}
