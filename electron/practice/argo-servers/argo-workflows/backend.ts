import type { LogStore } from '../../cluster/container-logs';
import type { ClusterStore } from '../../cluster/store';
import type { GatewayBackend } from '../gateway-server';
import type { WorkflowArchive } from './archive';

/** What the server's endpoints stand on. */
export interface Backend extends GatewayBackend {
  store: ClusterStore;
  logs: LogStore;
  archive: WorkflowArchive;
  now: () => Date;
  /** Milliseconds between two bookmarks of a stream that asked for them. */
  bookmarkEvery: number;
}
