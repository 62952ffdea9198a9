import { z } from 'zod';
import { connectionReportSchema } from '../domain/estate/connection-report';
import { clusterStatusSchema } from '../domain/rollout/cluster-status';
import { action, name, query } from './procedure';

/** What is told of the clusters themselves. */
export const clusterProcedures = {
  /** How an environment's cluster is reached, what is watched there and what one may do; `null`: it has no cluster. */
  'cluster.status': query(z.object({ environment: name }), clusterStatusSchema.nullable(), {
    changedBy: ['cluster'],
    narrowedBy: ['environment'],
  }),
  /** Asks the cluster anew: whether it answers, as whom, which rights are missing, and who grants them. */
  'cluster.test': action(z.object({ environment: name }), connectionReportSchema),
} as const;
