import { connect } from './connection';
import { KubeError } from './failures';
import type { Connection, ConnectionOptions } from './types';

/**
 * Connects as `connect` does, but a kubeconfig that is not there, is broken or lacks the context is a failure of each
 * request (`not-found`, `bad-data`, naming the file) instead of one of the start: whoever asks again finds the cluster
 * as soon as the file is put right.
 */
export function connectPatiently(options: ConnectionOptions & { context: string }): Connection {
  let connection: Connection | null = null;
  const connected = (): Connection => {
    connection ??= connect(options);
    return connection;
  };
  try {
    connected();
  } catch (error) {
    // Anything else is no matter of a file that a person may put right.
    if (!(error instanceof KubeError)) throw error;
  }
  return {
    context: options.context,
    get server() {
      return connection?.server ?? '';
    },
    get namespace() {
      return connection?.namespace ?? 'default';
    },
    get insecure() {
      return connection?.insecure ?? false;
    },
    open: async (request) => connected().open(request),
    json: async (request) => connected().json(request),
    close: () => connection?.close(),
  };
}
