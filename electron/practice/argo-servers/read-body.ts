import type { IncomingMessage } from 'node:http';

const mostBody = 1024 * 1024;

/** The whole body as text. @throws when it is longer than such a server takes. */
export async function readBody(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request as AsyncIterable<Buffer>) {
    text += chunk.toString('utf8');
    if (text.length > mostBody) throw new Error('the body is too long');
  }
  return text;
}
