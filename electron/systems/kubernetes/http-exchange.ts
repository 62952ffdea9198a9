import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { ConnectionOptions } from 'node:tls';
import type { ClusterAddress } from './address-words';
import { parseExact, writeExact } from './exact-json';
import {
  badDataError,
  type KubeError,
  networkError,
  proxyError,
  slowError,
  timeoutError,
  tooLargeError,
} from './failures';
import { proxyText } from './proxies';
import { retryAfterOf } from './status-failures';
import type { ApiRequest } from './types';

/** A page of a list, or one object: etcd takes objects of 1.5 MB at most. Larger pages are asked for in smaller ones. */
const bodyLimit = 64 * 1024 * 1024;
/** How many times the time to the head an answer may take as a whole, however steadily it trickles. */
const wholeTimes = 8;
const refusalLimit = 64 * 1024;

/** What lets a request in, and on which connections it goes. Holds secrets. */
export interface Passage {
  headers: http.OutgoingHttpHeaders;
  /** `name:password` for basic authentication. */
  auth: string | undefined;
  tls: ConnectionOptions;
  /** The proxy on the way; `null`: none. */
  proxy: URL | null;
  /** Keeps connections for reads. */
  pooled: http.Agent;
  /** A connection for each write: on a kept one that the server just closed, nobody knows whether a write arrived. */
  fresh: http.Agent;
}

/** What a server that refuses says. `said`: its parsed JSON, `{message}` of plain text, else `null`. */
export type DescribeRefusal = (
  place: ClusterAddress,
  status: number,
  said: unknown,
  retryAfter: number | null,
) => KubeError;

/** Requests and answers of one server, whoever lets them in: each has an end, and each failure its words. */
export class HttpExchange {
  readonly #place: ClusterAddress;
  readonly #timeout: number;
  readonly #refused: DescribeRefusal;
  /** What becomes of a page that refuses (401, 403); left out: it is as any other page, bad data. */
  readonly #page: ((status: number) => KubeError) | undefined;

  /** @param timeout milliseconds until the head of an answer must have come. */
  constructor(
    place: ClusterAddress,
    timeout: number,
    refused: DescribeRefusal,
    page?: (status: number) => KubeError,
  ) {
    this.#place = place;
    this.#timeout = timeout;
    this.#refused = refused;
    this.#page = page;
  }

  /**
   * Resolves with the head of a 2xx answer. A read on a kept connection that the server just closed is sent again.
   * @throws KubeError, or `signal.reason`.
   */
  send(request: ApiRequest, passage: Passage, mayRepeat = true): Promise<IncomingMessage> {
    const method = request.method ?? 'GET';
    const onlyAsks = method === 'GET' || request.asks === true;
    const url = new URL(this.#place.server + request.path);
    for (const [name, value] of Object.entries(request.query ?? {}))
      for (const one of [value].flat()) if (one !== undefined) url.searchParams.append(name, String(one));
    const body = request.body === undefined ? undefined : Buffer.from(writeExact(request.body));
    const timeout = request.timeout ?? this.#timeout;
    const { signal } = request;
    return new Promise<IncomingMessage>((resolve, reject) => {
      const outgoing = (url.protocol === 'http:' ? http : https).request(url, {
        method,
        agent: onlyAsks ? passage.pooled : passage.fresh,
        ...passage.tls,
        auth: passage.auth,
        headers: {
          accept: request.accept ?? 'application/json',
          'user-agent': 'signalbox',
          ...passage.headers,
          ...(body
            ? { 'content-type': request.contentType ?? 'application/json', 'content-length': body.length }
            : {}),
        },
      });
      const timer = setTimeout(() => {
        // A network that swallows what is sent swallows it on every kept connection: the next request makes a new one.
        for (const idle of Object.values(passage.pooled.freeSockets).flat()) idle?.destroy();
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
          this.send(request, passage, false).then(resolve, reject);
        else reject(networkError(error, this.#placeVia(passage)));
      });
      outgoing.once('proxyConnect', ({ statusCode }: { statusCode: number }) => {
        if (passage.proxy && statusCode !== 200)
          outgoing.destroy(proxyError(this.#place, proxyText(passage.proxy), statusCode));
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

  /** The body of an answer, read to its end and parsed. @throws KubeError, `bad-data` for JSON cut short. */
  async parsed<T>(response: IncomingMessage, request: ApiRequest): Promise<T> {
    const text = (await this.#read(response, bodyLimit, request)).toString('utf8');
    try {
      return (request.exact ? parseExact(text) : JSON.parse(text)) as T;
    } catch (error) {
      const what = `${text.length} characters that are no JSON`;
      throw badDataError(this.#place, what, error, request.asks ? 'GET' : request.method);
    }
  }

  #placeVia({ proxy }: Passage): ClusterAddress {
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
    const type = response.headers['content-type'] ?? '';
    const isPage = type.startsWith('text/html') && status >= 400 && status < 500;
    if (isPage && this.#page && (status === 401 || status === 403)) return this.#page(status);
    // An API server refuses in JSON or plain text. 401 is what it says all the same: credentials may be renewed.
    if (isPage && status !== 401)
      return badDataError(this.#place, `a page with status ${status}`, undefined, request.method);
    const said = body ?? (type.startsWith('text/plain') ? { message: text.toString('utf8') } : null);
    return this.#refused(
      this.#place,
      status,
      said,
      retryAfterOf(response.headers['retry-after'], Date.now()),
    );
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
