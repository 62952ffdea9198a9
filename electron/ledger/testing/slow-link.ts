import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';

/** A link as it is far away from a data centre. */
export interface Link {
  /** Milliseconds there and back. */
  roundTripMs: number;
  /** Bits per second in each direction. */
  bitsPerSecond: number;
}

/** Passes TCP connections on as a slow link would: a round trip to connect, half of one per direction, bounded rate. */
export async function startSlowLink(
  target: { port: number },
  link: Link,
): Promise<{ port: number; close: () => void }> {
  const sockets = new Set<Socket>();
  const oneWay = link.roundTripMs / 2;
  const server = createServer((near) => {
    const far = createConnection({ port: target.port, host: '127.0.0.1' });
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    }
    // The three-way handshake: a client may send once its SYN was answered, one round trip after it began.
    const opened = performance.now() + link.roundTripMs;
    carry(near, far, opened);
    carry(far, near, 0);
  });
  /** Every chunk takes its turn on the wire, then travels; one queue per direction keeps the order. */
  const carry = (from: Socket, to: Socket, notBefore: number): void => {
    const travelling: { at: number; arrive: () => void }[] = [];
    let wireFree = notBefore;
    let isWaiting = false;
    const wait = (at: number): void => {
      if (isWaiting) return;
      isWaiting = true;
      setTimeout(arrivals, at - performance.now());
    };
    const arrivals = (): void => {
      isWaiting = false;
      while (travelling[0] && travelling[0].at <= performance.now()) travelling.shift()?.arrive();
      if (travelling[0]) wait(travelling[0].at);
    };
    const send = (bytes: number, arrive: () => void): void => {
      wireFree = Math.max(performance.now(), wireFree) + (bytes * 8000) / link.bitsPerSecond;
      travelling.push({ at: wireFree + oneWay, arrive });
      wait(wireFree + oneWay);
    };
    let isEnded = false;
    from.on('data', (chunk) => send(chunk.length, () => to.write(chunk)));
    from.on('end', () => {
      isEnded = true;
      send(0, () => to.end());
    });
    from.on('close', () => {
      if (!isEnded) send(0, () => to.destroy());
    });
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
