/**
 * Records that there are only where records lie apart from the image tags: where the branch of records comes from, and
 * changes of both branches that are on their way.
 */

import { z } from 'zod';

const time = z.iso.datetime();
const operation = z
  .string()
  .describe('The operation that wrote it: a UUIDv7, the same as in the commit’s trailers.');
const by = z.string().describe('Who did it: the name that signs the commit.');

export const originSchema = z.object({
  branch: z.string().describe('The branch of the image tags, whose `.signalbox/` was copied here.'),
  commit: z
    .string()
    .nullable()
    .describe(
      'The commit of that branch up to which it was copied. What is new there since is copied next time.',
    ),
  by,
  at: time.describe('When it was copied last.'),
  operation,
});
export type Origin = z.infer<typeof originSchema>;

/** Whoever can write to the branch of records can put one there: what is done by it is bounded here. */
export const pendingSchema = z.object({
  operation: operation.regex(/^[A-Za-z0-9-]{1,100}$/),
  kind: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,59}$/)
    .describe('`Signalbox-Kind` of the commit on the branch of the image tags.'),
  what: z.string().describe('What is being done, in words.'),
  by,
  at: time.describe('When it began.'),
  base: z
    .string()
    .regex(/^[0-9a-f]{40,64}$/)
    .describe(
      'Where the branch of the image tags stood then. The commit, where there is one, lies after it.',
    ),
  changes: z
    .record(
      z.string().regex(/^\.signalbox\/(?!pending\/|origin\.yaml$)/, 'must be the path of a record'),
      z.object({
        before: z.string().nullable().describe('The blob that its file was; null: it was not there.'),
        text: z.string().nullable().describe('What its file is to say; null: it is deleted.'),
      }),
    )
    .describe('Records that change once the image tags have, by path.'),
});
export type Pending = z.infer<typeof pendingSchema>;
