import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What GitHub is to answer in the place of the practice estate's. */
export interface Answered {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

/** A request as GitHub gets it; `path` begins behind the API's base. */
export interface AskedOfGitHub {
  method: string;
  path: string;
  body: string;
}

/** A GitHub in front of another: a test answers what it wants to, and the rest is asked there. */
export interface AnsweringGitHub {
  url: string;
  /** All that was asked. */
  asked: AskedOfGitHub[];
  /** @returns `null`: the other GitHub answers. */
  answer: (asked: AskedOfGitHub) => Answered | null | Promise<Answered | null>;
  close(): Promise<void>;
}

/** Headers that are of one connection alone, or that say what is no longer so. */
const ofConnection = new Set([
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'content-encoding',
]);
const passedOn = (headers: IncomingHttpHeaders): [string, string][] =>
  Object.entries(headers).flatMap(([name, value]) =>
    typeof value === 'string' && !ofConnection.has(name) ? [[name, value]] : [],
  );

/** Starts one before the GitHub at `upstream`. */
export async function answeringGitHub(upstream: string): Promise<AnsweringGitHub> {
  const server = createServer(async (request, response) => {
    const { method = 'GET', url = '/' } = request;
    let body = '';
    for await (const part of request) body += part;
    const asked = { method, path: url, body };
    github.asked.push(asked);
    const own = await github.answer(asked);
    if (own) {
      response.writeHead(own.status, { 'content-type': 'application/json', ...own.headers });
      response.end(own.body === null ? '' : JSON.stringify(own.body));
      return;
    }
    const answer = await fetch(`${upstream}${url}`, {
      method,
      headers: passedOn(request.headers),
      redirect: 'manual',
      ...(body === '' ? {} : { body }),
    }).catch(() => null);
    if (answer === null) {
      response.destroy();
      return;
    }
    response.writeHead(answer.status, [...answer.headers].filter(([name]) => !ofConnection.has(name)).flat());
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const github: AnsweringGitHub = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    answer: () => null,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return github;
}
