import type { IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { failureOf } from '../../../shared/domain/failure';
import { backoff } from './backoff';
import { KubeError, networkError, type Place } from './failures';
import { LineSplitter } from './lines';
import { LogResume, parseLogLine } from './log-lines';
import { resourcePath } from './paths';
import type { KubeObject, LogLine, LogRequest, LogState, LogTiming } from './types';

const usual: LogTiming = { batchDelay: 16, backoffBase: 500, backoffLimit: 15_000, stallAfter: 120_000 };

/** A line longer than this is handed out in pieces: kubelets cut at 16 KiB, apps need not. */
const lineLimit = 1024 * 1024;

interface ContainerStatus {
  name: string;
  restartCount?: number;
  state?: { running?: unknown; terminated?: unknown; waiting?: unknown };
}

/**
 * Streams a container's log, in batches. Without `follow` it reads to the end. With `follow` it comes back after every
 * break, without repeating or losing a line, until the container ends, the pod is gone or the signal is aborted.
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

class LogStream {
  readonly #request: LogRequest;
  readonly #onLines: (lines: LogLine[]) => void;
  readonly #onState: (state: LogState) => void;
  readonly #signal: AbortSignal;
  readonly #timing: LogTiming;
  readonly #place: Place;
  readonly #resume: LogResume;
  #batch: LogLine[] = [];
  #timer: NodeJS.Timeout | undefined;
  /** When the first stream was opened, by the server's clock: what to read from when nothing was seen yet. */
  #openedAt: string | null = null;
  /** The container instance that is followed, by its restarts. */
  #restarts: number | null = null;

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
    this.#place = { context: request.connection.context, server: request.connection.server };
  }

  async run(): Promise<void> {
    const follow = Boolean(this.#request.follow && !this.#request.previous);
    for (let attempt = 0; !this.#signal.aborted; attempt++) {
      const begun = performance.now();
      try {
        if (await this.#readOnce(follow, attempt > 0)) {
          if (!this.#signal.aborted) this.#onState({ state: 'ended' });
          return;
        }
      } catch (error) {
        this.#flush();
        if (this.#signal.aborted) return;
        // Silence is no fault: the log is opened anew where it stopped, and nobody need know.
        if (error !== silence && this.#isLastWord(error, follow)) return;
      }
      if (performance.now() - begun > 5_000) attempt = 0;
      const wait = backoff(attempt, this.#timing);
      await pause(wait, undefined, { signal: this.#signal }).catch(() => {});
    }
  }

  /** Reads until the stream ends. @returns whether that was the end of the container's log. */
  async #readOnce(follow: boolean, again: boolean): Promise<boolean> {
    if (follow && again && (await this.#hasRestarted())) {
      // The end of what was followed now lies in the previous log; where it is gone, so be it.
      await this.#open({ previous: true })
        .then((response) => this.#read(response, false))
        .catch(() => {});
      this.#flush();
      return true;
    }
    const [response] = await Promise.all([
      this.#open(follow ? { follow } : { previous: this.#request.previous ?? false }),
      follow && this.#restarts === null ? this.#noteRestarts() : undefined,
    ]);
    if (follow) this.#onState({ state: 'following' });
    await this.#read(response, follow);
    this.#flush();
    return !follow || (await this.#hasEnded());
  }

  /** Tells of a failure. @returns whether it ends the stream. */
  #isLastWord(error: unknown, follow: boolean): boolean {
    const failure = failureOf(error);
    const status = error instanceof KubeError ? error.failure.status : null;
    if (status === 404 || (status === 400 && !isStarting(error))) {
      this.#onState({ state: 'gone', failure });
      return true;
    }
    this.#onState({ state: follow ? 'reconnecting' : 'failed', failure });
    return !follow;
  }

  async #open(mode: { follow?: boolean; previous?: boolean }): Promise<IncomingMessage> {
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
      signal: this.#signal,
    });
    this.#resume.again();
    if (this.#openedAt === null && this.#request.tailLines !== undefined) {
      const date = Date.parse(response.headers.date ?? '');
      // A second earlier: the header is cut to seconds, and nodes' clocks are not quite the server's.
      if (!Number.isNaN(date)) this.#openedAt = new Date(date - 1000).toISOString();
    }
    return response;
  }

  #read(response: IncomingMessage, follow: boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      if (response.destroyed) {
        reject(networkError(broken(), this.#place));
        return;
      }
      const lines = new LineSplitter(lineLimit);
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
        // Half a line of a stream that ended whole is a line; of one that broke it is read again.
        const rest = lines.rest();
        if (rest) this.#line(rest);
        resolve();
      });
      response.once('error', stop);
      response.once('close', () => {
        if (!response.complete) stop(broken());
      });
    });
  }

  #line(bytes: Buffer): void {
    const line = parseLogLine(bytes);
    if (!this.#resume.isNew(line, bytes.toString('latin1'))) return;
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

  /** Remembers which instance is followed; where that cannot be asked, restarts go unnoticed. */
  async #noteRestarts(): Promise<void> {
    const container = await this.#container().catch(() => undefined);
    this.#restarts ??= container?.restartCount ?? null;
  }

  async #hasRestarted(): Promise<boolean> {
    const restarts = (await this.#container())?.restartCount;
    return this.#restarts !== null && restarts !== undefined && restarts > this.#restarts;
  }

  /** A followed stream that ends in good order may have been cut by a proxy: the pod's status tells. */
  async #hasEnded(): Promise<boolean> {
    const container = await this.#container();
    if (!container) return false;
    const restarts = container.restartCount ?? 0;
    if (this.#restarts !== null && restarts > this.#restarts) return true;
    return container.state !== undefined && !container.state.running;
  }

  /** The container's status; undefined where it may not be asked for or says nothing. @throws KubeError 404. */
  async #container(): Promise<ContainerStatus | undefined> {
    const { connection, namespace, pod, container } = this.#request;
    let object: KubeObject;
    try {
      object = await connection.json<KubeObject>({
        path: resourcePath({ apiVersion: 'v1', plural: 'pods', namespace, name: pod }),
        signal: this.#signal,
      });
    } catch (error) {
      if (error instanceof KubeError && error.failure.status === 403) return undefined;
      throw error;
    }
    const status = object.status as
      | { containerStatuses?: ContainerStatus[]; initContainerStatuses?: ContainerStatus[] }
      | undefined;
    return [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])].find(
      (candidate) => candidate.name === container,
    );
  }
}

/** 400 while a container has not started yet: it will. Any other 400 (no such container, no previous log) stays. */
const isStarting = (error: unknown): boolean =>
  error instanceof KubeError && /is waiting to start/.test(error.failure.detail ?? '');

/** Why a followed log that said nothing for long is opened anew. */
const silence = new Error('silent');

const broken = () => Object.assign(new Error('the connection ended early'), { code: 'ECONNRESET' });
