import { z } from 'zod';

export const figuresSearchSchema = z.object({
  pipeline: z.string().max(200).optional().catch(undefined),
  app: z.string().max(200).optional().catch(undefined),
  /** Days back from now; absent: 90. */
  days: z.number().int().min(1).max(36_500).optional().catch(undefined),
  by: z.enum(['day', 'week', 'month']).optional().catch(undefined),
  view: z.literal('table').optional().catch(undefined),
});
export type FiguresSearch = z.infer<typeof figuresSearchSchema>;
