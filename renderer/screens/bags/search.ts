import { z } from 'zod';

/** What of a pipeline is looked at; kept in the address. */
export const bagsSearchSchema = z.object({
  view: z.enum(['now', 'timeline', 'periodic']).optional().catch(undefined),
  bag: z.coerce.number().int().min(1).optional().catch(undefined),
  environment: z.string().max(100).optional().catch(undefined),
  /** The other side of the difference that is shown: a bag's number, or the name of an environment. */
  against: z.string().max(100).optional().catch(undefined),
  as: z.enum(['lanes', 'table']).optional().catch(undefined),
  spacing: z.enum(['sequence', 'time']).optional().catch(undefined),
});
export type BagsSearch = z.infer<typeof bagsSearchSchema>;
