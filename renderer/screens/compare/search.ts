import { z } from 'zod';

const time = z
  .string()
  .refine((text) => !Number.isNaN(Date.parse(text)))
  .optional()
  .catch(undefined);
const environment = z.string().max(200).optional().catch(undefined);

/** Two sides: each a moment (absent: now) and an environment (absent: all of them). */
export const compareSearchSchema = z.object({
  left: environment,
  leftAt: time,
  right: environment,
  rightAt: time,
});
export type CompareSearch = z.infer<typeof compareSearchSchema>;
