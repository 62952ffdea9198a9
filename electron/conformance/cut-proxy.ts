import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

/** A proxy of our own on the way to a cluster, to break connections at will and let them go silent. */
export interface CutProxy {
  readonly url: string;
  /** Breaks every connection; new ones are let through. */
  cut(): void;
  /** While on, nothing passes on connections that are open: they are half-open. New ones work. */
  silence(): void;
  /** How many connections were made through it so far. */
  connections(): number;
  close(): Promise<void>;
}

/** Starts one on this computer (HTTP `CONNECT`). */
export async function startCutProxy(): Promise<CutProxy> {
  const pairs = new Set<[Duplex, Duplex]>();
  let made = 0;
  const server = http.createServer((_, response) => response.writeHead(405).end());
  server.on('connect', (request, client: Duplex) => {
    const target = new URL(`tcp://${request.url}`);
    const upstream = net.connect(Number(target.port), target.hostname.replace(/^\[|\]$/g, ''), () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      client.pipe(upstream).pipe(client);
    });
    made++;
    const pair: [Duplex, Duplex] = [client, upstream];
    pairs.add(pair);
    const end = (): void => {
      pairs.delete(pair);
      for (const side of pair) side.destroy();
    };
    for (const side of pair) side.on('error', end).on('close', end);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const pair of [...pairs]) for (const side of pair) side.destroy();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    silence() {
      for (const [client, upstream] of pairs) {
        client.unpipe(upstream);
        upstream.unpipe(client);
        // What comes is read and lost, as on a way that swallows packets.
        client.resume();
        upstream.resume();
      }
    },
    connections: () => made,
    async close() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
