/**
 * The history's worker thread: takes questions, answers them from the index, and keeps the index up to date. The main
 * process never waits for a disk or a parser here.
 */

import { parentPort, workerData } from 'node:worker_threads';
import { answerTo } from '../threads/calls';
import { historyFailure } from './failures';
import type { Call, Reply, Request, WorkerOptions } from './protocol';
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

async function answer(call: Call): Promise<void> {
  const { id } = call;
  const own = new AbortController();
  const stop = () => own.abort();
  const work = (): unknown => {
    if (call.question === 'tell') return service.tell(call.input);
    if (call.question !== 'update') return service.ask(call.question, call.input);
    running.set(id, own);
    closing.signal.addEventListener('abort', stop, { once: true });
    return service.update(own.signal);
  };
  tell(await answerTo(id, work, historyFailure));
  closing.signal.removeEventListener('abort', stop);
  running.delete(id);
}

async function end(): Promise<void> {
  closing.abort();
  // Processes end and the open transaction is taken back before the file is let go.
  await service.settled();
  service.close();
  port.close();
}
