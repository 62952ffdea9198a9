import type { IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { failureOf } from '../../../shared/domain/failure/failure-of';
import type { ClusterAddress } from './address-words';
import { backoff } from './backoff';
import { type ContainerLife, containerLife } from './container-life';
import { KubeError, networkError } from './failures';
import { LogResume, lineKey, parseLogLine, stripControls } from './log-lines';
import { type LogPiece, LogSplitter } from './log-splitter';
import { resourcePath } from './paths';
import type { KubeObject, LogLine, LogRequest, LogState, LogTiming } from './types';

const usual: LogTiming = {
  batchDelay: 16,
  backoffBase: 500,
  backoffLimit: 15_000,
  stallAfter: 120_000,
  quietAfter: 3_000,
  lookEvery: 2_000,
};

/** Bytes; a longer line is handed out in pieces. Runtimes write lines in parts of 16 KiB, which kubelets join again. */
const lineLimit = 4 * 1024 * 1024;

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
  await new LogStream(request, onLines, onState, signal).run();
}

/** How a stream ended in good order: cut by something on the way, at the end of a run, or of the container. */
type StreamEnd = 'cut' | 'restarted' | 'over';

class LogStream {
  readonly #request: LogRequest;
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
    request: LogRequest,
    onLines: (lines: LogLine[]) => void,
    onState: (state: LogState) => void,
    signal: AbortSignal,
  ) {
    this.#request = request;
    this.#onLines = onLines;
    this.#onState = onState;
    this.#signal = signal;
    this.#timing = { ...usual, ...request.timing };
    this.#resume = new LogResume(request.sinceTime);
  }

  get #place(): ClusterAddress {
    return this.#request.connection;
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
    // Rejects when the log is closed: its loop asks for that.
    return pause(milliseconds, undefined, { signal: this.#signal }).catch(() => {});
  }

  /** Reads until the stream ends. */
  async #readOnce(follow: boolean, again: boolean): Promise<StreamEnd> {
    if (follow && again) await this.#catchUp();
    const [response] = await Promise.all([
      follow ? this.#openFollowing() : this.#open({ previous: this.#request.previous ?? false }),
      follow && this.#restarts === null ? this.#noteRestarts() : undefined,
    ]);
    if (follow) this.#onState({ state: 'following' });
    const rest = await this.#read(response, follow);
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
    await this.#open({ previous: true })
      .then((response) => this.#read(response, false))
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

  /**
   * Opens a log to follow. A kubelet sends nothing before the first line, not even that the log is there (`pkg/kubelet/
   * server`, `getContainerLogs`): where no answer comes, the pod tells whether the container is silent or the cluster is.
   */
  async #openFollowing(): Promise<IncomingMessage> {
    const quit = new AbortController();
    let answered = false;
    const timer = setTimeout(() => {
      this.#container().then(
        (status) => {
          if (status?.life === 'running' && !answered && !this.#signal.aborted)
            this.#onState({ state: 'following' });
        },
        (error: unknown) => {
          if (!answered) quit.abort(error);
        },
      );
    }, this.#timing.quietAfter);
    try {
      return await this.#open({ follow: true }, quit.signal);
    } catch (error) {
      const isSilent = error instanceof KubeError && error.failure.code === 'timeout' && !quit.signal.aborted;
      throw isSilent ? silence : error;
    } finally {
      answered = true;
      clearTimeout(timer);
    }
  }

  /** @param quit ends the waiting for an answer. */
  async #open(mode: { follow?: boolean; previous?: boolean }, quit?: AbortSignal): Promise<IncomingMessage> {
    const { connection, namespace, pod, container, tailLines } = this.#request;
    const since = this.#resume.sinceTime ?? this.#openedAt;
    const response = await connection.open({
      path: resourcePath({ apiVersion: 'v1', plural: 'pods', namespace, name: pod, subresource: 'log' }),
      query: {
        container,
        timestamps: true,
        previous: mode.previous || undefined,
        follow: mode.follow || undefined,
        tailLines: since === null ? tailLines : undefined,
        sinceTime: since ?? this.#request.sinceTime,
      },
      ...(mode.follow ? { timeout: this.#timing.stallAfter } : {}),
      signal: quit ? AbortSignal.any([this.#signal, quit]) : this.#signal,
    });
    this.#resume.again();
    if (this.#openedAt === null && this.#request.tailLines !== undefined) {
      const date = Date.parse(response.headers.date ?? '');
      // A second earlier: the header is cut to seconds, and nodes' clocks are not quite the server's.
      if (!Number.isNaN(date)) this.#openedAt = new Date(date - 1000).toISOString();
    }
    return response;
  }

  /** @returns the half line that a stream which ended in good order left; of one that broke it is read again. */
  #read(response: IncomingMessage, follow: boolean): Promise<LogPiece | null> {
    return new Promise((resolve, reject) => {
      if (response.destroyed) {
        reject(networkError(broken(), this.#place));
        return;
      }
      const lines = new LogSplitter(this.#request.lineLimit ?? lineLimit);
      const silent = follow ? this.#timing.stallAfter : Math.min(this.#timing.stallAfter, 30_000);
      const stalled = () => response.destroy(follow ? silence : broken());
      let timer = setTimeout(stalled, silent);
      const stop = (error: Error) => {
        clearTimeout(timer);
        reject(error === silence ? silence : networkError(error, this.#place));
      };
      response.on('data', (chunk: Buffer) => {
        clearTimeout(timer);
        timer = setTimeout(stalled, silent);
        for (const line of lines.push(chunk)) this.#line(line);
      });
      response.once('end', () => {
        clearTimeout(timer);
        resolve(lines.rest());
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

  /** How the container is; undefined where it may not be asked for or says nothing. @throws KubeError 404. */
  async #container(): Promise<ContainerLife | undefined> {
    const { connection, namespace, pod, container } = this.#request;
    try {
      const object = await connection.json<KubeObject>({
        path: resourcePath({ apiVersion: 'v1', plural: 'pods', namespace, name: pod }),
        signal: this.#signal,
      });
      return containerLife(object, container);
    } catch (error) {
      if (error instanceof KubeError && error.failure.status === 403) return undefined;
      throw error;
    }
  }
}

/** 400 while a container has not started yet: it will. Any other 400 (no such container, no previous log) stays. */
const isStarting = (error: unknown): boolean =>
  error instanceof KubeError && /is waiting to start/.test(error.failure.detail ?? '');

/** `container "app" in pod "a" is waiting to start: ContainerCreating`. */
const reasonOf = (error: unknown): string | null =>
  (error instanceof KubeError && /waiting to start: (\S+)/.exec(error.failure.detail ?? '')?.[1]) || null;

/** Why a followed log that said nothing for long is opened again. */
const silence = new Error('silent');

const broken = () => Object.assign(new Error('the connection ended early'), { code: 'ECONNRESET' });
