import type { Server } from 'node:net';

/** What {@link listenOnLoopback} listens on. `closeAllConnections` is there for HTTP servers. */
type Listener = Server & { closeAllConnections?: () => void };

/**
 * Listens on 127.0.0.1 at the wanted port, or at one that the system chooses where it is taken or not given.
 * `close` drops open connections (watches and log streams would keep a server open for ever).
 */
export async function listenOnLoopback(
  server: Listener,
  wanted?: number,
): Promise<{ port: number; close: () => Promise<void> }> {
  try {
    await listen(server, wanted ?? 0);
  } catch (error) {
    if (!wanted || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    await listen(server, 0);
  }
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections?.();
      }),
  };
}

function listen(server: Listener, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
}
