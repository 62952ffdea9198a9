import { z } from 'zod';

/** Characters of a note: a screenful, not a document. */
export const longestNote = 2_000;
export const noteText = z.string().trim().min(1).max(longestNote);

const person = z.string().min(1).max(200);
const time = z.iso.datetime();

/** A deployment, by the commit that made it. The commit itself is never written again. */
export const noteAboutSchema = z.object({
  environment: z.string().min(1).max(200).describe('Where.'),
  commit: z
    .string()
    .regex(/^[0-9a-f]{40,64}$/)
    .describe('By which commit on the release branch.'),
});

/**
 * What to know when deploying an app, or anything of the estate. Its text is plain text, whatever it looks like. Times are
 * ISO 8601 UTC.
 */
export const noteSchema = z.object({
  note: z.string().min(1).max(100).describe('The operation that wrote it first, which names it.'),
  app: z.string().min(1).max(200).nullable().describe('The app that it is about; null: the whole estate.'),
  about: noteAboutSchema
    .optional()
    .describe('The deployment whose reason it tells afterwards; left out: it is about what is to come.'),
  text: noteText.describe('What to know; plain text.'),
  by: person.describe('Who wrote it first.'),
  at: time.describe('When.'),
  edited: z
    .object({ by: person.describe('Who.'), at: time.describe('When.') })
    .nullable()
    .describe('Who changed it last; null: nobody did.'),
  operation: z.string().min(1).describe('The operation that wrote it last.'),
});
export type Note = z.infer<typeof noteSchema>;
