import type { IncomingMessage } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import { lifeController } from '../life';
import type { ClusterAddress } from './address-words';
import { type CredentialSource, type Credentials, credentialSource } from './credentials';
import { ExecError } from './exec-error';
import { consentError, credentialError, KubeError } from './failures';
import { HttpExchange, type Passage } from './http-exchange';
import { defaultKubeconfigFiles, findContext, type KubeContext } from './kubeconfig';
import { statusError } from './status-failures';
import { NotPermitted, type TrustGate } from './trust';
import type { ApiRequest, Connection, ConnectionOptions } from './types';
import { within } from './within';

/** How long credentials are used before the kubeconfig's sources (files, commands) are asked again, in ms. */
const credentialsLive = 60_000;
/** How long reading them may take as a whole, in ms: a file may lie on a network. A command has its own, shorter limit. */
const credentialsTimeout = 60_000;
interface Access extends Passage {
  credentials: Credentials;
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
  const source = credentialSource(context, () => findContext(files, context.name, options.proxyUrl), {
    trust: trust ? { ...trust, kubeconfig: files[0] ?? '' } : null,
    exec: options.exec ?? null,
  });
  return new ClusterConnection(context, source, options.requestTimeout ?? 15_000, trust?.gate);
}

class ClusterConnection implements Connection {
  readonly context: string;
  readonly server: string;
  readonly namespace: string;
  readonly insecure: boolean;
  readonly #timeout: number;
  readonly #exchange: HttpExchange;
  readonly #place: ClusterAddress;
  readonly #source: CredentialSource;
  #access: Access | undefined;
  #accessAt = 0;
  #asking: Promise<Access> | undefined;
  #woken = lifeController();
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
    this.#exchange = new HttpExchange(this.#place, timeout, statusError);
  }

  async open(request: ApiRequest): Promise<IncomingMessage> {
    request.signal?.throwIfAborted();
    const used = await this.#authorise(request.signal);
    try {
      return await this.#exchange.send(request, used);
    } catch (error) {
      if (!(error instanceof KubeError) || error.failure.status !== 401) throw error;
      // The token may have been renewed or revoked under way: ask its source again, once.
      if (this.#access === used) {
        this.#accessAt = 0;
        this.#source.forget();
      }
      return this.#exchange.send(request, await this.#authorise(request.signal));
    }
  }

  async json<T>(request: ApiRequest): Promise<T> {
    return this.#exchange.parsed<T>(await this.open(request), request);
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
    this.#woken = lifeController();
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
      const { headers, auth } = credentials;
      this.#access = { ...known, credentials, headers, auth };
    } else {
      known?.pooled.destroy();
      this.#access = {
        credentials,
        headers: credentials.headers,
        auth: credentials.auth,
        tls: credentials.tls,
        proxy: credentials.proxy,
        pooled: credentials.makeAgent(true, this.#timeout),
        fresh: credentials.makeAgent(false, this.#timeout),
      };
    }
    this.#accessAt = Date.now();
    return this.#access;
  }
}

/** Why credentials could not be got. A parser's message quotes its input, which here is a secret: never shown. */
function reasonOf(error: unknown): string {
  if (error instanceof SyntaxError) return 'a file listed in the kubeconfig can’t be read';
  const { code, path, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return `${path ?? 'a file or command listed in the kubeconfig'} was not found`;
  return (message ?? String(error)).split('\n', 1)[0] ?? '';
}
