import type { IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { failureOf } from '../../../shared/domain/failure/failure-of';
import { backoff } from '../kubernetes/backoff';
import { type ClusterPace, paceOf } from '../kubernetes/cluster-pace';
import {
  badDataError,
  endedEarlyError,
  KubeError,
  networkError,
  tooLargeError,
} from '../kubernetes/failures';
import { isObject } from '../kubernetes/list-pages';
import type { WatchOptions, WatchTiming } from '../kubernetes/types';
import { soon } from '../soon';
import { readLines, type StreamEnd } from './read-lines';
import { Replay } from './replay';
import type { WatchSource } from './source';
import { askedToWait, isOfCluster, mayPass } from './watch-failures';
import { keyOf, WatchState } from './watch-state';
import { usualTiming } from './watch-timing';

/** Bytes of one event: etcd takes objects of 1.5 MB at most, and an API server's own writing of one is not ten times that. */
const eventLimit = 16 * 1024 * 1024;
/** After something that would be as large again, the watch rests so long, in milliseconds. */
const restAfterTooLarge = 300_000;
/** How long a stream's head is waited for until the list is read without it, in milliseconds: a quiet one sends none. */
const headPatience = 1_000;
/** Watches that were ended too soon, one after the other, until it is told. */
const fewEarlyEnds = 4;

const isTimeout = (error: unknown): boolean =>
  error instanceof KubeError && error.failure.code === 'timeout' && error.failure.status === null;

/** What a watch is told besides where its objects come from. */
export type WatchReading<T> = Pick<
  WatchOptions<T>,
  'trim' | 'onBatch' | 'onState' | 'meter' | 'onSkipped' | 'signal' | 'timing'
>;

/**
 * Keeps a picture of what a source has: lists, follows its stream, and comes back after anything that breaks
 * (https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes).
 * Resolves when the signal is aborted; nothing is called after that. Never rejects for what the other side does.
 */
export async function watchObjects<T>(source: WatchSource, reading: WatchReading<T>): Promise<void> {
  await new ObjectWatch(source, reading).run();
}

class ObjectWatch<T> {
  readonly #source: WatchSource;
  readonly #options: WatchReading<T>;
  readonly #timing: WatchTiming;
  readonly #state = new WatchState<T>();
  /** What a stream goes on from; `null`: all must be told anew. */
  #version: string | null = null;
  /** What the stream told that tells everything first; `null` once it has, and where streams don't. */
  #replay: Replay | null = null;
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

  constructor(source: WatchSource, options: WatchReading<T>) {
    this.#source = source;
    this.#options = options;
    this.#timing = { ...usualTiming, ...options.timing };
    this.#pace = paceOf(source.connection);
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
        if (this.#version === null && this.#source.replay !== 'until-listed') await this.#list(signal);
        if ((await this.#follow()) === 'expired') this.#version = null;
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
    if (this.#failures >= fewEarlyEnds) this.#unreachable(endedEarlyError(this.#source.connection), true);
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
    if (expired) this.#version = null;
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
    const { signal } = this.#options;
    const woken = this.#source.connection.woken?.();
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
    // Until the list beside such a stream is through, the picture is none yet, or an old one.
    if (this.#source.replay === 'until-listed' && this.#replay !== null) return;
    this.#brokeAt = null;
    this.#options.onState({ state: 'live', asOf: this.#heardAt ?? new Date().toISOString() }, false);
  }

  /** Reads all objects. What is not among them is gone, unless the stream that follows is to tell so. */
  async #list(signal: AbortSignal): Promise<void> {
    const listed = new Set<string>();
    const version = await this.#source.list({
      onItems: (items) => {
        for (const item of items) this.#take(item, listed);
        this.#pace.answered(this);
      },
      onRestart: () => listed.clear(),
      signal,
    });
    if (signal.aborted) return;
    const { replay } = this.#source;
    if (replay === 'never') {
      this.#state.retain(listed);
      this.#version = version;
    } else if (replay === 'until-listed') {
      this.#state.retain(this.#replay?.present(listed) ?? listed);
      this.#replay = null;
    }
    this.#heard();
    this.#flush('list');
    if (replay === 'never') return;
    // The head of a quiet stream comes late: what was listed is live, if nothing is told as broken.
    const isOpen = this.#liveAt !== null && this.#failures <= fewEarlyEnds;
    this.#liveAt ??= performance.now();
    if (this.#failures === 0 || (replay === 'until-listed' && isOpen)) this.#live();
  }

  /** Opens a stream, where need be with a list beside it, and reads it to its end. */
  async #follow(): Promise<StreamEnd> {
    const { replay } = this.#source;
    this.#replay = replay === 'never' || this.#version !== null ? null : new Replay();
    if (replay !== 'until-listed') return this.#watch(this.#options.signal);
    const stop = new AbortController();
    const signal = AbortSignal.any([this.#options.signal, stop.signal]);
    let opened = () => {};
    const head = new Promise<void>((resolve) => {
      opened = resolve;
    });
    const stream = this.#watch(signal, opened);
    const listing = Promise.race([head, pause(headPatience, undefined, { signal })]).then(() =>
      this.#list(signal),
    );
    // One that fails ends the other. Each is waited for, so that neither goes on behind the next round.
    const failed = listing.then(
      () => stream,
      (error: unknown) => {
        stop.abort(error);
        throw error;
      },
    );
    try {
      return await Promise.race([stream, failed]);
    } finally {
      stop.abort();
      await Promise.allSettled([stream, failed]);
    }
  }

  /** @param opened called when the stream's head has come. */
  async #watch(signal: AbortSignal, opened?: () => void): Promise<StreamEnd> {
    const seconds = Math.ceil((this.#timing.watchFor * (1 + Math.random() / 2)) / 1000);
    let response: IncomingMessage;
    try {
      response = await this.#source.open({
        from: this.#version,
        seconds,
        stallAfter: this.#timing.stallAfter,
        signal,
      });
    } catch (error) {
      if (this.#source.replay === 'never' || !isTimeout(error)) throw error;
      // As silent as one that said nothing after its head: whoever answers at all is asked for a list again.
      await this.#source.stillThere();
      this.#heard();
      return 'expired';
    }
    const type = response.headers['content-type'] ?? '';
    if (!/json|event-stream/.test(type)) {
      response.destroy();
      throw badDataError(
        this.#source.connection,
        `a watch that is no JSON but ${type.slice(0, 60) || 'of no type'}`,
      );
    }
    this.#pace.answered(this);
    this.#heard();
    this.#liveAt = performance.now();
    opened?.();
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
      this.#source.stillThere().then(
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

  #read(response: IncomingMessage): Promise<StreamEnd> {
    const { connection } = this.#source;
    return readLines(response, {
      limit: eventLimit,
      stallAfter: this.#timing.stallAfter,
      onLine: (line) => this.#event(line),
      onHeard: () => this.#heard(),
      onChunk: () => this.#flushSoon(),
      onSilent: () => {
        this.#fellSilent = true;
      },
      tooLarge: (bytes) => tooLargeError(connection, bytes),
      network: (error) => networkError(error, connection),
    });
  }

  #event(line: Buffer): StreamEnd | undefined {
    const event = this.#source.event(line);
    if (event === null) return undefined;
    switch (event.type) {
      case 'expired':
      case 'over':
        return event.type;
      case 'bookmark':
        if (this.#source.replay === 'until-bookmark' && this.#replay !== null) {
          this.#state.retain(this.#replay.present());
          this.#replay = null;
        }
        break;
      case 'changed':
      case 'deleted': {
        const key = keyOf(event.object);
        this.#replay?.tell(key, event.type === 'deleted');
        if (event.type === 'deleted') this.#state.remove(key);
        else this.#take(event.object);
      }
    }
    // Only now: an event that could not be taken in must come again. What is replayed comes in no order of versions.
    if (this.#source.replay !== 'until-listed' && this.#replay === null) this.#version = event.version;
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
    if (listed && this.#replay?.hasEnded(key)) return;
    listed?.add(WatchState.id(key));
    if (this.#state.has(key)) return;
    // One server of several may lag behind the one that was read before.
    if (this.#source.replay !== 'never' && this.#state.isNewer(key)) return;
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
