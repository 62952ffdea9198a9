import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { deflateSync } from 'node:zlib';
import { flushPkt, pkt } from '../../systems/git/pkt-line';

/** A Git server whose every fetch is a pack without end (gitprotocol-v2(5), gitformat-pack(5)). */
export interface EndlessServer {
  url: string;
  /** Fetches that were begun. */
  fetches(): number;
  close(): Promise<void>;
}

const tip = 'c'.repeat(40);

/** A blob of 48 kB that does not compress, as a pack holds it: type and size, then the deflated content. */
function blobInPack(): Buffer {
  const content = randomBytes(48 * 1024);
  const head: number[] = [];
  let size = content.length >> 4;
  head.push((3 << 4) | (content.length & 15) | (size ? 0x80 : 0));
  for (; size; size >>= 7) head.push((size & 0x7f) | (size >> 7 ? 0x80 : 0));
  return Buffer.concat([Buffer.from(head), deflateSync(content, { level: 0 })]);
}

async function sendForEver(response: ServerResponse): Promise<void> {
  const packHead = Buffer.from([...Buffer.from('PACK'), 0, 0, 0, 2, 0x7f, 0xff, 0xff, 0xff]);
  response.write(Buffer.concat([pkt('packfile\n'), pkt(Buffer.concat([Buffer.from([1]), packHead]))]));
  const blob = pkt(Buffer.concat([Buffer.from([1]), blobInPack()]));
  while (!response.destroyed && !response.closed)
    if (!response.write(blob)) await Promise.race([once(response, 'drain'), once(response, 'close')]);
}

export async function startEndlessServer(): Promise<EndlessServer> {
  let fetches = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const asked = Buffer.concat(chunks).toString('latin1');
      const isQuestion = request.method === 'GET';
      const kind = isQuestion ? 'advertisement' : 'result';
      response.setHeader('content-type', `application/x-git-upload-pack-${kind}`);
      if (isQuestion)
        response.end(
          Buffer.concat([
            pkt('# service=git-upload-pack\n'),
            flushPkt,
            ...['version 2', 'ls-refs', 'fetch=shallow filter', 'object-format=sha1'].map((line) =>
              pkt(`${line}\n`),
            ),
            flushPkt,
          ]),
        );
      else if (asked.includes('command=ls-refs'))
        response.end(
          Buffer.concat([
            pkt(`${tip} HEAD symref-target:refs/heads/main\n`),
            pkt(`${tip} refs/heads/main\n`),
            flushPkt,
          ]),
        );
      else {
        fetches += 1;
        void sendForEver(response);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fetches: () => fetches,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
