import { connect } from './connection';
import { credentialError } from './failures';
import type { ApiRequest, Connection, ConnectionOptions } from './types';
import { within } from './within';

/** How long reading the kubeconfig may take, in ms: it may lie on a network. */
const patience = 60_000;

/**
 * Connects as `connect` does, but at once: a kubeconfig that is not there, is broken or lacks the context is a failure of
 * each request (`not-found`, `bad-data`, naming the file), and whoever asks again finds the cluster as soon as the file is
 * put right. Until the kubeconfig is read, `server` is empty, `namespace` the default one and `insecure` false.
 */
export function connectPatiently(options: ConnectionOptions & { context: string }): Connection {
  let connection: Connection | null = null;
  let isClosed = false;
  let connecting: Promise<Connection> | null = null;
  const connected = (): Promise<Connection> => {
    connecting ??= connect(options).then(
      (made) => {
        connection = made;
        if (isClosed) made.close();
        return made;
      },
      (error: unknown) => {
        connecting = null;
        throw error;
      },
    );
    return connecting;
  };
  // Whoever asks is told of the failure.
  connected().catch(() => undefined);
  const ready = ({ signal }: ApiRequest): Promise<Connection> =>
    within(connected(), patience, signal, () =>
      credentialError(
        { context: options.context, server: '' },
        `the kubeconfig could not be read within ${patience / 1000} s`,
      ),
    );
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
    open: async (request) => (await ready(request)).open(request),
    json: async (request) => (await ready(request)).json(request),
    woken: () => connection?.woken?.(),
    close: () => {
      isClosed = true;
      connection?.close();
    },
  };
}
