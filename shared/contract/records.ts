import { z } from 'zod';
import { freshnessSchema } from '../domain/board/freshness';
import { failureSchema } from '../domain/failure/failure';
import { findingSchema } from '../domain/preflight/finding';
import { action, nothing, query } from './procedure';

/** Where records lie apart from the image tags, and how far they are set up. */
const placeSchema = z.object({
  url: z.string(),
  branch: z.string(),
  /** The branch of the image tags. */
  tagsBranch: z.string(),
  /** `absent`: there is no such branch; `not-set-up`: there is, and Signalbox has not written to it. */
  state: z.enum(['ready', 'absent', 'not-set-up', 'unknown']),
  freshness: freshnessSchema,
  /** Records that lie beside the image tags still. */
  beside: z.number().int(),
  /** Those of them that the branch of records does not have, or not so; up to ten by path. */
  left: z.array(z.string()),
  leftCount: z.number().int(),
});
export type RecordsPlace = z.infer<typeof placeSchema>;

/** Records that lie apart from the image tags. Each action is safe to repeat. */
export const recordsProcedures = {
  /** `null`: they lie beside the image tags. */
  'records.get': query(nothing, placeSchema.nullable(), { changedBy: ['session'] }),
  /** What speaks against making the branch, or moving records over: rights, reach, what is on its way. */
  'records.check': query(z.object({ what: z.enum(['create', 'move']) }), z.array(findingSchema), {
    changedBy: ['session', 'operation'],
  }),
  /** Makes the branch of records with what there is as its first content. Only after the person agreed. */
  'records.create': action(nothing, placeSchema.nullable()),
  /** Copies what is left beside the image tags, and deletes it there where that may be done. */
  'records.move': action(
    nothing,
    z.object({
      copied: z.number().int(),
      deleted: z.number().int(),
      differing: z.array(z.string()),
      notDeleted: failureSchema.nullable(),
    }),
  ),
} as const;
