import { z } from 'zod';

/** `at`: the moment that the environment is put back to; left out: what is ready is promoted to it. */
export const batchSearchSchema = z.object({
  at: z.iso.datetime({ offset: true }).optional().catch(undefined),
});
