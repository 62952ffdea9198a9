import type { IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { failureOf } from '../../../shared/domain/failure';
import { backoff } from './backoff';
import { badDataError, KubeError, networkError, type Place, statusError } from './failures';
import { LineSplitter } from './lines';
import { resourcePath } from './paths';
import { stillThere } from './ping';
import type { KubeObject, WatchOptions, WatchTiming } from './types';
import { keyOf, WatchState } from './watch-state';

const usual: WatchTiming = {
  batchDelay: 16,
  stallAfter: 90_000,
  watchFor: 300_000,
  backoffBase: 500,
  backoffLimit: 30_000,
  heartbeat: 10_000,
  askAfter: 20_000,
};

/** Objects per page of a list: what client-go asks for. */
const pageSize = 500;

interface ListPage {
  metadata?: { resourceVersion?: string; continue?: string };
  items?: KubeObject[];
}

interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: KubeObject & { code?: number };
}

/** How one watch ended: `over` is to be opened again where it stopped, `expired` needs a new list. */
type WatchEnd = 'over' | 'expired';

/**
 * Keeps a picture of a resource: lists, watches from there, and comes back after anything that breaks
 * (https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes).
 * Resolves when the signal is aborted; nothing is called after that. Never rejects for what a cluster does.
 */
export async function watchResource<T>(options: WatchOptions<T>): Promise<void> {
  await new ResourceWatch(options).run();
}

class ResourceWatch<T> {
  readonly #options: WatchOptions<T>;
  readonly #timing: WatchTiming;
  readonly #path: string;
  readonly #state = new WatchState<T>();
  #resourceVersion: string | null = null;
  #listed = false;
  #failures = 0;
  #failedAt: string | null = null;
  #heardAt: string | null = null;
  /** When the watch that runs was opened, and when it last said something; by the monotonic clock. */
  #liveAt: number | null = null;
  #heardTick = 0;
  #flushTimer: NodeJS.Timeout | undefined;
  #flushedTick = Number.NEGATIVE_INFINITY;

  constructor(options: WatchOptions<T>) {
    this.#options = options;
    this.#timing = { ...usual, ...options.timing };
    this.#path = resourcePath({
      apiVersion: options.apiVersion,
      plural: options.plural,
      ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
    });
  }

  get #place(): Place {
    return this.#options.connection;
  }

  async run(): Promise<void> {
    const { signal } = this.#options;
    if (signal.aborted) return;
    this.#options.onState({ state: 'connecting', asOf: null }, false);
    while (!signal.aborted) {
      const begun = performance.now();
      try {
        if (this.#resourceVersion === null) await this.#list();
        if ((await this.#watch()) === 'expired') this.#resourceVersion = null;
        // A server that ends every watch at once must not be asked in a tight loop.
        if (performance.now() - begun < 1000) await this.#rest(this.#failures++, null);
        else this.#failures = 0;
      } catch (error) {
        if (signal.aborted) break;
        if (this.#liveAt !== null && performance.now() - this.#liveAt >= 1000) this.#failures = 0;
        this.#liveAt = null;
        const expired = error instanceof KubeError && error.failure.status === 410;
        if (expired) this.#resourceVersion = null;
        // The first break is mostly an API server that restarts: come back before telling anyone.
        const blip = this.#failures === 0 && this.#heardAt !== null && (expired || mayPass(error));
        if (!blip) this.#unreachable(error);
        if (this.#options.meter) this.#options.meter.restarts++;
        await this.#rest(this.#failures++, error);
      }
    }
    clearTimeout(this.#flushTimer);
  }

  /** Waits before the next attempt, as long as the server asked for where it did. */
  async #rest(attempt: number, error: unknown): Promise<void> {
    const asked = error instanceof KubeError ? (error.retryAfter ?? 0) : 0;
    const wait = Math.max(backoff(attempt, this.#timing), asked);
    const { signal, connection } = this.#options;
    const woken = connection.woken?.();
    await pause(wait, undefined, { signal: woken ? AbortSignal.any([signal, woken]) : signal }).catch(
      () => {},
    );
  }

  #unreachable(error: unknown): void {
    this.#failedAt ??= new Date().toISOString();
    const answered = error instanceof KubeError && error.failure.status !== null;
    const failure = failureOf(error);
    this.#options.onState(
      { state: 'unreachable', asOf: this.#heardAt, since: this.#failedAt, failure },
      answered,
    );
  }

  #live(): void {
    this.#failedAt = null;
    this.#options.onState({ state: 'live', asOf: this.#heardAt ?? new Date().toISOString() }, false);
  }

  #selectors(): Record<string, string | undefined> {
    const { labelSelector, fieldSelector } = this.#options;
    return { labelSelector, fieldSelector };
  }

  async #list(): Promise<void> {
    const { connection, signal } = this.#options;
    const listed = new Set<string>();
    let resourceVersion = '';
    let next: string | undefined;
    let paged = true;
    do {
      const query = { ...this.#selectors(), limit: paged ? pageSize : undefined, continue: next };
      let page: ListPage;
      try {
        page = await connection.json<ListPage>({ path: this.#path, query, signal });
      } catch (error) {
        if (!(error instanceof KubeError && error.failure.status === 410 && next)) throw error;
        // The pages took longer than the server remembers: read it whole.
        paged = false;
        next = undefined;
        listed.clear();
        continue;
      }
      if (!Array.isArray(page?.items) || typeof page.metadata?.resourceVersion !== 'string')
        throw badDataError(this.#place, 'a list without items or resourceVersion');
      for (const object of page.items) this.#take(object, listed);
      resourceVersion = page.metadata.resourceVersion;
      next = page.metadata.continue || undefined;
      if (!next) break;
    } while (!signal.aborted);
    if (signal.aborted) return;
    this.#state.retain(listed);
    this.#resourceVersion = resourceVersion;
    this.#heard();
    this.#flush('list');
  }

  async #watch(): Promise<WatchEnd> {
    const { connection, signal } = this.#options;
    const seconds = Math.ceil((this.#timing.watchFor * (1 + Math.random() / 2)) / 1000);
    const response = await connection.open({
      path: this.#path,
      query: {
        ...this.#selectors(),
        watch: true,
        allowWatchBookmarks: true,
        resourceVersion: this.#resourceVersion ?? undefined,
        timeoutSeconds: seconds,
      },
      signal,
    });
    const type = response.headers['content-type'] ?? '';
    if (!type.includes('json')) {
      response.destroy();
      throw badDataError(this.#place, `a watch that is no JSON but ${type.slice(0, 60) || 'of no type'}`);
    }
    this.#heard();
    this.#liveAt = performance.now();
    this.#live();
    const beat = setInterval(() => this.#beat(response), this.#timing.heartbeat);
    try {
      return await this.#read(response);
    } finally {
      clearInterval(beat);
      if (!signal.aborted) this.#flush('watch');
    }
  }

  #heard(): void {
    this.#heardAt = new Date().toISOString();
    this.#heardTick = performance.now();
  }

  /** Renews `asOf`; where the watch has been silent for long, asks whether the cluster is still there. */
  #beat(response: IncomingMessage): void {
    // The monotonic clock stands still while the computer sleeps, the other one may be set: the longer silence counts.
    const silent = Math.max(
      performance.now() - this.#heardTick,
      Date.now() - Date.parse(this.#heardAt ?? ''),
    );
    if (silent < this.#timing.askAfter) this.#live();
    else
      stillThere(this.#options.connection).then(
        () => {},
        (error) => response.destroy(error),
      );
  }

  #read(response: IncomingMessage): Promise<WatchEnd> {
    return new Promise((resolve, reject) => {
      if (response.destroyed) {
        reject(networkError(broken(), this.#place));
        return;
      }
      const lines = new LineSplitter();
      const stalled = () => response.destroy(stall());
      let timer = setTimeout(stalled, this.#timing.stallAfter);
      const settle = (act: () => void) => {
        clearTimeout(timer);
        act();
        response.destroy();
      };
      response.on('data', (chunk: Buffer) => {
        clearTimeout(timer);
        timer = setTimeout(stalled, this.#timing.stallAfter);
        this.#heard();
        try {
          for (const line of lines.push(chunk))
            if (line.length > 0 && this.#event(line) === 'expired') {
              settle(() => resolve('expired'));
              return;
            }
        } catch (error) {
          settle(() => reject(error));
        }
      });
      // Half a line at the end is half an event: it comes again, since its resourceVersion was not taken.
      response.once('end', () => settle(() => resolve('over')));
      response.once('error', (error) => settle(() => reject(networkError(error, this.#place))));
      response.once('close', () => settle(() => reject(networkError(broken(), this.#place))));
    });
  }

  #event(line: Buffer): 'expired' | undefined {
    let event: WatchEvent;
    try {
      event = JSON.parse(line.toString('utf8')) as WatchEvent;
    } catch (error) {
      throw badDataError(this.#place, `a watch event of ${line.length} bytes that is no JSON`, error);
    }
    const { type, object } = event;
    if (type === 'ERROR') {
      if (object?.code === 410) return 'expired';
      throw statusError(this.#place, object?.code ?? 500, object);
    }
    if (typeof object?.metadata?.resourceVersion !== 'string')
      throw badDataError(this.#place, 'a watch event without a resourceVersion');
    if (type === 'DELETED') this.#state.remove(keyOf(object));
    else if (type === 'ADDED' || type === 'MODIFIED') this.#take(object);
    // Only now: an event that could not be taken in must come again.
    this.#resourceVersion = object.metadata.resourceVersion;
    // What comes after a quiet frame is told at once, with what came in the same chunk.
    const wait = Math.max(0, this.#flushedTick + this.#timing.batchDelay - performance.now());
    this.#flushTimer ??= setTimeout(() => this.#flush('watch'), wait);
    return undefined;
  }

  #take(object: KubeObject, listed?: Set<string>): void {
    const key = keyOf(object);
    listed?.add(WatchState.id(key));
    if (this.#state.has(key)) return;
    let value: T;
    try {
      value = this.#options.trim(object);
    } catch (error) {
      this.#options.onSkipped?.({ key, error });
      return;
    }
    this.#state.upsert({ ...key, value });
  }

  #flush(source: 'list' | 'watch'): void {
    clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
    this.#flushedTick = performance.now();
    if (this.#options.signal.aborted) return;
    const batch = this.#state.take(source);
    const { meter } = this.#options;
    if (meter) {
      meter.objects = this.#state.size;
      if (batch) meter.lastEventAt = this.#heardAt;
    }
    const first = source === 'list' && !this.#listed;
    if (first) this.#listed = true;
    if (batch) this.#options.onBatch(batch);
    else if (first) this.#options.onBatch({ source, upserts: [], removed: [] });
  }
}

const broken = () => Object.assign(new Error('the connection ended early'), { code: 'ECONNRESET' });
const stall = () =>
  Object.assign(new Error('nothing came for too long'), { code: 'ERR_STREAM_PREMATURE_CLOSE' });

/**
 * A stream that broke, or one error of a server in trouble, as against a cluster that cannot be reached, refuses, or
 * asks for patience.
 */
const mayPass = (error: unknown): boolean =>
  error instanceof KubeError &&
  ((error.failure.status !== null && error.failure.status >= 500 && error.retryAfter === null) ||
    ['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'].includes(error.failure.detail ?? ''));
