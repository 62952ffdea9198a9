/**
 * The worker thread that keeps the lines of all log sessions: it orders, searches and writes them, so that neither the
 * window nor the main process ever waits for a disk, a sort or a regular expression.
 */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { LogLines } from '../../shared/contract/logs';
import { failureOf } from '../../shared/domain/failure/failure-of';
import { answerTo } from '../threads/calls';
import { gatherAfter, usualGather } from './gather-pace';
import { LogStore, tailLines } from './log-store';
import { WorkMark } from './mark';
import type { Ordered, Questions, Reply, Request, WorkerOptions } from './protocol';
import { saveTexts } from './save';

if (!parentPort) throw new Error('The log worker runs in a worker thread.');
const port = parentPort;
const tell = (reply: Reply): void => port.postMessage(reply);
const mark = new WorkMark((workerData as WorkerOptions).mark);

interface Open {
  store: LogStore;
  /** The request that made the view: what is found and shown between two requests is its doing. */
  viewedBy: number;
  /** What the window was told last, and how long to gather what comes next, in milliseconds. */
  told: LogLines | null;
  gather: number;
  timer: NodeJS.Timeout | undefined;
  looking: boolean;
}
const sessions = new Map<string, Open>();

function changed(session: string, open: Open): void {
  open.timer ??= setTimeout(() => {
    open.timer = undefined;
    const lines = mark.during(open.viewedBy, () => open.store.changes());
    open.gather = gatherAfter(open.told, lines, tailLines);
    open.told = lines;
    tell({ session, lines });
  }, open.gather);
}

/** Goes on with a find in slices, with other messages between them. */
function look(session: string, open: Open): void {
  if (open.looking) return;
  open.looking = true;
  const step = (): void => {
    if (sessions.get(session) !== open) return;
    const more = mark.during(open.viewedBy, () => open.store.look());
    changed(session, open);
    if (more) setImmediate(step);
    else open.looking = false;
  };
  setImmediate(step);
}

async function answer(
  session: string,
  open: Open,
  request: Extract<Request, { id: number }>,
  order: number,
): Promise<Questions[keyof Questions]['output']> {
  const { store } = open;
  const input = request.input as never;
  switch (request.question) {
    case 'view': {
      open.viewedBy = order;
      const generation = store.setView(input as Questions['view']['input']);
      // A person waits for this one.
      clearTimeout(open.timer);
      open.timer = undefined;
      open.gather = usualGather;
      changed(session, open);
      if (store.looks) look(session, open);
      return { generation };
    }
    case 'window': {
      const { from, count } = input as Questions['window']['input'];
      return store.window(from, count);
    }
    case 'seek': {
      const { from, direction } = input as Questions['seek']['input'];
      // Only a find that has seen every line knows the next hit.
      while (store.looks && sessions.get(session) === open) await nextTurn();
      return store.seek(from, direction);
    }
    case 'locate':
      return { place: store.locate((input as Questions['locate']['input']).id) };
    case 'line':
      return store.line((input as Questions['line']['input']).id);
    case 'text': {
      const { from, to, stamps } = input as Questions['text']['input'];
      return store.text(from, to, stamps);
    }
    case 'save': {
      const { file, what, stamps } = input as Questions['save']['input'];
      return saveTexts(file, store.texts(what, stamps));
    }
    case 'settled':
      return { memory: process.memoryUsage().heapUsed };
  }
}

function take(request: Request, order: number): void {
  const { session } = request;
  if ('open' in request) {
    const store = new LogStore(request.open);
    sessions.set(session, {
      store,
      viewedBy: order,
      told: null,
      gather: usualGather,
      timer: undefined,
      looking: false,
    });
    return;
  }
  const open = sessions.get(session);
  if (!open) {
    if ('id' in request) tell({ id: request.id, ok: false, failure: closed });
    return;
  }
  if ('close' in request) {
    clearTimeout(open.timer);
    sessions.delete(session);
    open.store.close();
  } else if ('source' in request) open.store.label(request.source.number, request.source.label);
  else if ('lines' in request) {
    open.store.append(request.number, request.lines, (place) => mark.atLine(place));
    changed(session, open);
    if (open.store.looks) look(session, open);
  } else {
    // It never rejects.
    void answerTo(request.id, () => answer(session, open, request, order), failureOf).then(tell);
  }
}

const closed = {
  code: 'not-found' as const,
  message: 'This log is no longer open.',
  meaning: 'Its lines were discarded when it was closed.',
  next: [{ do: 'advice' as const, label: 'Open the log again.' }],
};

port.on('message', ({ order, request }: Ordered) => {
  mark.during(order, () => take(request, order));
  mark.done(order);
});
