import type { IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { failureOf } from '../../../shared/domain/failure/failure-of';
import { soon } from '../soon';
import type { ClusterAddress } from './address-words';
import { backoff } from './backoff';
import { type ClusterPace, paceOf } from './cluster-pace';
import { badDataError, endedEarlyError, KubeError, networkError, tooLargeError } from './failures';
import { LineSplitter } from './lines';
import { eachPage, isObject } from './list-pages';
import { resourcePath } from './paths';
import { stillThere } from './ping';
import { statusError } from './status-failures';
import type { WatchOptions, WatchTiming } from './types';
import { askedToWait, broken, isOfCluster, mayPass, resourceVersionOf, stall } from './watch-failures';
import { keyOf, WatchState } from './watch-state';

const usual: WatchTiming = {
  batchDelay: 6,
  stallAfter: 90_000,
  watchFor: 300_000,
  backoffBase: 500,
  backoffLimit: 30_000,
  heartbeat: 10_000,
  askAfter: 10_000,
  steadyAfter: 10_000,
};

/** Bytes of one event: etcd takes objects of 1.5 MB at most, and an API server's own writing of one is not ten times that. */
const eventLimit = 16 * 1024 * 1024;
/** After something that would be as large again, the watch rests so long, in milliseconds. */
const restAfterTooLarge = 300_000;
/** Watches that were ended too soon, one after the other, until it is told. */
const fewEarlyEnds = 4;

interface WatchEvent {
  type?: unknown;
  object?: unknown;
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
  readonly #pace: ClusterPace;
  #failures = 0;
  /** Since when nothing is known; `null` while it is live. */
  #brokeAt: string | null = null;
  /** The watch ended for want of a sign of life, not by the other side. */
  #fellSilent = false;
  /** When something was last heard, in milliseconds since the epoch; `null`: never. */
  #heardMs: number | null = null;
  /** When the watch that runs was opened, and when it last said something; by the monotonic clock. */
  #liveAt: number | null = null;
  #heardTick = 0;
  #cancelFlush: (() => void) | null = null;
  #flushedTick = Number.NEGATIVE_INFINITY;

  constructor(options: WatchOptions<T>) {
    this.#options = options;
    this.#timing = { ...usual, ...options.timing };
    this.#pace = paceOf(options.connection);
    this.#path = resourcePath({
      apiVersion: options.apiVersion,
      plural: options.plural,
      ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
    });
  }

  get #place(): ClusterAddress {
    return this.#options.connection;
  }

  async run(): Promise<void> {
    const { signal } = this.#options;
    if (signal.aborted) return;
    this.#options.onState({ state: 'connecting', asOf: null }, false);
    for (;;) {
      await this.#pace.turn(this, signal);
      if (signal.aborted) break;
      const begun = performance.now();
      this.#liveAt = null;
      this.#fellSilent = false;
      try {
        if (this.#resourceVersion === null) await this.#list();
        if ((await this.#watch()) === 'expired') this.#resourceVersion = null;
        this.#pace.answered(this);
        this.#heard();
        if (this.#livedLong()) this.#steady();
        else await this.#restAfterEarlyEnd();
      } catch (error) {
        this.#pace.left(this);
        if (signal.aborted) break;
        await this.#recover(error, begun);
      }
    }
    this.#pace.left(this);
    this.#cancelFlush?.();
  }

  /** Whether the watch that just ended was open as long as watches are, or as long as it was asked for. */
  #livedLong(): boolean {
    const lived = this.#liveAt === null ? 0 : performance.now() - this.#liveAt;
    return lived >= Math.min(this.#timing.steadyAfter, this.#timing.watchFor * 0.9);
  }

  #steady(): void {
    this.#failures = 0;
    this.#pace.steady();
  }

  /** A server that ends every watch at once must not be asked in a tight loop, by any of the kinds. */
  async #restAfterEarlyEnd(): Promise<void> {
    const { signal } = this.#options;
    if (this.#failures >= fewEarlyEnds) this.#unreachable(endedEarlyError(this.#place), true);
    await this.#rest(this.#failures++, null);
    await this.#pace.afterEarlyEnd(this.#timing, signal);
  }

  /** Tells what broke, and waits: by itself after a failure of this kind, in turn with the others after the cluster's. */
  async #recover(error: unknown, begun: number): Promise<void> {
    const opened = this.#liveAt !== null;
    if (opened && this.#livedLong()) this.#steady();
    // What stood until the other side ended it was heard of until then.
    if (opened && !this.#fellSilent) this.#heard();
    this.#brokeAt ??= this.#heardAt ?? new Date().toISOString();
    const expired = error instanceof KubeError && error.failure.status === 410;
    if (expired) this.#resourceVersion = null;
    // The first break is mostly an API server that restarts: come back before telling anyone.
    const blip = this.#failures === 0 && this.#heardAt !== null && (expired || mayPass(error));
    if (!blip) this.#unreachable(error, error instanceof KubeError && error.failure.status !== null);
    if (this.#options.meter) this.#options.meter.restarts++;
    const attempt = this.#failures++;
    if (opened || !isOfCluster(error)) {
      this.#pace.answered(this);
      await this.#rest(attempt, error);
    } else this.#pace.failed(this, begun, this.#timing, askedToWait(error));
  }

  /** Waits before the next attempt, as long as the server asked for where it did. */
  async #rest(attempt: number, error: unknown): Promise<void> {
    const isTooLarge = error instanceof KubeError && error.failure.code === 'too-large';
    const wait = Math.max(
      backoff(attempt, this.#timing),
      askedToWait(error),
      isTooLarge ? restAfterTooLarge : 0,
    );
    const { signal, connection } = this.#options;
    const woken = connection.woken?.();
    await pause(wait, undefined, { signal: woken ? AbortSignal.any([signal, woken]) : signal }).catch(
      // Rejects when the watch ends: its loop asks for that.
      () => {},
    );
  }

  /** @param answered the cluster itself says so, it is not for want of an answer. */
  #unreachable(error: unknown, answered: boolean): void {
    this.#brokeAt ??= this.#heardAt ?? new Date().toISOString();
    const failure = failureOf(error);
    this.#options.onState(
      { state: 'unreachable', asOf: this.#heardAt, since: this.#brokeAt, failure },
      answered,
    );
  }

  #live(): void {
    this.#brokeAt = null;
    this.#options.onState({ state: 'live', asOf: this.#heardAt ?? new Date().toISOString() }, false);
  }

  #selectors(): Record<string, string | undefined> {
    const { labelSelector, fieldSelector } = this.#options;
    return { labelSelector, fieldSelector };
  }

  async #list(): Promise<void> {
    const { connection, signal } = this.#options;
    const listed = new Set<string>();
    const resourceVersion = await eachPage(
      connection,
      { path: this.#path, query: this.#selectors(), signal },
      (items) => {
        for (const item of items) this.#take(item, listed);
        this.#pace.answered(this);
      },
      () => listed.clear(),
    );
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
    this.#pace.answered(this);
    this.#heard();
    this.#liveAt = performance.now();
    // One that was told as ending again and again is believed when it has lasted for a while.
    const settle = this.#failures > fewEarlyEnds ? this.#timing.steadyAfter / 5 : 0;
    const settled = settle > 0 ? setTimeout(() => this.#live(), settle) : this.#live();
    const beat = setInterval(() => this.#beat(response), this.#timing.heartbeat);
    try {
      return await this.#read(response);
    } finally {
      clearTimeout(settled ?? undefined);
      clearInterval(beat);
      if (!signal.aborted) this.#flush('watch');
    }
  }

  #heard(): void {
    this.#heardMs = Date.now();
    this.#heardTick = performance.now();
  }

  /** ISO 8601 UTC. */
  get #heardAt(): string | null {
    return this.#heardMs === null ? null : new Date(this.#heardMs).toISOString();
  }

  /** Renews `asOf`; where the watch has been silent for long, asks whether the cluster is still there. */
  #beat(response: IncomingMessage): void {
    // The monotonic clock stands still while the computer sleeps, the other one may be set: the longer silence counts.
    const silent = Math.max(performance.now() - this.#heardTick, Date.now() - (this.#heardMs ?? Number.NaN));
    if (silent < this.#timing.askAfter) this.#live();
    else
      stillThere(this.#options.connection).then(
        () => {
          if (response.destroyed) return;
          this.#heard();
          this.#live();
        },
        (error) => {
          this.#fellSilent = true;
          response.destroy(error);
        },
      );
  }

  #read(response: IncomingMessage): Promise<WatchEnd> {
    return new Promise((resolve, reject) => {
      if (response.destroyed) {
        reject(networkError(broken(), this.#place));
        return;
      }
      const lines = new LineSplitter(eventLimit);
      const stalled = () => {
        this.#fellSilent = true;
        response.destroy(stall());
      };
      const timer = setTimeout(stalled, this.#timing.stallAfter);
      /** Runs while an event is not at its end: bytes that never make one are no sign of life. */
      let lineTimer: NodeJS.Timeout | undefined;
      const settle = (action: () => void) => {
        clearTimeout(timer);
        clearTimeout(lineTimer);
        action();
        response.destroy();
      };
      response.on('data', (chunk: Buffer) => {
        timer.refresh();
        this.#heard();
        try {
          for (const line of lines.push(chunk))
            if (line.length > 0 && this.#event(line) === 'expired') {
              settle(() => resolve('expired'));
              return;
            }
          if (lines.pending === 0 || chunk.includes(10)) {
            clearTimeout(lineTimer);
            lineTimer = undefined;
          }
          if (lines.pending > 0) lineTimer ??= setTimeout(stalled, this.#timing.stallAfter / 3);
          this.#flushSoon();
        } catch (error) {
          const isLong = error instanceof RangeError && lines.pending > eventLimit;
          settle(() => reject(isLong ? tooLargeError(this.#place, eventLimit) : error));
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
    const { type, object } = typeof event === 'object' && event !== null ? event : {};
    if (type === 'ERROR') {
      const { code } = typeof object === 'object' && object !== null ? (object as { code?: unknown }) : {};
      if (code === 410) return 'expired';
      throw statusError(this.#place, typeof code === 'number' ? code : 500, object);
    }
    const version = resourceVersionOf(object);
    if (version === null) throw badDataError(this.#place, 'a watch event without a resourceVersion');
    if (type !== 'BOOKMARK') {
      const isChange = type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED';
      if (!isChange || !isObject(object)) throw badDataError(this.#place, 'a watch event that is none');
      if (type === 'DELETED') this.#state.remove(keyOf(object));
      else this.#take(object);
    }
    // Only now: an event that could not be taken in must come again.
    this.#resourceVersion = version;
    return undefined;
  }

  /** What comes after a quiet frame is told at once, with what came in the same chunk; what follows, when it is over. */
  #flushSoon(): void {
    if (this.#cancelFlush !== null || this.#state.isTold) return;
    this.#cancelFlush = soon(this.#flushedTick + this.#timing.batchDelay, () => this.#flush('watch'));
  }

  #take(object: unknown, listed?: Set<string>): void {
    if (!isObject(object)) {
      // One odd item of a list hides no other.
      const error = new TypeError('an object without a name');
      this.#options.onSkipped?.({ key: { namespace: '', name: '(no name)', uid: '' }, error });
      return;
    }
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
    this.#cancelFlush?.();
    this.#cancelFlush = null;
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
