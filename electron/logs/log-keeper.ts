import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import type { LogLines, LogView } from '../../shared/contract/logs';
import { FailureError } from '../../shared/domain/failure/failure';
import { count as counted } from '../../shared/domain/text/count';
import { utcText } from '../../shared/domain/text/utc-text';
import { type Log, noLog } from '../log/log';
import { Calls } from '../threads/calls';
import { startThread } from '../threads/start-thread';
import { WorkMark } from './mark';
import type {
  ArrivedLine,
  Call,
  Ordered,
  QuestionName,
  Questions,
  Reply,
  Request,
  StoreLimits,
  WorkerOptions,
} from './protocol';
import { endedByFind, forgotten, handedOn } from './restart';

/** One session's lines, as the main process speaks of them to the worker that has them. */
export interface SavedLog {
  source(number: number, label: string): void;
  append(source: number, lines: ArrivedLine[]): void;
  /**
   * @throws FailureError `not-found` when the session was closed, `conflict` when the worker was started again meanwhile,
   *   `internal` when it ended for good.
   */
  ask<N extends QuestionName>(question: N, input: Questions[N]['input']): Promise<Questions[N]['output']>;
  /** Deletes the lines. */
  close(): void;
}

export interface LogKeeper {
  /** @param onEnd is told when the worker ended by a fault for good: the lines are gone. */
  open(
    session: string,
    view: LogView,
    onLines: (lines: LogLines) => void,
    onEnd: (error: FailureError) => void,
  ): SavedLog;
  close(): Promise<void>;
}

/** Deaths that nothing explains, each soon after a start, after which a worker is not started again. */
const mostDeaths = 3;
/** Milliseconds after which a worker counts as one that works. */
const soon = 10_000;
/** Requests that were left out since they ended a worker. */
const mostLeftOut = 50;

const ended = (detail: string): FailureError =>
  new FailureError({
    code: 'internal',
    message: 'The log view stopped.',
    meaning: 'Its lines are gone here; the cluster still has them.',
    next: [{ do: 'advice', label: 'Open the log again.' }],
    detail,
  });

interface OpenLog {
  view: LogView;
  labels: Map<number, string>;
  /** The request that made the view. */
  viewedBy: number;
  /** Lines that the window was last told of. */
  kept: number;
  notice: string | null;
  /** How often it was begun. */
  begun: number;
  onLines: (lines: LogLines) => void;
  onEnd: (error: FailureError) => void;
}

/**
 * Keeps the lines of log sessions in files below a folder, by one worker thread that starts with the first session.
 * What an earlier run left in the folder is deleted. A worker that ends by a fault is started again without what it was
 * working on: the sessions go on with what comes from then on, and say so.
 */
export async function openLogKeeper(options: {
  folder: string;
  limits?: Partial<StoreLimits>;
  /** For tests: spares the worker the compiling of its sources. */
  builtWorker?: string | undefined;
  now?: () => Date;
  /** Left out: nothing is logged. */
  log?: Log;
}): Promise<LogKeeper> {
  const { folder, limits = {}, now = () => new Date(), log: reportLog = noLog } = options;
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  await mkdir(folder, { recursive: true, mode: 0o700 });

  let worker: Worker | null = null;
  let mark = new WorkMark();
  let order = 0;
  let deaths = 0;
  let leftOut = 0;
  let startedAt = 0;
  /** What the worker was sent and may not be done with. */
  let sent: Ordered[] = [];
  const calls = new Calls<Call>();
  const open = new Map<string, OpenLog>();

  const stopped = (detail: string): void => {
    worker = null;
    sent = [];
    deaths = 0;
    leftOut = 0;
    const error = ended(detail);
    calls.fail(() => error);
    for (const { onEnd } of [...open.values()]) onEnd(error);
    open.clear();
  };
  const tell = (request: Request): void => {
    if (!worker) return;
    order += 1;
    const ordered = { order, request };
    const { lastDone } = mark;
    if (sent.length > 0 && (sent[0]?.order ?? 0) <= lastDone)
      sent = sent.filter((one) => one.order > lastDone);
    sent.push(ordered);
    worker.postMessage(ordered);
  };
  const begin = (session: string, log: OpenLog): void => {
    log.begun += 1;
    tell({
      session,
      open: {
        // The files of a worker that ended may still be held.
        folder: join(folder, log.begun === 1 ? session : `${session}-${log.begun}`),
        view: log.view,
        limits,
        generation: (log.begun - 1) * 1_000_000 + 1,
        notice: log.notice,
      },
    });
    log.viewedBy = order;
    for (const [number, label] of log.labels) tell({ session, source: { number, label } });
  };
  /** Another worker goes on, without what the last one died of. */
  const startAgain = (): void => {
    const { culprit, lastDone } = mark;
    const rest = sent.filter((one) => one.order > lastDone);
    sent = [];
    let isFind = false;
    for (const [session, log] of open) {
      const said = [`The log reader crashed and was restarted at ${utcText(now().toISOString())}.`];
      if (log.kept > 0)
        said.push(
          `${counted(log.kept, 'earlier line')} ${log.kept === 1 ? 'is' : 'are'} no longer here; open the log again to read from the cluster.`,
        );
      if (endedByFind(log, session, rest, culprit)) {
        isFind = true;
        log.view = { ...log.view, find: { ...log.view.find, text: '' } };
        said.push('What you looked for is switched off, since the reader ended over it.');
      }
      log.notice = said.join(' ');
      log.kept = 0;
    }
    const again = handedOn(rest, culprit, isFind);
    const asked = new Set(again.flatMap((request) => ('id' in request ? [request.id] : [])));
    calls.fail(forgotten, ({ id }) => !asked.has(id));
    worker = start();
    for (const [session, log] of open) {
      begin(session, log);
      tell({ session, number: 0, lines: [{ at: null, text: log.notice ?? '', note: true }] });
    }
    for (const request of again) if (open.has(request.session)) tell(request);
  };

  const died = (detail: string): void => {
    const { culprit } = mark;
    if (performance.now() - startedAt > soon) deaths = 0;
    reportLog('error', 'logs.worker-ended', { detail, sessions: open.size, deaths, leftOut });
    if (culprit) leftOut += 1;
    else deaths += 1;
    if (open.size === 0 || deaths >= mostDeaths || leftOut > mostLeftOut) stopped(detail);
    else startAgain();
  };

  const start = (): Worker => {
    mark = new WorkMark();
    startedAt = performance.now();
    const started = startThread({
      name: 'logs',
      from: import.meta.dirname,
      source: 'worker.ts',
      built: options.builtWorker ?? 'log-worker.js',
      workerData: { mark: mark.memory } satisfies WorkerOptions,
    });
    let detail = 'The worker has ended.';
    started.on('message', (reply: Reply) => {
      if (!('lines' in reply)) {
        calls.take(reply, (failure) => new FailureError(failure));
        return;
      }
      const log = open.get(reply.session);
      if (!log || worker !== started) return;
      log.kept = reply.lines.kept;
      log.onLines(reply.lines);
    });
    started.on('error', (error) => {
      detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    });
    started.on('exit', () => {
      if (worker === started) died(detail);
    });
    return started;
  };

  return {
    open(session, view, onLines, onEnd) {
      worker ??= start();
      const log: OpenLog = {
        view,
        viewedBy: 0,
        labels: new Map(),
        kept: 0,
        notice: null,
        begun: 0,
        onLines,
        onEnd,
      };
      open.set(session, log);
      begin(session, log);
      return {
        source: (number, label) => {
          log.labels.set(number, label);
          tell({ session, source: { number, label } });
        },
        append: (number, lines) => tell({ session, number, lines }),
        ask: (question, input) => {
          if (!open.has(session)) return Promise.reject(ended('The session is closed.'));
          const promise = calls.call<Questions[typeof question]['output']>(
            (id) => ({ session, id, question, input }),
            tell,
          );
          if (question === 'view') {
            log.view = input as LogView;
            log.viewedBy = order;
          }
          return promise;
        },
        close: () => {
          open.delete(session);
          tell({ session, close: true });
        },
      };
    },
    async close() {
      const last = worker;
      worker = null;
      open.clear();
      await last?.terminate();
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
