import { z } from 'zod';
import { timelineSchema } from '../domain/timeline/timeline';

const name = z.string().min(1).max(200);

/** One deployment from the run that built it to the promotion that it led to. */
export const timelineProcedures = {
  'deployment.timeline': {
    input: z.object({
      app: name,
      environment: name,
      /** The commit on the ledger's branch; `null`: the newest deployment of the cell. */
      commit: z
        .string()
        .regex(/^[0-9a-f]{40}$/)
        .nullable(),
    }),
    output: timelineSchema,
  },
} as const;
