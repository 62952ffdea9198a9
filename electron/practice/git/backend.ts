import { spawn } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import type { Readable } from 'node:stream';
import type { GitFaults } from '../../systems/practice/faults';
import { parseCgiHead } from './cgi';
import { gitEnvironment, gitExecPath } from './command';
import { throttle } from './faults';

export interface BackendRun {
  request: IncomingMessage;
  response: ServerResponse;
  /** Folder of the bare repos (GIT_PROJECT_ROOT). */
  root: string;
  /** Path below it, beginning with a slash (PATH_INFO). */
  pathInfo: string;
  user: string;
  bytesPerSecond: () => number;
  cut: GitFaults['cutNextPush'];
  /** Folder of the hooks of a protected main, and what they say; `null`: it is not protected. */
  protection: { hooks: string; words: Record<string, string> } | null;
  signal: AbortSignal;
}

/**
 * Serves one request by one `git http-backend` process (CGI, RFC 3875), body and answer streamed both ways.
 * Resolves when the process has ended, so refs are then as the request left them. A client that goes away ends the
 * process's input, by which Git drops an unfinished push.
 */
export async function runBackend(run: BackendRun): Promise<void> {
  const { request, response } = run;
  const child = spawn(path.join(await gitExecPath(), 'git-http-backend'), [], {
    env: gitEnvironment({ ...cgiEnvironment(run), ...run.protection?.words }, run.protection?.hooks ?? null),
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve());
  });
  const stop = (): void => {
    child.stdin.destroy();
    child.kill();
  };
  run.signal.addEventListener('abort', stop, { once: true });
  response.once('close', () => {
    // The process runs to its own end, its output is read to the end; it only must not wait for more input.
    if (!request.complete) child.stdin.end();
  });
  const body = throttle(run.bytesPerSecond);
  // A child that answers early closes its input while the client still sends: the rest is read and dropped.
  child.stdin.on('error', () => body.resume());

  if (run.cut === 'during') cutDuring(run, child.stdin);
  else request.pipe(body).pipe(child.stdin);
  try {
    await answer(child.stdout, run);
    await ended;
    if (run.cut === 'unheard') response.destroy();
    else if (run.cut) cutLine(response);
    else response.end();
  } finally {
    run.signal.removeEventListener('abort', stop);
  }
}

/** Passes half of what comes first on, then cuts the line: the pack never arrives whole. */
function cutDuring({ request, response }: BackendRun, input: NodeJS.WritableStream): void {
  request.once('data', (chunk: Buffer) => {
    input.end(chunk.subarray(0, Math.floor(chunk.length / 2)));
    cutLine(response);
  });
  request.once('end', () => input.end());
}

/**
 * Destroys the connection after the head of an answer: curl sends a request again by itself when a kept-alive
 * connection dies before the first byte of the answer (lib/transfer.c, Curl_retry_request), which would undo the cut.
 */
function cutLine(response: ServerResponse): void {
  if (response.destroyed || response.headersSent) return void response.destroy();
  response.writeHead(200, { 'content-type': 'application/x-git-receive-pack-result' });
  response.write('0', () => response.destroy());
}

/** Copies head and body of the CGI answer to the client, at the client's pace. */
async function answer(output: Readable, run: BackendRun): Promise<void> {
  const { response } = run;
  let head: Buffer | null = Buffer.alloc(0);
  const body = throttle(run.bytesPerSecond);
  const silent = run.cut !== null;
  if (silent) body.resume();
  else body.pipe(response, { end: false });
  for await (const chunk of output as AsyncIterable<Buffer>) {
    if (!head) {
      if (!body.write(chunk)) await roomIn(body, response);
      continue;
    }
    head = Buffer.concat([head, chunk]);
    const parsed = parseCgiHead(head);
    if (!parsed) continue;
    head = null;
    if (!silent && !response.destroyed) {
      response.writeHead(parsed.status, parsed.headers.flat());
      response.flushHeaders();
    }
    if (parsed.rest.length > 0) body.write(parsed.rest);
  }
  if (head && !silent && !response.destroyed) throw new Error('git http-backend ended without an answer');
  body.end();
  if (response.destroyed) body.resume();
  await new Promise<void>((resolve) => {
    if (body.readableEnded) return resolve();
    body.once('end', resolve);
    response.once('close', () => resolve());
  });
}

function roomIn(body: ReturnType<typeof throttle>, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (response.destroyed) {
      body.resume();
      return resolve();
    }
    const gone = () => {
      body.resume();
      resolve();
    };
    response.once('close', gone);
    body.once('drain', () => {
      response.off('close', gone);
      resolve();
    });
  });
}

/**
 * CGI variables (git-http-backend(1), "ENVIRONMENT"). CONTENT_LENGTH is left out on purpose: with it http-backend
 * 2.39 spins for ever on a body that ends too early; without it, the body is read to its end.
 */
function cgiEnvironment(run: BackendRun): Record<string, string> {
  const { request } = run;
  const { headers } = request;
  const url = request.url ?? '';
  const question = url.indexOf('?');
  const one = (value: string | string[] | undefined): string =>
    Array.isArray(value) ? value.join(',') : (value ?? '');
  const environment: Record<string, string> = {
    GIT_PROJECT_ROOT: run.root,
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: run.pathInfo,
    QUERY_STRING: question < 0 ? '' : url.slice(question + 1),
    REQUEST_METHOD: request.method ?? 'GET',
    REMOTE_USER: run.user,
    REMOTE_ADDR: '127.0.0.1',
    CONTENT_TYPE: one(headers['content-type']),
  };
  if (headers['content-encoding']) environment.HTTP_CONTENT_ENCODING = one(headers['content-encoding']);
  const protocol = one(headers['git-protocol']);
  if (/^[\w=:.-]*$/.test(protocol) && protocol) environment.GIT_PROTOCOL = protocol;
  return environment;
}
