import { useQuery } from '@tanstack/react-query';
import { queryOf } from './query-client';

/** How an environment's cluster is reached, what is watched there and what one may do. */
export const useClusterStatus = (environment: string) => useQuery(queryOf('cluster.status', { environment }));
