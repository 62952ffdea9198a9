import type { Connection } from '../../kubernetes/types';

/** Calls back once, as soon as somebody signs in at a server, signs out, or their session ends there. */
export function onceSomebodyComesOrGoes(
  connection: Pick<Connection, 'woken' | 'left'>,
  then: () => void,
  signal: AbortSignal,
): void {
  const changes = [connection.woken?.(), connection.left?.()].filter((one) => one !== undefined);
  AbortSignal.any(changes).addEventListener('abort', then, { once: true, signal });
}
