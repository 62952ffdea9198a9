import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A token that a sign-in in the browser handed over, on a port of this computer that takes exactly one. */
export interface LoopbackToken {
  /** The page to open: Concourse's login, which leads to the port in the end. */
  readonly page: string;
  /** Rejects when it is closed, or nobody came in time. */
  readonly token: Promise<string>;
  close(): void;
}

/** Milliseconds that a sign-in may take. */
export const signInLimit = 10 * 60_000;
/** What fits a token: opaque base64, or a JWT of older versions. */
const tokenShape = /^bearer ([\x21-\x7e]{16,8192})$/i;

/** Nobody signed in within the time. */
export class NobodyCame extends Error {
  override readonly name = 'NobodyCame';
}

const single = (value: string | string[] | undefined): string | null =>
  typeof value === 'string' ? value : null;

/**
 * Listens as `fly` does (`fly/commands/login.go`): Concourse's page `/fly_success?fly_port=N` asks for
 * `http://127.0.0.1:N/?token=bearer%20…` by a request of its own, whose `Origin` is the server's, or by a link that is followed.
 * There is no nonce that could be asked for (`fly_port` is read as a number), so that whose token it is must be shown before
 * it is used. What else may reach the port is refused and changes nothing: another name in `Host` (a name that was bound anew
 * to this computer), another `Origin`, a path or method or parameter that is none of Concourse's, something that is no token.
 * @param url of the Concourse
 */
export async function listenForToken(
  url: string,
  limits: { milliseconds: number } = { milliseconds: signInLimit },
): Promise<LoopbackToken> {
  const { origin } = new URL(url);
  const base = url.replace(/\/+$/, '');
  let settle: { resolve: (token: string) => void; reject: (error: Error) => void } | null = null;
  const token = new Promise<string>((resolve, reject) => {
    settle = { resolve, reject };
  });
  // Who waits for it is told; whoever does not wait any more is no fault.
  token.catch(() => undefined);
  let port = 0;
  /** What a request brings: a token, or why it is refused. */
  const tokenIn = (request: IncomingMessage): { token: string } | { status: number } => {
    const asked = new URL(request.url ?? '', `http://127.0.0.1:${port}`);
    const from = single(request.headers.origin);
    if (request.headers.host !== `127.0.0.1:${port}`) return { status: 421 };
    if (from !== null && from !== origin) return { status: 403 };
    // A request without an `Origin` must be a page that somebody followed a link to: no picture, no script.
    const mode = single(request.headers['sec-fetch-mode']);
    if (from === null && mode !== null && mode !== 'navigate') return { status: 403 };
    if (request.method !== 'GET') return { status: 405 };
    if (asked.pathname !== '/') return { status: 404 };
    const all = asked.searchParams.getAll('token');
    const found = all.length === 1 ? tokenShape.exec(all[0] ?? '')?.[1] : undefined;
    return found === undefined ? { status: 400 } : { token: found };
  };
  const server = createServer({ maxHeaderSize: 32 * 1024, requestTimeout: 10_000 }, (request, response) => {
    const from = single(request.headers.origin);
    // Only Concourse's own page may know what came of it.
    if (from === origin) {
      response.setHeader('access-control-allow-origin', origin);
      response.setHeader('vary', 'origin');
    }
    response.setHeader('cache-control', 'no-store');
    response.setHeader('connection', 'close');
    if (
      request.method === 'OPTIONS' &&
      from === origin &&
      request.headers.host === `127.0.0.1:${port}` &&
      request.headers['access-control-request-method'] === 'GET'
    ) {
      response.setHeader('access-control-allow-private-network', 'true');
      response.writeHead(200).end();
      return;
    }
    const read = tokenIn(request);
    if ('status' in read) {
      response.writeHead(read.status).end();
      return;
    }
    const isNavigation = from === null && single(request.headers['upgrade-insecure-requests']) !== null;
    if (isNavigation) response.writeHead(302, { location: `${base}/fly_success?noop=true` }).end();
    else response.writeHead(200).end();
    // One alone: whoever comes later finds nobody.
    response.once('close', () => close());
    settle?.resolve(read.token);
  });
  server.maxConnections = 16;
  const close = (): void => {
    clearTimeout(timer);
    settle?.reject(new Error('the sign-in was cancelled'));
    server.close();
    server.closeIdleConnections();
  };
  const timer = setTimeout(() => {
    settle?.reject(new NobodyCame('nobody signed in'));
    close();
  }, limits.milliseconds);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    // Never another address than this computer's own.
    server.listen(0, '127.0.0.1', resolve);
  });
  port = (server.address() as AddressInfo).port;
  return { page: `${base}/login?fly_port=${port}`, token, close };
}
