import { z } from 'zod';
import { timelineSchema } from '../domain/timeline/timeline';
import { name, query } from './procedure';

/** One deployment from the run that built it to the promotion that it led to. */
export const timelineProcedures = {
  'deployment.timeline': query(
    z.object({
      app: name,
      environment: name,
      /** The commit on the ledger's branch; `null`: the newest deployment of the cell. */
      commit: z
        .string()
        .regex(/^[0-9a-f]{40}$/)
        .nullable(),
    }),
    timelineSchema,
    {
      changedBy: ['operation', 'rollout', 'workflow', 'timeline', 'cluster', 'history'],
      narrowedBy: ['app', 'environment'],
    },
  ),
} as const;
