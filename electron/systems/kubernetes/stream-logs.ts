import { setTimeout as pause } from 'node:timers/promises';
import { failureOf } from '../../../shared/domain/failure/failure-of';
import type { ClusterAddress } from './address-words';
import { backoff } from './backoff';
import type { ContainerLife } from './container-life';
import { KubeError, networkError } from './failures';
import { LogResume, lineKey, parseLogLine, stripControls } from './log-lines';
import { kubernetesLog, type LogOrigin, silence } from './log-origin';
import type { LogPiece } from './log-splitter';
import type { LogLine, LogRequest, LogState, LogTiming } from './types';

/** How patient a log is, where nothing else is said. */
export const usualLogTiming: LogTiming = {
  batchDelay: 16,
  backoffBase: 500,
  backoffLimit: 15_000,
  stallAfter: 120_000,
  quietAfter: 3_000,
  lookEvery: 2_000,
};

/**
 * Streams a container's log, in batches. Without `follow` it reads to the end. With `follow` it comes back after every
 * break, without repeating or losing a line, and goes on with the container's next run when it restarts, until the
 * container ends for good, the pod is gone or the signal is aborted.
 * Never rejects for what a cluster does: `onState` tells (`ended`, `gone` and `failed` are last words).
 */
export async function streamLogs(
  request: LogRequest,
  onLines: (lines: LogLine[]) => void,
  onState: (state: LogState) => void,
  signal: AbortSignal,
): Promise<void> {
  const origin = kubernetesLog(request, { ...usualLogTiming, ...request.timing });
  await streamLogOf(origin, request, onLines, onState, signal);
}

/** As {@link streamLogs}, from wherever the log comes. */
export async function streamLogOf(
  origin: LogOrigin,
  request: Omit<LogRequest, 'connection' | 'namespace' | 'pod' | 'container'>,
  onLines: (lines: LogLine[]) => void,
  onState: (state: LogState) => void,
  signal: AbortSignal,
): Promise<void> {
  await new LogStream(origin, request, onLines, onState, signal).run();
}

type OpenLog = Awaited<ReturnType<LogOrigin['open']>>;

/** How a stream ended in good order: cut by something on the way, at the end of a run, or of the container. */
type StreamEnd = 'cut' | 'restarted' | 'over';

class LogStream {
  readonly #origin: LogOrigin;
  readonly #request: Pick<LogRequest, 'previous' | 'follow' | 'tailLines' | 'sinceTime' | 'timing'>;
  readonly #onLines: (lines: LogLine[]) => void;
  readonly #onState: (state: LogState) => void;
  readonly #signal: AbortSignal;
  readonly #timing: LogTiming;
  readonly #resume: LogResume;
  #batch: LogLine[] = [];
  #timer: NodeJS.Timeout | undefined;
  /** When the first stream was opened, by the server's clock: what to read from when nothing was seen yet. */
  #openedAt: string | null = null;
  /** The container's run that is followed, by its restarts. */
  #restarts: number | null = null;
  /** The stamp of the line that a piece of a long line goes on with, and which piece it is. */
  #longLine: { at: string | null; piece: number } = { at: null, piece: 0 };

  constructor(
    origin: LogOrigin,
    request: Pick<LogRequest, 'previous' | 'follow' | 'tailLines' | 'sinceTime' | 'timing'>,
    onLines: (lines: LogLine[]) => void,
    onState: (state: LogState) => void,
    signal: AbortSignal,
  ) {
    this.#origin = origin;
    this.#request = request;
    this.#onLines = onLines;
    this.#onState = onState;
    this.#signal = signal;
    this.#timing = { ...usualLogTiming, ...request.timing };
    this.#resume = new LogResume(request.sinceTime);
  }

  get #place(): ClusterAddress {
    return this.#origin.place;
  }

  async run(): Promise<void> {
    const follow = Boolean(this.#request.follow && !this.#request.previous);
    for (let attempt = 0; !this.#signal.aborted; attempt++) {
      const begun = performance.now();
      try {
        const end = await this.#readOnce(follow, attempt > 0 || this.#restarts !== null);
        if (end === 'over') {
          if (!this.#signal.aborted) this.#onState({ state: 'ended' });
          return;
        }
        if (end === 'restarted') {
          attempt = 0;
          continue;
        }
      } catch (error) {
        this.#flush();
        if (this.#signal.aborted) return;
        // Silence is no fault: the log is opened again where it stopped, and nobody need know.
        if (error !== silence && this.#isLastWord(error, follow)) return;
      }
      if (performance.now() - begun > 5_000) attempt = 0;
      await this.#pause(backoff(attempt, this.#timing));
    }
  }

  #pause(milliseconds: number): Promise<void> {
    const woken = this.#origin.woken?.();
    const signal = woken ? AbortSignal.any([this.#signal, woken]) : this.#signal;
    // Rejects when the log is closed: its loop asks for that. Or somebody signed in, so that it may be tried at once.
    return pause(milliseconds, undefined, { signal }).catch(() => {});
  }

  /** Reads until the stream ends. */
  async #readOnce(follow: boolean, again: boolean): Promise<StreamEnd> {
    if (follow && again) await this.#catchUp();
    const [opened] = await Promise.all([
      this.#open({ follow, previous: this.#request.previous ?? false }),
      follow && this.#restarts === null ? this.#noteRestarts() : undefined,
    ]);
    if (follow) this.#onState({ state: 'following' });
    const rest = await this.#read(opened, follow);
    this.#flush();
    if (!follow) {
      if (rest) this.#line(rest);
      this.#flush();
      return 'over';
    }
    return this.#afterEnd(rest);
  }

  /**
   * A followed stream ended in good order. The container may have ended, for good or to start again, or a proxy cut the
   * stream: the pod's status tells. Half a line is a line only where the container ended; of a stream that was cut it
   * is read again.
   */
  async #afterEnd(rest: LogPiece | null): Promise<StreamEnd> {
    let told = false;
    for (;;) {
      const status = await this.#container();
      if (!status || status.life === 'unknown') return 'cut';
      const restarted = this.#restarts !== null && status.restarts > this.#restarts;
      if (status.life === 'running' && !restarted) return 'cut';
      if (rest) this.#line(rest);
      rest = null;
      this.#flush();
      if (restarted) return 'restarted';
      if (status.life === 'ended') return 'over';
      if (!told) this.#onState({ state: 'waiting', reason: status.reason });
      told = true;
      await this.#pause(this.#timing.lookEvery);
      if (this.#signal.aborted) return 'cut';
    }
  }

  /** Reads the rest of a run that ended while the stream was away, and waits for the next one to start. */
  async #catchUp(): Promise<void> {
    const status = await this.#container();
    if (!status || this.#restarts === null || status.restarts <= this.#restarts) return;
    // Only the run right before the present one is kept; where even that is gone, so be it.
    await this.#open({ follow: false, previous: true })
      .then((opened) => this.#read(opened, false))
      .then((rest) => rest && this.#line(rest))
      .catch(() => {});
    this.#flush();
    this.#restarts = status.restarts;
    this.#onState({ state: 'restarted', restarts: status.restarts });
  }

  /** Tells of a failure. @returns whether it ends the stream. */
  #isLastWord(error: unknown, follow: boolean): boolean {
    const failure = failureOf(error);
    const status = error instanceof KubeError ? error.failure.status : null;
    if (status === 404 || (status === 400 && !isStarting(error))) {
      this.#onState({ state: 'gone', failure });
      return true;
    }
    if (follow && isStarting(error)) {
      this.#onState({ state: 'waiting', reason: reasonOf(error) });
      return false;
    }
    this.#onState({ state: follow ? 'reconnecting' : 'failed', failure });
    return !follow;
  }

  async #open(mode: { follow: boolean; previous: boolean }): Promise<OpenLog> {
    const { sinceTime = null, tailLines } = this.#request;
    const since = this.#resume.sinceTime ?? this.#openedAt;
    const part = {
      ...mode,
      tailLines: since === null ? (tailLines ?? null) : null,
      sinceTime: since ?? sinceTime,
    };
    const opened = await this.#origin.open(part, {
      signal: this.#signal,
      quiet: () => this.#onState({ state: 'following' }),
    });
    this.#resume.again();
    if (this.#openedAt === null && tailLines !== undefined) {
      const date = Date.parse(opened.response.headers.date ?? '');
      // A second earlier: the header is cut to seconds, and nodes' clocks are not quite the server's.
      if (!Number.isNaN(date)) this.#openedAt = new Date(date - 1000).toISOString();
    }
    return opened;
  }

  /** @returns the half line that a stream which ended in good order left; of one that broke it is read again. */
  #read({ response, lines }: OpenLog, follow: boolean): Promise<LogPiece | null> {
    return new Promise((resolve, reject) => {
      if (response.destroyed) {
        reject(networkError(broken(), this.#place));
        return;
      }
      const silent = follow ? this.#timing.stallAfter : Math.min(this.#timing.stallAfter, 30_000);
      const stalled = () => response.destroy(follow ? silence : broken());
      let timer = setTimeout(stalled, silent);
      const stop = (error: Error) => {
        clearTimeout(timer);
        reject(error === silence || error instanceof KubeError ? error : networkError(error, this.#place));
      };
      /** What the stream itself says is wrong ends it. */
      const taken = <T>(take: () => T, otherwise: T): T => {
        try {
          return take();
        } catch (error) {
          stop(error as Error);
          response.destroy();
          return otherwise;
        }
      };
      response.on('data', (chunk: Buffer) => {
        clearTimeout(timer);
        timer = setTimeout(stalled, silent);
        for (const line of taken(() => lines.push(chunk), [])) this.#line(line);
      });
      response.once('end', () => {
        clearTimeout(timer);
        resolve(taken(() => lines.rest(), null));
      });
      response.once('error', stop);
      response.once('close', () => {
        if (!response.complete) stop(broken());
      });
    });
  }

  #line({ bytes, continues }: LogPiece): void {
    const line = parseLogLine(bytes);
    let key = lineKey(bytes);
    if (continues) {
      // A further piece of a long line has its line's stamp, and is known by that and its place.
      this.#longLine.piece += 1;
      line.at = this.#longLine.at;
      line.text = stripControls(bytes.toString('utf8'));
      key = `${this.#longLine.piece} ${key}`;
    } else this.#longLine = { at: line.at, piece: 0 };
    if (!this.#resume.isNew(line, key)) return;
    this.#batch.push(line);
    this.#timer ??= setTimeout(() => this.#flush(), this.#timing.batchDelay);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const lines = this.#batch;
    this.#batch = [];
    if (lines.length > 0 && !this.#signal.aborted) this.#onLines(lines);
  }

  /** Remembers which run is followed; where that cannot be asked, restarts go unnoticed. */
  async #noteRestarts(): Promise<void> {
    // Where that cannot be asked, restarts go unnoticed.
    const status = await this.#container().catch(() => undefined);
    this.#restarts ??= status?.restarts ?? null;
  }

  #container(): Promise<ContainerLife | undefined> {
    return this.#origin.container(this.#signal);
  }
}

/** 400 while a container has not started yet: it will. Any other 400 (no such container, no previous log) stays. */
const isStarting = (error: unknown): boolean =>
  error instanceof KubeError && /is waiting to start/.test(error.failure.detail ?? '');

/** `container "app" in pod "a" is waiting to start: ContainerCreating`. */
const reasonOf = (error: unknown): string | null =>
  (error instanceof KubeError && /waiting to start: (\S+)/.exec(error.failure.detail ?? '')?.[1]) || null;

const broken = () => Object.assign(new Error('the connection ended early'), { code: 'ECONNRESET' });
