import { setMaxListeners } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { isDeepStrictEqual } from 'node:util';
import { type CredentialSource, type Credentials, credentialSource } from './credentials';
import { parseExact, writeExact } from './exact-json';
import { ExecError } from './exec-credential';
import {
  badDataError,
  type ClusterAddress,
  consentError,
  credentialError,
  KubeError,
  networkError,
  proxyError,
  slowError,
  timeoutError,
  tooLargeError,
} from './failures';
import { defaultKubeconfigFiles, findContext, type KubeContext } from './kubeconfig';
import { proxyText } from './proxies';
import { retryAfterOf, statusError } from './status-failures';
import { NotPermitted, type TrustGate } from './trust';
import type { ApiRequest, Connection, ConnectionOptions } from './types';
import { within } from './within';

/** How long credentials are used before the kubeconfig's sources (files, commands) are asked again, in ms. */
const credentialsLive = 60_000;
/** How long reading them may take as a whole, in ms: a file may lie on a network. A command has its own, shorter limit. */
const credentialsTimeout = 60_000;
/** A page of a list, or one object: etcd takes objects of 1.5 MB at most. Larger pages are asked for in smaller ones. */
const bodyLimit = 64 * 1024 * 1024;
/** How many times the time to the head an answer may take as a whole, however steadily it trickles. */
const wholeTimes = 8;
const refusalLimit = 64 * 1024;

interface Access {
  credentials: Credentials;
  /** Keeps connections for reads. */
  pooled: http.Agent;
  /** A connection for each write: on a kept one that the server just closed, nobody knows whether a write arrived. */
  fresh: http.Agent;
}

/**
 * Connects to a cluster by a context of the kubeconfig files. Nothing is sent yet. Kubeconfig and credentials are the
 * business of the well-known library (`KubeConfig`), which is loaded here and not at the start, since that takes
 * some 100 ms. Requests go over Node's own HTTP client and not over the library's (1.4.0): its API classes read an answer
 * whole, whatever its size and however long it stalls, turn times into `Date` and drop the fields that they don't know;
 * its `Watch` has no time-out, ignores what is no JSON and of a refusal tells the status code alone; its `Log` says 500
 * for whatever breaks.
 * @throws KubeError `not-found` or `bad-data` naming the file.
 */
export async function connect(options: ConnectionOptions = {}): Promise<Connection> {
  const files = options.kubeconfig ?? defaultKubeconfigFiles();
  const context = await findContext(files, options.context, options.proxyUrl);
  const { trust } = options;
  const source = credentialSource(
    context,
    () => findContext(files, context.name, options.proxyUrl),
    trust ? { gate: trust, kubeconfig: files[0] ?? '' } : null,
  );
  return new ClusterConnection(context, source, options.requestTimeout ?? 15_000, trust);
}

/** Every watch of the cluster that waits listens; that many is no leak, and each takes its listener back. */
function wakeUp(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

class ClusterConnection implements Connection {
  readonly context: string;
  readonly server: string;
  readonly namespace: string;
  readonly insecure: boolean;
  readonly #timeout: number;
  readonly #place: ClusterAddress;
  readonly #source: CredentialSource;
  #access: Access | undefined;
  #accessAt = 0;
  #asking: Promise<Access> | undefined;
  #woken = wakeUp();
  readonly #unsubscribe: (() => void) | undefined;

  constructor(context: KubeContext, source: CredentialSource, timeout: number, trust: TrustGate | undefined) {
    this.#unsubscribe = trust?.onChange(() => this.#begin());
    this.#source = source;
    this.#timeout = timeout;
    this.context = context.name;
    this.server = context.cluster.server.replace(/\/+$/, '');
    this.namespace = context.namespace;
    this.insecure = context.cluster.skipTLSVerify;
    this.#place = { context: this.context, server: this.server };
  }

  async open(request: ApiRequest): Promise<IncomingMessage> {
    request.signal?.throwIfAborted();
    const used = await this.#authorise(request.signal);
    try {
      return await this.#send(request, used, true);
    } catch (error) {
      if (!(error instanceof KubeError) || error.failure.status !== 401) throw error;
      // The token may have been renewed or revoked under way: ask its source again, once.
      if (this.#access === used) {
        this.#accessAt = 0;
        this.#source.forget();
      }
      return this.#send(request, await this.#authorise(request.signal), true);
    }
  }

  async json<T>(request: ApiRequest): Promise<T> {
    const response = await this.open(request);
    const text = (await this.#read(response, bodyLimit, request)).toString('utf8');
    try {
      return (request.exact ? parseExact(text) : JSON.parse(text)) as T;
    } catch (error) {
      const what = `${text.length} characters that are no JSON`;
      throw badDataError(this.#place, what, error, request.asks ? 'GET' : request.method);
    }
  }

  woken(): AbortSignal {
    return this.#woken.signal;
  }

  close(): void {
    this.#unsubscribe?.();
    this.#source.close();
    this.#drop();
  }

  /** What the person permits changed: what rests on the old answer ends, and who waits for another one is woken. */
  #begin(): void {
    this.#source.forget();
    this.#drop();
    this.#woken.abort();
    this.#woken = wakeUp();
  }

  #drop(): void {
    this.#access?.pooled.destroy();
    this.#access?.fresh.destroy();
    this.#access = undefined;
  }

  /** Credentials for the next request. While a command runs for them, all requests wait for that one. */
  async #authorise(signal: AbortSignal | undefined): Promise<Access> {
    if (this.#access && Date.now() - this.#accessAt < credentialsLive) return this.#access;
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    // Who asks is told below; whoever left is not.
    this.#asking.catch(() => {});
    return within(this.#asking, credentialsTimeout, signal, () =>
      credentialError(
        this.#place,
        `no answer from the credentials' source within ${credentialsTimeout / 1000} s`,
      ),
    );
  }

  async #ask(): Promise<Access> {
    const { signal: begun } = this.#woken;
    let credentials: Credentials;
    try {
      credentials = await this.#source.read();
    } catch (error) {
      if (error instanceof NotPermitted) {
        this.#drop();
        throw consentError(this.#place, error.request);
      }
      throw error instanceof ExecError
        ? credentialError(this.#place, error.message, error, error)
        : credentialError(this.#place, reasonOf(error), error);
    }
    // What is permitted changed meanwhile: these rest on the old answer.
    if (begun.aborted) return this.#ask();
    const known = this.#access;
    if (known && isDeepStrictEqual(known.credentials.basis, credentials.basis)) {
      this.#access = { ...known, credentials: { ...credentials, tls: known.credentials.tls } };
    } else {
      known?.pooled.destroy();
      this.#access = {
        credentials,
        pooled: credentials.makeAgent(true, this.#timeout),
        fresh: credentials.makeAgent(false, this.#timeout),
      };
    }
    this.#accessAt = Date.now();
    return this.#access;
  }

  #send(request: ApiRequest, access: Access, mayRepeat: boolean): Promise<IncomingMessage> {
    const method = request.method ?? 'GET';
    const onlyAsks = method === 'GET' || request.asks === true;
    const url = new URL(this.server + request.path);
    for (const [name, value] of Object.entries(request.query ?? {}))
      if (value !== undefined) url.searchParams.set(name, String(value));
    const body = request.body === undefined ? undefined : Buffer.from(writeExact(request.body));
    const timeout = request.timeout ?? this.#timeout;
    const { signal } = request;
    return new Promise<IncomingMessage>((resolve, reject) => {
      const outgoing = (url.protocol === 'http:' ? http : https).request(url, {
        method,
        agent: onlyAsks ? access.pooled : access.fresh,
        ...access.credentials.tls,
        auth: access.credentials.auth,
        headers: {
          accept: 'application/json',
          'user-agent': 'signalbox',
          ...access.credentials.headers,
          ...(body
            ? { 'content-type': request.contentType ?? 'application/json', 'content-length': body.length }
            : {}),
        },
      });
      const timer = setTimeout(() => {
        // A network that swallows what is sent swallows it on every kept connection: the next request makes a new one.
        for (const idle of Object.values(access.pooled.freeSockets).flat()) idle?.destroy();
        fail(timeoutError(this.#place, timeout, onlyAsks ? 'GET' : method));
      }, timeout);
      const abort = () => fail(asError(signal?.reason));
      /** A request without a socket, since a proxy does not answer, tells nobody that it was destroyed. */
      const fail = (error: Error) => {
        if (!outgoing.socket) outgoing.emit('error', error);
        outgoing.destroy(error);
      };
      signal?.addEventListener('abort', abort, { once: true });
      outgoing.on('close', () => signal?.removeEventListener('abort', abort));
      outgoing.on('error', (error) => {
        clearTimeout(timer);
        if (signal?.aborted) reject(signal.reason);
        // A kept connection that the server closed at the same moment: nothing was read, so ask again on another.
        else if (mayRepeat && onlyAsks && outgoing.reusedSocket && isBroken(error))
          this.#send(request, access, false).then(resolve, reject);
        else reject(networkError(error, this.#placeVia(access)));
      });
      outgoing.once('proxyConnect', ({ statusCode }: { statusCode: number }) => {
        const { proxy } = access.credentials;
        if (proxy && statusCode !== 200)
          outgoing.destroy(proxyError(this.#place, proxyText(proxy), statusCode));
      });
      outgoing.once('response', (response) => {
        clearTimeout(timer);
        response.socket.setKeepAlive(true, 15_000);
        // Errors of the body are its reader's; without a reader they must not end the process.
        response.on('error', () => {});
        const status = response.statusCode ?? 0;
        if (status >= 200 && status < 300) resolve(response);
        else this.#refusal(response, status, request).then(reject, reject);
      });
      outgoing.end(body);
    });
  }

  #placeVia({ credentials: { proxy } }: Access): ClusterAddress {
    return proxy ? { ...this.#place, proxy: proxyText(proxy) } : this.#place;
  }

  async #refusal(response: IncomingMessage, status: number, request: ApiRequest): Promise<KubeError> {
    // The status alone says that it was refused.
    const text = await this.#read(response, refusalLimit, request).catch(() => Buffer.alloc(0));
    let body: unknown = null;
    try {
      body = JSON.parse(text.toString('utf8'));
    } catch {
      // A proxy's page: the status code alone has to do.
    }
    // An API server refuses in JSON or plain text. 401 is what it says all the same: credentials may be renewed.
    const type = response.headers['content-type'] ?? '';
    if (type.startsWith('text/html') && status >= 400 && status < 500 && status !== 401)
      return badDataError(this.#place, `a page with status ${status}`, undefined, request.method);
    const said = body ?? (type.startsWith('text/plain') ? { message: text.toString('utf8') } : null);
    return statusError(this.#place, status, said, retryAfterOf(response.headers['retry-after'], Date.now()));
  }

  /** Reads a body to its end. @throws KubeError `too-large`, `timeout` (nothing more comes), or of the network. */
  #read(response: IncomingMessage, limit: number, request: ApiRequest): Promise<Buffer> {
    const timeout = request.timeout ?? this.#timeout;
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let size = 0;
      const stalled = () => response.destroy(timeoutError(this.#place, timeout, request.method ?? 'GET'));
      let timer = setTimeout(stalled, timeout);
      const whole = timeout * wholeTimes;
      const late = () => response.destroy(slowError(this.#place, whole, request.method ?? 'GET'));
      const deadline = setTimeout(late, whole);
      const stop = (error: unknown) => {
        clearTimeout(timer);
        clearTimeout(deadline);
        if (request.signal?.aborted) reject(request.signal.reason);
        else reject(networkError(error, this.#place));
      };
      response.on('data', (chunk: Buffer) => {
        clearTimeout(timer);
        timer = setTimeout(stalled, timeout);
        size += chunk.length;
        if (size > limit) response.destroy(tooLargeError(this.#place, limit));
        else chunks.push(chunk);
      });
      response.once('error', stop);
      response.once('end', () => {
        clearTimeout(timer);
        clearTimeout(deadline);
        resolve(Buffer.concat(chunks));
      });
      response.once('close', () => {
        if (!response.complete) stop(Object.assign(new Error('closed'), { code: 'ECONNRESET' }));
      });
    });
  }
}

const isBroken = (error: Error): boolean =>
  ['ECONNRESET', 'EPIPE'].includes((error as NodeJS.ErrnoException).code ?? '');

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)));

/** Why credentials could not be got. A parser's message quotes its input, which here is a secret: never shown. */
function reasonOf(error: unknown): string {
  if (error instanceof SyntaxError) return 'a file listed in the kubeconfig can’t be read';
  const { code, path, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return `${path ?? 'a file or command listed in the kubeconfig'} was not found`;
  return (message ?? String(error)).split('\n', 1)[0] ?? '';
}
