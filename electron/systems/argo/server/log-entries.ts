import { badDataError, KubeError, networkError } from '../../kubernetes/failures';
import { type LogLines, silence } from '../../kubernetes/log-origin';
import { type LogPiece, LogSplitter } from '../../kubernetes/log-splitter';
import type { Connection } from '../../kubernetes/types';
import { parseEvent } from '../../watch/parse-event';
import { serverRefusal } from './server-failures';
import { dataOf } from './stream-source';

/** Bytes of one message; the text of a line becomes up to six times longer in JSON. */
const messageLimit = 32 * 1024 * 1024;
/** Bytes of a line that are handed out at once; a longer one comes in pieces. */
const lineLimit = 4 * 1024 * 1024;
/** Pieces of a message that is too long are cut at whole characters. */
const nearlyWhole = 4;

/** What a message says: a line as a kubelet stamps it, or nothing of the log. */
export type Entry = { line: string } | { last: true } | null;

/**
 * Lines out of the log streams of Argo's servers, each message `{"result":{…}}` on a line of its own, or `{"error":{…}}` at
 * the end (grpc-gateway 1.16, `runtime/handler.go`), plain or as server-sent events.
 */
export class LogEntries implements LogLines {
  readonly #connection: Connection;
  readonly #entry: (result: Readonly<Record<string, unknown>>) => Entry;
  readonly #atEnd: (seen: { entries: number; last: boolean }) => void;
  readonly #messages: LogSplitter;
  readonly #lines = new LogSplitter(lineLimit);
  readonly #limit: number;
  #entries = 0;
  #last = false;

  /**
   * @param options.entry what a message means. @param options.atEnd throws when the stream did not end in good order.
   */
  constructor(
    connection: Connection,
    options: {
      entry: (result: Readonly<Record<string, unknown>>) => Entry;
      atEnd: (seen: { entries: number; last: boolean }) => void;
      limit?: number;
    },
  ) {
    this.#connection = connection;
    this.#entry = options.entry;
    this.#atEnd = options.atEnd;
    this.#limit = options.limit ?? messageLimit;
    this.#messages = new LogSplitter(this.#limit);
  }

  push(chunk: Buffer): LogPiece[] {
    return this.#messages.push(chunk).flatMap((message) => this.#taken(message));
  }

  rest(): LogPiece | null {
    const half = this.#messages.rest();
    // A message that was cut short is read again.
    const isWhole = half === null || /\}\s*$/.test(half.bytes.toString('utf8').slice(-16));
    const [piece = null] = half && isWhole ? this.#taken(half) : [];
    this.#atEnd({ entries: this.#entries, last: this.#last });
    return piece;
  }

  #taken({ bytes, continues }: LogPiece): LogPiece[] {
    if (continues) return [];
    if (bytes.length > this.#limit - nearlyWhole)
      return this.#lines.push(Buffer.from('(A line is left out here: it is too long to be read.)\n'));
    const data = dataOf(bytes);
    if (data === null) return [];
    const { result, error } = parseEvent(this.#connection, data);
    if (typeof error === 'object' && error !== null) throw refusalOf(this.#connection, error);
    if (typeof result !== 'object' || result === null)
      throw badDataError(this.#connection, 'a line of a log that is none');
    const entry = this.#entry(result as Readonly<Record<string, unknown>>);
    if (entry === null) return [];
    this.#entries += 1;
    if ('last' in entry) {
      this.#last = true;
      return [];
    }
    // A message is one line, whatever it holds.
    return this.#lines.push(Buffer.from(`${entry.line.replaceAll('\n', ' ')}\n`));
  }
}

/** How a stream ends that says why: `{"grpc_code","http_code","message"}`. */
function refusalOf(connection: Connection, error: object): KubeError {
  const { http_code: status, message } = error as Record<string, unknown>;
  return serverRefusal(
    connection,
    typeof status === 'number' && status >= 400 && status < 600 ? status : 500,
    { message: typeof message === 'string' ? message : '' },
  );
}

/** There is no log, in words; 404, as a cluster says it of a pod that is gone. */
export const noLog = (message: string, meaning: string): KubeError =>
  new KubeError({ code: 'not-found', message, meaning, next: [], status: 404, reason: null });

/** A stream that ended without saying that it is whole: one that is followed is opened again, quietly. */
export function cutShort(connection: Connection, follow: boolean): Error {
  if (follow) return silence;
  const error = Object.assign(new Error('the log ended early'), { code: 'ECONNRESET' });
  return networkError(error, connection);
}

/** Seconds that clocks may differ by. */
const skew = 60;

/**
 * The parameter `sinceSeconds` of a log for a time: both servers describe `sinceTime`, and neither takes it (grpc-gateway 1.16
 * finds no `seconds` in Kubernetes' own type and leaves the parameter out: seen on argocd-server 3.5.4 and argo 4.0.5). So
 * more comes than is wanted, and what was seen is left out by its stamp.
 */
export const secondsSince = (time: string | null): number | undefined =>
  time === null ? undefined : Math.max(1, Math.ceil((Date.now() - Date.parse(time)) / 1000) + skew);
