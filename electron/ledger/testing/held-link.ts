import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';

/** Passes TCP connections on; what the server says can be held back, as if it were still on its way. */
export interface HeldLink {
  port: number;
  /** From now on answers are held back. */
  hold(): void;
  /** Bytes of answers that are held back. */
  held(): number;
  /** Lets them go, and all that follow. */
  release(): void;
  close(): void;
}

export async function startHeldLink(target: { port: number }): Promise<HeldLink> {
  const sockets = new Set<Socket>();
  const waiting: { to: Socket; chunk: Buffer }[] = [];
  let holding = false;
  const server = createServer((near) => {
    const far = createConnection({ port: target.port, host: '127.0.0.1' });
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    near.pipe(far);
    far.on('data', (chunk) => {
      if (holding) waiting.push({ to: near, chunk });
      else near.write(chunk);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    port: (server.address() as AddressInfo).port,
    hold: () => {
      holding = true;
    },
    held: () => waiting.reduce((sum, { chunk }) => sum + chunk.length, 0),
    release: () => {
      holding = false;
      for (const { to, chunk } of waiting.splice(0)) to.write(chunk);
    },
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
