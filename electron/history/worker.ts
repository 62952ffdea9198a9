/**
 * The history's worker thread: takes questions, answers them from the index, and keeps the index up to date. The main
 * process never waits for a disk or a parser here.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { historyFailure } from './failures';
import type { Reply, Request, WorkerOptions } from './protocol';
import { HistoryService } from './service';

if (!parentPort) throw new Error('The history worker runs in a worker thread.');
const port = parentPort;
const tell = (reply: Reply) => port.postMessage(reply);

const service = new HistoryService(workerData as WorkerOptions, (status) => tell({ status }));
const running = new Map<number, AbortController>();
const closing = new AbortController();

port.on('message', (request: Request) => {
  // Neither rejects: a fault of an answer is the answer, and what `end` meets ends the thread, which is told.
  if ('close' in request) void end();
  else if ('cancel' in request) running.get(request.cancel)?.abort();
  else void answer(request); // as above
});

async function answer(request: Exclude<Request, { close: true } | { cancel: number }>): Promise<void> {
  const { id, question } = request;
  const own = new AbortController();
  const stop = () => own.abort();
  try {
    if (question === 'update') {
      running.set(id, own);
      closing.signal.addEventListener('abort', stop, { once: true });
      tell({ id, ok: true, value: await service.update(own.signal) });
    } else tell({ id, ok: true, value: service.ask(question, request.input) as never });
  } catch (error) {
    tell({ id, ok: false, failure: historyFailure(error) });
  } finally {
    closing.signal.removeEventListener('abort', stop);
    running.delete(id);
  }
}

async function end(): Promise<void> {
  closing.abort();
  // Processes end and the open transaction is taken back before the file is let go.
  await service.settled();
  service.close();
  port.close();
}
