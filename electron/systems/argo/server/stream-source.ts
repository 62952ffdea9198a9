import { badDataError, KubeError } from '../../kubernetes/failures';
import { stillThere } from '../../kubernetes/ping';
import { statusError } from '../../kubernetes/status-failures';
import type { ApiRequest, Connection } from '../../kubernetes/types';
import { changeOf, parseEvent } from '../../watch/parse-event';
import type { StreamEvent, StreamOpening, WatchSource } from '../../watch/source';
import { serverRefusal } from './server-failures';

/** What of one of Argo's servers is watched: a list, and the stream that belongs to it. */
export interface ArgoStream {
  connection: Connection;
  /** How the two fit together (`WatchSource`): Argo CD `until-listed`, Argo Workflows `until-bookmark`. */
  replay: 'until-bookmark' | 'until-listed';
  list: Pick<ApiRequest, 'path' | 'query'>;
  stream: (opening: Pick<StreamOpening, 'from' | 'seconds'>) => Pick<ApiRequest, 'path' | 'query'>;
  /** The member of a `result` that holds the object: Argo CD `application`, Argo Workflows `object`. */
  member: 'application' | 'object';
  /** What it answers to anybody who is signed in. */
  sign: string;
}

/**
 * One of Argo's own servers as the source of a watch.
 *
 * Its streams are asked for as `text/event-stream`, as Argo's own pages do: only so does it send a sign of life (`:`, each
 * 15 s), without which nobody sees its head before the first event, and a load balancer cuts it for being idle
 * (`argoproj/pkg` 2.0, `grpc/http/forwarders.go`). A server that sends newline-separated JSON all the same is read, too.
 * A line is `{"result":{"type","…"}}`, or `{"error":{…}}` at its end (grpc-gateway 1.16, `runtime/handler.go`).
 */
export function argoStream(stream: ArgoStream): WatchSource {
  const { connection, replay, list } = stream;
  return {
    connection,
    replay,
    async list({ onItems, signal }) {
      const { items, version } = listOf(connection, await connection.json<unknown>({ ...list, signal }));
      onItems(items);
      return version;
    },
    async open({ from, seconds, stallAfter, signal }) {
      try {
        return await connection.open({
          ...stream.stream({ from, seconds }),
          accept: 'text/event-stream',
          timeout: stallAfter,
          signal,
        });
      } catch (error) {
        if (from !== null && isTooOld(error)) throw statusError(connection, 410, null);
        throw error;
      }
    },
    event: (line) => eventOf(stream, line),
    stillThere: () =>
      stillThere(connection, {
        path: stream.sign,
        isAnswer: (body) => typeof body === 'object' && body !== null,
      }),
  };
}

/** Go writes an empty slice as `null`; Argo Workflows' lists may name no version. */
function listOf(
  connection: Connection,
  body: unknown,
): { items: readonly unknown[]; version: string | null } {
  const { items, metadata } = (typeof body === 'object' && body !== null ? body : {}) as {
    items?: unknown;
    metadata?: { resourceVersion?: unknown } | null;
  };
  if ((!Array.isArray(items) && items !== null) || typeof metadata !== 'object')
    throw badDataError(connection, 'a list without items or metadata');
  const version = metadata?.resourceVersion;
  return { items: items ?? [], version: typeof version === 'string' && version !== '' ? version : null };
}

function eventOf({ connection, member }: ArgoStream, line: Buffer): StreamEvent | null {
  const data = dataOf(line);
  if (data === null) return null;
  const { result, error } = parseEvent(connection, data);
  if (typeof error === 'object' && error !== null) return endOf(connection, error);
  const { type, [member]: object } = (typeof result === 'object' && result !== null ? result : {}) as Record<
    string,
    unknown
  >;
  return changeOf(connection, type, object);
}

const colon = 0x3a;
const brace = 0x7b;
const field = Buffer.from('data:');

/** The JSON of a line of an event stream (HTML, "Server-sent events"), or of bare JSON; `null`: the line says nothing. */
export function dataOf(line: Buffer): Buffer | null {
  if (line[0] === brace) return line;
  if (line.subarray(0, field.length).equals(field)) return line.subarray(field.length);
  // A comment, an empty line, or another field of an event.
  return line[0] === colon || /^\s*$|^(event|id|retry)\b/.test(line.toString('utf8', 0, 16)) ? null : line;
}

/** What Kubernetes says of a version that is too old, which Argo passes on as InvalidArgument (`server/utils/errors.go`). */
const tooOld = /too old|\bexpired\b/i;
const isTooOld = (error: unknown): boolean =>
  error instanceof KubeError &&
  (error.failure.status === 410 || (error.failure.status === 400 && tooOld.test(error.failure.detail ?? '')));

/**
 * How a stream ends that says why: `{"grpc_code","http_code","message"}`. Argo Workflows ends each whose time is over
 * with ResourceExhausted (8) "EOF" (`server/workflow/workflow_server.go`, `WatchWorkflows`): that is none.
 */
function endOf(connection: Connection, error: object): StreamEvent {
  const { grpc_code: code, http_code: status, message } = error as Record<string, unknown>;
  const said = typeof message === 'string' ? message : '';
  if (said === 'EOF' && code === 8) return { type: 'over' };
  const refused = typeof status === 'number' && status >= 400 ? status : 500;
  if (tooOld.test(said) && refused !== 401 && refused !== 403) return { type: 'expired' };
  throw serverRefusal(connection, refused, { message: said });
}
