import { z } from 'zod';

/** What a person decided of a sync that is in the way. Its start tells it from a later one, through all its retries. */
export const syncAnswerSchema = z.object({
  application: z.string().min(1).max(253),
  /** `null`: Argo CD has not begun with it. */
  startedAt: z.string().max(64).nullable(),
  choice: z.enum(['terminate', 'wait']),
});
export type SyncAnswer = z.infer<typeof syncAnswerSchema>;
