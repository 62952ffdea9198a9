import type { Handlers } from '../ipc/dispatcher';
import { testCluster } from './connection-tests';
import type { Session } from './open-session';

/** Handlers of what is told of the clusters themselves. */
export const clusterHandlers = (session: Session): Pick<Handlers, 'cluster.status' | 'cluster.test'> => ({
  'cluster.status': ({ environment }) => session.clusters.get(environment)?.status() ?? null,
  'cluster.test': ({ environment }) => testCluster(session, environment),
});
