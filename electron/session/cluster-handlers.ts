import type { Handlers } from '../ipc/dispatcher';
import type { Session } from './open-session';

/** Handlers of what is told of the clusters themselves. */
export const clusterHandlers = (session: Session): Pick<Handlers, 'cluster.status'> => ({
  'cluster.status': ({ environment }) => session.clusters.get(environment)?.status() ?? null,
});
