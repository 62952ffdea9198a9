import { z } from 'zod';
import { clusterStatusSchema } from '../domain/rollout/cluster-status';
import { name, query } from './procedure';

/** What is told of the clusters themselves. */
export const clusterProcedures = {
  /** How an environment's cluster is reached, what is watched there and what one may do; `null`: it has no cluster. */
  'cluster.status': query(z.object({ environment: name }), clusterStatusSchema.nullable(), {
    changedBy: ['cluster'],
    narrowedBy: ['environment'],
  }),
} as const;
