import { z } from 'zod';
import { clusterStatusSchema } from '../domain/rollout/cluster-status';

/** What is told of the clusters themselves. */
export const clusterProcedures = {
  /** How an environment's cluster is reached, what is watched there and what one may do; `null`: it has no cluster. */
  'cluster.status': {
    input: z.object({ environment: z.string().min(1).max(200) }),
    output: clusterStatusSchema.nullable(),
  },
} as const;
