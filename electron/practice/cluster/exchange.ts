import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Grant } from './grants';
import { ApiError, refusals } from './stored-objects';

/** One request while it is handled. */
export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  method: string;
  path: string;
  query: URLSearchParams;
  grant: Grant;
}

/** etcd's default limit of a request is 1.5 MiB; the API server reads at most 3 MiB. */
const bodyLimit = 3 * 1024 * 1024;

/** Answers JSON. */
export function answer(exchange: Pick<Exchange, 'request' | 'response'>, code: number, body: unknown): void {
  const text = Buffer.from(`${JSON.stringify(body)}\n`);
  exchange.response.writeHead(code, {
    'content-type': 'application/json',
    'content-length': text.length,
    'cache-control': 'no-cache, private',
  });
  exchange.response.end(exchange.request.method === 'HEAD' ? undefined : text);
}

/** Answers a refusal as `Status`; what is no ApiError is a fault of the practice server and becomes a 500. */
export function refuse(
  exchange: Pick<Exchange, 'request' | 'response'>,
  error: unknown,
  headers: Record<string, string> = {},
): void {
  const refusal =
    error instanceof ApiError
      ? error
      : new ApiError(500, 'InternalError', `Internal error occurred: ${String(error)}`);
  if (exchange.response.headersSent) {
    exchange.response.destroy();
    return;
  }
  for (const [name, value] of Object.entries(headers)) exchange.response.setHeader(name, value);
  answer(exchange, refusal.code, refusal.toStatus());
}

/** The media type of the request's body, without parameters. */
export function mediaType(request: IncomingMessage): string {
  return (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

/** Reads a JSON body; undefined when there is none. @throws ApiError 400, 413. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bodyLimit)
      throw new ApiError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${bodyLimit}`);
    chunks.push(chunk);
  }
  if (size === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (error) {
    throw refusals.badRequest(`error decoding JSON: ${error instanceof Error ? error.message : ''}`);
  }
}

/** A query parameter that is a whole number, undefined when it is not there. @throws ApiError 400. */
export function integer(query: URLSearchParams, name: string, least = 0): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  const value = Number(text);
  if (!Number.isInteger(value) || value < least)
    throw refusals.badRequest(
      `${name}: Invalid value: "${text}": must be a whole number of at least ${least}`,
    );
  return value;
}

/** A query parameter that is true or false. */
export function flag(query: URLSearchParams, name: string): boolean {
  return ['true', '1'].includes(query.get(name) ?? '');
}
