import { request as ask, createServer } from 'node:http';
import { listenOnLoopback } from '../../estate/listen-on-loopback';
import type { WireExchange } from './swagger-description';

/** A way to a server that writes down what passes. */
export interface NotingProxy {
  url: string;
  /** Each exchange once it has ended; of a stream, one for each message. */
  noted: WireExchange[];
  close(): Promise<void>;
}

const jsonOf = (text: string): unknown => {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // Plain text is an answer as well.
    return text;
  }
};

/** The messages of a body: a stream's are one a line, or events. */
const messagesOf = (text: string): unknown[] => {
  const lines = text
    .split('\n')
    .map((line) => line.replace(/^data: /, '').trim())
    .filter((line) => line !== '' && line !== ':');
  return lines.length === 0 ? [undefined] : lines.map(jsonOf);
};

export async function startNotingProxy(target: string): Promise<NotingProxy> {
  const noted: WireExchange[] = [];
  const server = createServer((request, response) => {
    const url = request.url ?? '/';
    const sent: Buffer[] = [];
    const got: Buffer[] = [];
    let status = 0;
    const onward = ask(
      new URL(url, target),
      { method: request.method, headers: request.headers },
      (answer) => {
        status = answer.statusCode ?? 0;
        response.writeHead(status, answer.headers);
        answer.on('data', (chunk: Buffer) => {
          got.push(chunk);
          response.write(chunk);
        });
        answer.on('end', () => response.end());
        answer.on('error', () => response.destroy());
      },
    );
    onward.on('error', () => response.destroy());
    request.on('data', (chunk: Buffer) => {
      sent.push(chunk);
      onward.write(chunk);
    });
    request.on('end', () => onward.end());
    response.on('close', () => {
      onward.destroy();
      const body = jsonOf(Buffer.concat(sent).toString('utf8'));
      for (const answer of messagesOf(Buffer.concat(got).toString('utf8')))
        noted.push({ method: request.method ?? '', url, body, status, answer });
    });
  });
  const { port, close } = await listenOnLoopback(server);
  return { url: `http://127.0.0.1:${port}`, noted, close };
}
