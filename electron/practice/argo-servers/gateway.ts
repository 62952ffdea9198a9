import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApiError } from '../cluster/stored-objects';

/** gRPC codes (google.golang.org/grpc/codes) that Argo CD refuses with, and what grpc-gateway 1.16 makes of them. */
const statusOf = {
  Unknown: [2, 500],
  InvalidArgument: [3, 400],
  DeadlineExceeded: [4, 504],
  NotFound: [5, 404],
  AlreadyExists: [6, 409],
  PermissionDenied: [7, 403],
  FailedPrecondition: [9, 400],
  Aborted: [10, 409],
  Unimplemented: [12, 501],
  Internal: [13, 500],
  Unavailable: [14, 503],
  Unauthenticated: [16, 401],
} as const;
export type GrpcCode = keyof typeof statusOf;

/** A refusal, as the server's gRPC side makes it. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly code: GrpcCode;
  constructor(code: GrpcCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** One request while it is handled. */
export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  method: string;
  query: URLSearchParams;
  /** What the path's placeholders are filled with, decoded. */
  path: Readonly<Record<string, string>>;
  /** `undefined`: there is none. */
  body: unknown;
}

/** Answers JSON, as the gateway's marshaller does: without a line end. */
export function answer(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** What the gRPC side makes of refusals of Kubernetes (argo-cd, `util/grpc/errors.go`, `kubeErrToGRPC`). */
const kubernetes: Readonly<Record<string, GrpcCode>> = {
  NotFound: 'NotFound',
  AlreadyExists: 'AlreadyExists',
  Invalid: 'InvalidArgument',
  BadRequest: 'FailedPrecondition',
  Conflict: 'Aborted',
  Forbidden: 'PermissionDenied',
};

const gatewayError = (error: unknown): GatewayError => {
  if (error instanceof GatewayError) return error;
  if (error instanceof ApiError)
    return new GatewayError(kubernetes[error.reason] ?? 'Unknown', error.message);
  return new GatewayError('Unknown', error instanceof Error ? error.message : String(error));
};

/** What a refusal is called in gRPC, in HTTP, and in words. */
export function refusalOf(error: unknown): { grpc: number; http: number; message: string } {
  const { code, message } = gatewayError(error);
  const [grpc, http] = statusOf[code];
  return { grpc, http, message };
}

/** Answers a refusal as `DefaultHTTPError` does; once a stream has begun, as its last message. */
export function refuse(response: ServerResponse, error: unknown): void {
  const { code, message } = gatewayError(error);
  const [grpc, http] = statusOf[code];
  if (response.headersSent) {
    const told = { grpc_code: grpc, http_code: http, message, http_status: code };
    response.end(`${JSON.stringify({ error: told })}\n`);
    return;
  }
  answer(response, { error: message, code: grpc, message }, http);
}

/** A stream of `{"result":…}`: its head goes with the first message, or with the first sign of life. */
export interface ResultStream {
  send(result: unknown): void;
  end(): void;
}

/** Milliseconds between two signs of life of an event stream. */
const signEvery = 15_000;

/**
 * Messages one a line (grpc-gateway, `ForwardResponseStream`), or, to whoever accepts `text/event-stream`, as events with
 * a sign of life between them (`argoproj/pkg` 2.0, `grpc/http/forwarders.go`).
 * @param muted while it says so, nothing is sent any more, and later neither: a half-open connection.
 */
export function openStream(
  { request, response }: Pick<Exchange, 'request' | 'response'>,
  muted: () => boolean,
): ResultStream {
  const isEvents = request.headers.accept === 'text/event-stream';
  let isMuted = false;
  const write = (text: string): void => {
    isMuted ||= muted();
    if (isMuted || response.writableEnded || response.destroyed) return;
    if (!response.headersSent)
      response.writeHead(200, { 'content-type': isEvents ? 'text/event-stream' : 'application/json' });
    response.write(text);
  };
  const signs = isEvents ? setInterval(() => write(':\n'), signEvery) : undefined;
  response.once('close', () => clearInterval(signs));
  return {
    send(result) {
      const text = JSON.stringify({ result });
      write(isEvents ? `data: ${text}\n\n` : `${text}\n`);
    },
    end() {
      clearInterval(signs);
      isMuted ||= muted();
      if (!isMuted && !response.writableEnded) response.end();
    },
  };
}
