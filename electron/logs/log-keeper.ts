import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import type { LogLines, LogView } from '../../shared/contract/logs';
import { FailureError } from '../../shared/domain/failure/failure';
import { startThread } from '../threads/start-thread';
import type { ArrivedLine, QuestionName, Questions, Reply, Request, StoreLimits } from './protocol';

/** One session's lines, as the main process speaks of them to the worker that has them. */
export interface KeptLog {
  source(number: number, label: string): void;
  append(source: number, lines: ArrivedLine[]): void;
  /** @throws FailureError `not-found` when the session was closed, `internal` when the worker ended. */
  ask<N extends QuestionName>(question: N, input: Questions[N]['input']): Promise<Questions[N]['output']>;
  /** Deletes the lines. */
  close(): void;
}

export interface LogKeeper {
  /** @param onEnd is told when the worker ended by a fault: the lines are gone. */
  open(
    session: string,
    view: LogView,
    onLines: (lines: LogLines) => void,
    onEnd: (error: FailureError) => void,
  ): KeptLog;
  close(): Promise<void>;
}

const ended = (detail: string): FailureError =>
  new FailureError({
    code: 'internal',
    message: 'The log view has stopped.',
    meaning: 'The lines that it held are gone; the cluster still has its own.',
    next: [{ do: 'advice', label: 'Open the log again.' }],
    detail,
  });

/**
 * Keeps the lines of log sessions in files below a folder, by one worker thread that starts with the first session.
 * What an earlier run left in the folder is deleted.
 */
export async function openLogKeeper(options: {
  folder: string;
  limits?: Partial<StoreLimits>;
  /** For tests: spares the worker the compiling of its sources. */
  builtWorker?: string | undefined;
}): Promise<LogKeeper> {
  const { folder, limits = {} } = options;
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  await mkdir(folder, { recursive: true, mode: 0o700 });

  let worker: Worker | null = null;
  let count = 0;
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  const open = new Map<
    string,
    { onLines: (lines: LogLines) => void; onEnd: (error: FailureError) => void }
  >();

  const stopped = (detail: string): void => {
    worker = null;
    const error = ended(detail);
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
    for (const { onEnd } of [...open.values()]) onEnd(error);
    open.clear();
  };
  const start = (): Worker => {
    const started = startThread({
      name: 'logs',
      from: import.meta.dirname,
      source: 'worker.ts',
      built: options.builtWorker ?? 'log-worker.js',
    });
    started.on('message', (reply: Reply) => {
      if ('lines' in reply) {
        open.get(reply.session)?.onLines(reply.lines);
        return;
      }
      const question = waiting.get(reply.id);
      waiting.delete(reply.id);
      if (reply.ok) question?.resolve(reply.value as never);
      else question?.reject(new FailureError(reply.failure));
    });
    started.on('error', (error) =>
      stopped(error instanceof Error ? (error.stack ?? error.message) : String(error)),
    );
    started.on('exit', () => {
      if (worker === started) stopped('The worker has ended.');
    });
    return started;
  };
  const tell = (request: Request): void => worker?.postMessage(request);

  return {
    open(session, view, onLines, onEnd) {
      worker ??= start();
      open.set(session, { onLines, onEnd });
      tell({ session, open: { folder: join(folder, session), view, limits } });
      return {
        source: (number, label) => tell({ session, source: { number, label } }),
        append: (number, lines) => tell({ session, number, lines }),
        ask: (question, input) => {
          if (!open.has(session)) return Promise.reject(ended('The session is closed.'));
          count += 1;
          const id = count;
          const answer = new Promise<Questions[typeof question]['output']>((resolve, reject) =>
            waiting.set(id, { resolve, reject }),
          );
          tell({ session, id, question, input });
          return answer;
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
