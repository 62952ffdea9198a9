import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { readJson } from '../cluster/exchange';
import { listenOnLoopback } from '../estate/listen-on-loopback';
import type { ArgoPerson } from './accounts';
import { type Exchange, GatewayError } from './gateway';

/** What the handlers of any such server share. */
export interface GatewayBackend<Person = ArgoPerson> {
  /** Who sends the request. @throws GatewayError `Unauthenticated` for nobody. */
  person: (exchange: Pick<Exchange, 'request'>) => Person;
  /** Open streams, to be cut. */
  streams: Set<ServerResponse>;
  /** While it says so, nothing that was begun is answered. */
  muted: () => boolean;
}

/** What goes wrong on purpose. */
export interface GatewayFaults {
  /** `hanging`: nothing is answered, and streams fall silent. `refused`: connections are dropped. */
  reachability(wanted: 'up' | 'hanging' | 'refused'): void;
  /** Breaks every stream without a word, as a load balancer does. */
  cutStreams(): void;
  /** The next request whose method and path fit is done, and its answer lost. */
  loseAnswer(request: RegExp): void;
  /** The next requests whose method and path fit are answered so instead. */
  answer(request: RegExp, status: number, contentType: string, body: string, times: number): void;
}

/** One of Argo's own servers while it runs. */
export interface GatewayServer {
  readonly port: number;
  readonly url: string;
  /** Open streams, for tests that wait for them. */
  readonly openStreams: () => number;
  readonly requests: () => number;
  readonly faults: GatewayFaults;
  close(): Promise<void>;
}

/** Method and path, as the published description writes them, and who answers. */
export type GatewayRoutes<B> = readonly [string, (backend: B, exchange: Exchange) => void][];

/** `{name}` is a segment, `{name=**}` all that is left. */
function patternsOf<B>(routes: GatewayRoutes<B>) {
  return routes.map(([route, handler]) => {
    const names: string[] = [];
    const source = route.replace(/\{(\w+)(=\*\*)?\}/g, (_, name: string, deep?: string) => {
      names.push(name);
      return deep ? '(.+)' : '([^/]+)';
    });
    return { pattern: new RegExp(`^${source}$`), names, handler };
  });
}

/**
 * A REST API as grpc-gateway serves it, on a port of this computer's own.
 * @param options.backend made of what the server itself knows.
 * @param options.before answers what comes before routes; `line`: method and path. `true`: it has answered.
 * @param options.refuse words a refusal as this server does.
 * @param options.signIn tried first: pages, and what of the API is about signing in (`SignInPages`); left out: not its business.
 */
export async function startGateway<B extends GatewayBackend<unknown>>(options: {
  routes: GatewayRoutes<B>;
  backend: (own: Pick<GatewayBackend<unknown>, 'streams' | 'muted'>) => B;
  before: (line: string, request: IncomingMessage, response: ServerResponse, backend: B) => boolean;
  refuse: (response: ServerResponse, error: unknown) => void;
  signIn: ((request: IncomingMessage, response: ServerResponse) => Promise<boolean>) | undefined;
  port: number | undefined;
}): Promise<GatewayServer> {
  const patterns = patternsOf(options.routes);
  let reachability: 'up' | 'hanging' | 'refused' = 'up';
  let requests = 0;
  let lost: RegExp | null = null;
  let instead: { request: RegExp; status: number; type: string; body: string; times: number } | null = null;
  const backend = options.backend({ streams: new Set(), muted: () => reachability !== 'up' });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    requests++;
    if (reachability === 'refused') request.destroy();
    if (reachability !== 'up') return;
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
    if (options.before(line, request, response, backend)) return;
    const body = method === 'GET' ? undefined : await readJson(request);
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
    handle(request, response).catch((error) => options.refuse(response, error));
  });
  server.keepAliveTimeout = 60_000;
  const { port, close } = await listenOnLoopback(server, options.port);
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    openStreams: () => backend.streams.size,
    requests: () => requests,
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
      answer(request, status, type, text, times) {
        instead = { request, status, type, body: text, times };
      },
    },
    close,
  };
}
