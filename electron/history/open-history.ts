import type { Worker } from 'node:worker_threads';
import type { Claim } from '../../shared/domain/attribution/claims';
import { defaultImageTagPath } from '../../shared/domain/estate/estate';
import { FailureError } from '../../shared/domain/failure/failure';
import { csvHeader, csvLines } from '../../shared/domain/history/history-csv';
import type {
  ComparedCell,
  ComparedSide,
  DeploymentEvent,
  FeedOutline,
  FeedOutlineQuery,
  FeedPage,
  FeedQuery,
  FiguresQuery,
  FiguresRow,
  HistoricBoard,
  HistoryEvent,
  HistoryFilter,
  HistoryStatus,
  Moment,
  VersionRun,
} from '../../shared/domain/history/history-event';
import { visibleJson } from '../../shared/domain/text/visible-text';
import { type Log, noLog } from '../log/log';
import { Calls } from '../threads/calls';
import { startThread } from '../threads/start-thread';
import { markedBlob, newReadMark } from './index/read-guard';
import type { Call, QuestionName, Questions, Reply, Request, WorkerOptions } from './protocol';

/** Where the history is read from and kept. */
export interface HistoryOptions {
  /** Absolute path of the local repo (the mirror): a bare repo or a work tree. Only read. */
  repo: string;
  /** Branch name (`main`) or full ref. */
  branch: string;
  /** Absolute path of the index file. Derived: deleting it loses nothing but time. */
  indexFile: string;
  /** Where image-tag files lie, default `charts/app-config/image-tags/{environment}/{app}`. */
  template?: string;
  /** Where records of operations lie, if not on the branch itself: a local repo, and a branch or ref of it. */
  records?: { repo: string; branch: string };
  /** What Concourses told (`electron/archive/concourse-line.ts`); it need not be there yet. Left out: the estate has none. */
  concourse?: { repo: string; branch: string };
  /** Left out: nothing is logged. */
  log?: Log;
}

/**
 * The history of one branch, answered by a worker thread from a derived index. Questions work from the first
 * second on, over what is indexed so far (newest first); `status().beginning` says how far back that is.
 * Every question rejects with a FailureError (`invalid-input`, `bad-data`, `cancelled`, `internal`).
 */
export interface History {
  /** The last status that the worker told. */
  status(): HistoryStatus;
  /** Called on every change of status; returns the unsubscribe. */
  onStatus(listener: (status: HistoryStatus) => void): () => void;
  /**
   * Brings the index up to the branch's tip: first time everything, then only what is new or was rewritten.
   * Resolves when done; a second call while one runs waits for that one and then looks again.
   * Call it after every fetch. Rejects with a FailureError (`not-found` repo or branch, `disk-full`, …); what was
   * indexed still answers.
   */
  update(signal?: AbortSignal): Promise<HistoryStatus>;
  /**
   * Tells what this console knows of operations (where no record could be written) and of runs of others, all of it each
   * time. It counts from the next update on, and is kept in the index until it is told anew.
   */
  tell(claims: readonly Claim[]): Promise<null>;
  /** The feed, newest first. */
  feed(query: FeedQuery): Promise<FeedPage>;
  /** All events of the story that an event belongs to, newest first; `total`: how many there are. */
  story(id: number): Promise<{ events: HistoryEvent[]; total: number }>;
  /** How long the feed is under a filter, and where its pages and days begin. */
  outline(query: FeedOutlineQuery): Promise<FeedOutline>;
  /** The newest deployment of every app in every environment where main still has a file for it: the ages of the board's cells. */
  lastDeployments(): Promise<DeploymentEvent[]>;
  /** Deployments of one app, newest first. */
  deployments(query: { app: string; environment?: string; limit: number }): Promise<DeploymentEvent[]>;
  /** Versions that ran there before the present one, each once, most recent first. */
  previousVersions(query: { app: string; environment: string; limit: number }): Promise<VersionRun[]>;
  /** Every cell as it was at a moment. */
  board(moment: Moment): Promise<HistoricBoard>;
  /** Every stay of a version of an app, in every environment, oldest first. */
  versionHistory(query: { app: string; version: string }): Promise<(VersionRun & { environment: string })[]>;
  /** Where two moments or two environments differ. */
  compare(left: ComparedSide, right: ComparedSide): Promise<ComparedCell[]>;
  /** Delivery figures. */
  figures(query: FiguresQuery): Promise<FiguresRow[]>;
  /** Names for filters: every app, environment and author that occurs. */
  names(): Promise<{ apps: string[]; environments: string[]; actors: string[] }>;
  /**
   * A filtered view as CSV (RFC 4180, no cell becomes a formula) or as one JSON array, chunk by chunk; `rows`: events
   * in the chunk.
   */
  exportEvents(
    filter: HistoryFilter,
    format: 'csv' | 'json',
    signal?: AbortSignal,
  ): AsyncIterable<{ text: string; rows: number }>;
  /** Stops the worker; an update in progress goes on at the next start where it was. */
  close(): Promise<void>;
}

/** Indexing makes many short-lived objects: with more room for the young ones, fewer are taken for old (MB). */
const resourceLimits = { maxYoungGenerationSizeMb: 96 };

const opening: HistoryStatus = {
  phase: 'opening',
  progress: null,
  tip: null,
  beginning: null,
  notice: null,
  failure: null,
};

/** Deaths, without an update that came to its end in between, after which a worker is not started again. */
const mostDeaths = 3;

/** Files that are left out since they ended a worker. */
const mostSkipped = 20;

const startedAgain = 'The history reader crashed and was restarted. Nothing is lost.';

const ended = (detail: string): FailureError =>
  new FailureError({
    code: 'internal',
    message: 'The history has stopped.',
    meaning: 'History is not available until you restart Signalbox. Everything else works.',
    next: [{ do: 'advice', label: 'Restart Signalbox.' }],
    detail,
  });

/**
 * Starts the worker. One that ends by a fault is started again, without the file that it was reading, and what was waited
 * for is asked again; the third time
 * in a row it stays so, and every question is answered with that. Nothing is indexed before the first {@link History.update}; an index that is there answers at once.
 * For tests: `maxPageCount` makes the disk small, `builtWorker` spares each worker the compiling of its sources.
 */
export function openHistory(
  options: HistoryOptions & { maxPageCount?: number; builtWorker?: string | undefined },
): History {
  const { repo, branch, indexFile, template = defaultImageTagPath, maxPageCount, log = noLog } = options;
  const mark = newReadMark();
  /** Blobs during whose reading a worker ended. */
  const skipped: string[] = [];
  const workerData: WorkerOptions = {
    repo,
    branch,
    indexFile,
    template,
    mark,
    skipped,
    ...(options.records ? { records: options.records } : {}),
    ...(options.concourse ? { concourse: options.concourse } : {}),
    ...(maxPageCount === undefined ? {} : { maxPageCount }),
  };
  const calls = new Calls<Call>();
  const listeners = new Set<(status: HistoryStatus) => void>();
  let status = opening;
  let failure: FailureError | null = null;
  let deaths = 0;
  let restarted = false;
  let closing = false;

  const stop = (detail: string) => {
    const error = failure ?? ended(detail);
    failure = error;
    calls.fail(() => error);
  };
  /** What a person is told of it, for the log: each once. */
  const reportStatus = (next: HistoryStatus): void => {
    if (next.notice !== null && next.notice !== status.notice)
      log('warn', 'history.notice', { notice: next.notice });
    if (next.failure && next.failure.message !== status.failure?.message)
      log('warn', 'history.failure', { ...next.failure });
  };
  const take = (reply: Reply) => {
    if ('status' in reply) {
      const { notice } = reply.status;
      reportStatus(reply.status);
      status = { ...reply.status, notice: notice ?? (restarted ? startedAgain : null) };
      for (const listener of listeners) listener(status);
      return;
    }
    const call = calls.take(reply, (told) => new FailureError(told));
    if (reply.ok && call?.question === 'update') deaths = 0;
  };
  const start = (): Worker => {
    const started = startThread({
      name: 'history',
      from: import.meta.dirname,
      source: 'worker.ts',
      built: options.builtWorker ?? 'history-worker.js',
      workerData,
      resourceLimits,
    });
    let detail = 'The worker has ended.';
    started.on('message', take);
    started.on('error', (error) => {
      detail = error instanceof Error ? error.message : String(error);
    });
    started.on('exit', () => {
      const blob = markedBlob(mark);
      if (!closing) log('error', 'history.worker-ended', { detail, blob, deaths });
      new Uint8Array(mark).fill(0);
      // Without what ended it, it is as good as new; but not for ever.
      if (blob !== null && !skipped.includes(blob) && skipped.length < mostSkipped) skipped.push(blob);
      else deaths += 1;
      if (closing || deaths >= mostDeaths) return stop(detail);
      restarted = true;
      worker = start();
      for (const request of calls.open) worker.postMessage(request);
    });
    return started;
  };
  let worker = start();

  const ask = <Name extends QuestionName>(
    question: Name,
    input: Questions[Name]['input'],
    signal?: AbortSignal,
  ): Promise<Questions[Name]['output']> => {
    if (failure) return Promise.reject(failure);
    let id = 0;
    const cancel = () => worker.postMessage({ cancel: id } satisfies Request);
    signal?.addEventListener('abort', cancel, { once: true });
    const answer = calls.call<Questions[Name]['output']>(
      (number) => {
        id = number;
        return { id, question, input } as Call;
      },
      (request) => worker.postMessage(request),
    );
    if (signal?.aborted) cancel();
    return answer.finally(() => signal?.removeEventListener('abort', cancel));
  };

  return {
    status: () => status,
    onStatus: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    update: (signal) => ask('update', null, signal),
    tell: (claims) => ask('tell', claims),
    feed: (query) => ask('feed', query),
    story: (id) => ask('story', { id }),
    outline: (query) => ask('outline', query),
    lastDeployments: () => ask('lastDeployments', null),
    deployments: (query) => ask('deployments', query),
    previousVersions: (query) => ask('previousVersions', query),
    board: (moment) => ask('board', moment),
    versionHistory: (query) => ask('versionHistory', query),
    compare: (left, right) => ask('compare', { left, right }),
    figures: (query) => ask('figures', query),
    names: () => ask('names', null),
    exportEvents: (filter, format, signal) => exported((query) => ask('feed', query), filter, format, signal),
    close: () =>
      new Promise((resolve) => {
        if (failure) return resolve();
        closing = true;
        worker.once('exit', () => resolve());
        worker.postMessage({ close: true } satisfies Request);
      }),
  };
}

async function* exported(
  feed: History['feed'],
  filter: HistoryFilter,
  format: 'csv' | 'json',
  signal?: AbortSignal,
): AsyncGenerator<{ text: string; rows: number }> {
  yield { text: format === 'csv' ? csvHeader : '[', rows: 0 };
  let before: number | undefined;
  let separator = '\n';
  for (;;) {
    signal?.throwIfAborted();
    const page = await feed({ ...filter, limit: 1000, ...(before === undefined ? {} : { before }) });
    const rows = page.events.length;
    if (format === 'csv') yield { text: csvLines(page.events), rows };
    else if (rows > 0) {
      yield { text: separator + page.events.map((event) => visibleJson(event)).join(',\n'), rows };
      separator = ',\n';
    }
    if (page.next === null) break;
    before = page.next;
  }
  if (format === 'json') yield { text: '\n]\n', rows: 0 };
}
