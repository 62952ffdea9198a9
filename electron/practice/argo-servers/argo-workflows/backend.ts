import type { ServerResponse } from 'node:http';
import type { LogStore } from '../../cluster/container-logs';
import type { ClusterStore } from '../../cluster/store';
import type { ArgoPerson } from '../accounts';
import type { Exchange } from '../argo-cd/gateway';
import type { WorkflowArchive } from './archive';

/** What the server's endpoints stand on. */
export interface Backend {
  store: ClusterStore;
  logs: LogStore;
  archive: WorkflowArchive;
  now: () => Date;
  /** Who asks. @throws GatewayError Unauthenticated. */
  person: (exchange: Pick<Exchange, 'request'>) => ArgoPerson;
  /** Streams that are open. */
  streams: Set<ServerResponse>;
  /** Nothing is sent while it says so. */
  muted: () => boolean;
  /** Milliseconds between two bookmarks of a stream that asked for them. */
  bookmarkEvery: number;
}
