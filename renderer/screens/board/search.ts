import { z } from 'zod';

export const chips = ['attention', 'drifted', 'held', 'rolling'] as const;
export type Chip = (typeof chips)[number];
/** `trouble`: rows in trouble first, the others by name. */
export const sorts = ['trouble', 'app', 'age', 'drift'] as const;
export type Sort = (typeof sorts)[number];
export const defaultSort: Sort = 'trouble';

/** The board's filter and order, as kept in the address; what is not understood is left out. */
export const boardSearchSchema = z.object({
  q: z.string().max(200).optional().catch(undefined),
  only: z.enum(chips).optional().catch(undefined),
  sort: z.enum(sorts).optional().catch(undefined),
  /** Name of the pipeline that is shown; absent: the first. */
  pipeline: z.string().max(100).optional().catch(undefined),
  /** The moment that the board shows, ISO 8601; absent: now. */
  at: z
    .string()
    .refine((text) => !Number.isNaN(Date.parse(text)))
    .optional()
    .catch(undefined),
});
export type BoardSearch = z.infer<typeof boardSearchSchema>;
