import type { IncomingMessage } from 'node:http';
import tls from 'node:tls';
import { argoSystemNames } from '../../../../shared/domain/estate/argo-servers';
import { leadsToLoopback } from '../../../../shared/domain/estate/loopback';
import { rememberSecret } from '../../../log/known-secrets';
import type { ClusterAddress } from '../../kubernetes/address-words';
import { systemAuthorities } from '../../kubernetes/authorities';
import { KubeError } from '../../kubernetes/failures';
import { HttpExchange, type Passage } from '../../kubernetes/http-exchange';
import { agentFor, proxyFor } from '../../kubernetes/proxies';
import type { ApiRequest, Connection } from '../../kubernetes/types';
import {
  notEncrypted,
  notSignedIn,
  otherLogin,
  otherLoginReason,
  serverRefusal,
  sessionEnded,
} from './server-failures';
import type { ServerCredential, ServerPlace, ServerSession } from './server-session';

export interface ServerConnectionOptions {
  place: ServerPlace;
  session: ServerSession;
  /** Milliseconds until the head of an answer must have come. Default 15,000. */
  requestTimeout?: number;
  /** Certificates of authorities, PEM; left out: those that this computer trusts. */
  authorities?: readonly string[];
}

/** What does not change from request to request. */
type Ground = Omit<Passage, 'headers' | 'auth'>;

/**
 * One of Argo's own servers as a `Connection`, so that what lists, watches and asks a cluster can ask it as well. Nothing
 * is sent before somebody is signed in, nothing over plain http but to this computer, and certificates are always
 * verified. Failures are `KubeError`s: 401 ends the session, told with *Sign in again*; a page or a redirect in the place
 * of JSON is another login that stands before the server.
 */
export function connectServer(options: ServerConnectionOptions): Connection {
  return new ServerConnection(options);
}

class ServerConnection implements Connection {
  readonly context: string;
  readonly server: string;
  readonly system: string;
  readonly namespace = '';
  readonly insecure = false;
  readonly #session: ServerSession;
  readonly #timeout: number;
  readonly #authorities: readonly string[] | undefined;
  readonly #exchange: HttpExchange;
  #ground: Promise<Ground> | null = null;

  constructor({ place, session, requestTimeout, authorities }: ServerConnectionOptions) {
    this.context = place.environment;
    this.server = place.url.replace(/\/+$/, '');
    this.system = argoSystemNames[place.system];
    this.#session = session;
    this.#timeout = requestTimeout ?? 15_000;
    this.#authorities = authorities;
    this.#exchange = new HttpExchange(this.#place, this.#timeout, serverRefusal, (status) =>
      otherLogin(this.#place, status),
    );
  }

  get #place(): ClusterAddress {
    return { context: this.context, server: this.server, system: this.system };
  }

  async open(request: ApiRequest): Promise<IncomingMessage> {
    request.signal?.throwIfAborted();
    if (new URL(this.server).protocol !== 'https:' && !leadsToLoopback(this.server))
      throw notEncrypted(this.#place);
    const used = this.#session.credential();
    if (used === null)
      throw this.#session.hasEnded?.() ? sessionEnded(this.#place) : notSignedIn(this.#place);
    const asked = this.#untilLeft(request);
    const passage = { ...(await this.#reached()), headers: headersOf(used, request), auth: undefined };
    asked.signal?.throwIfAborted();
    try {
      const response = await this.#exchange.send(asked, passage);
      if (/^\s*text\/html\b/i.test(response.headers['content-type'] ?? '')) {
        response.destroy();
        throw otherLogin(this.#place, response.statusCode ?? 0);
      }
      // A login page sets cookies, too: they renew nothing, and what was refused is over.
      const set = response.headers['set-cookie'];
      if (set) this.#session.renewed?.(used, set);
      return response;
    } catch (error) {
      if (error instanceof KubeError && isOver(error, used)) this.#session.ended(used);
      throw error;
    }
  }

  /** What is read as a person ends with them; what was begun is not cut off, since nobody would know what became of it. */
  #untilLeft(request: ApiRequest): ApiRequest {
    const left = this.#session.left?.();
    if (!left || (request.method ?? 'GET') !== 'GET') return request;
    return { ...request, signal: request.signal ? AbortSignal.any([request.signal, left]) : left };
  }

  async json<T>(request: ApiRequest): Promise<T> {
    return this.#exchange.parsed<T>(await this.open(request), request);
  }

  woken(): AbortSignal {
    return this.#session.woken();
  }

  left(): AbortSignal | undefined {
    return this.#session.left?.();
  }

  close(): void {
    void this.#ground?.then(
      ({ pooled, fresh }) => {
        pooled.destroy();
        fresh.destroy();
      },
      // It was never reached: nothing is open.
      () => undefined,
    );
    this.#ground = null;
  }

  #reached(): Promise<Ground> {
    this.#ground ??= this.#reach();
    return this.#ground;
  }

  async #reach(): Promise<Ground> {
    const secureContext = tls.createSecureContext({
      ca: [...(this.#authorities ?? (await systemAuthorities()))],
    });
    const proxy = proxyFor(this.server, undefined);
    const host = new URL(this.server).hostname.replace(/^\[|\]$/g, '');
    const agent = (keepAlive: boolean) =>
      agentFor(this.server, proxy, { keepAlive, secureContext, patience: this.#timeout });
    return {
      tls: {
        secureContext,
        rejectUnauthorized: true,
        // Over a proxy, Node would look for the proxy's address in the certificate.
        checkServerIdentity: (_, certificate) => tls.checkServerIdentity(host, certificate),
      },
      proxy,
      pooled: agent(true),
      fresh: agent(false),
    };
  }
}

/** A login before the server ends what it gave, its cookies; without them nothing was there that could end. */
const isOver = ({ failure }: KubeError, used: ServerCredential): boolean =>
  failure.status === 401 && (failure.reason !== otherLoginReason || used.cookie !== null);

/**
 * Argo CD refuses whatever is no GET and not marked as JSON, even without a body (415 "Invalid content type", its
 * protection against forged requests: `enforceContentTypes`, `server/server.go` of 3.5).
 */
const headersOf = ({ authorization, cookie }: ServerCredential, { method, body }: ApiRequest) => {
  rememberSecret(authorization);
  for (const one of (cookie ?? '').split('; ')) rememberSecret(one.slice(one.indexOf('=') + 1));
  return {
    ...(authorization === '' ? {} : { authorization }),
    ...(cookie === null ? {} : { cookie }),
    ...(method !== undefined && method !== 'GET' && body === undefined
      ? { 'content-type': 'application/json' }
      : {}),
  };
};
