import { z } from 'zod';
import { markSchema } from '../domain/marks/mark';
import { noteSchema } from '../domain/notes/note';
import { releaseSeenSchema } from '../domain/notes/release-note';
import { name, query } from './procedure';

/** What people left to be known when deploying: notes, and versions that are marked bad. */
export const noteProcedures = {
  /** Notes of an app and of the estate, the app's own first, each newest first; `app: null`: the estate's alone. */
  'note.list': query(
    z.object({ app: name.nullable() }),
    z.object({
      notes: z.array(noteSchema),
      /** Why some can't be read, a sentence each. */
      problems: z.array(z.string()),
    }),
    { changedBy: ['board', 'app'] },
  ),
  /** What was said afterwards of why a commit deployed, oldest first. */
  'note.reasons': query(z.object({ commit: z.string().regex(/^[0-9a-f]{40,64}$/) }), z.array(noteSchema), {
    changedBy: ['board', 'app'],
  }),
  /** What the Release app says of an app; `null`: it is not asked. Nothing of it may be edited here. */
  'note.release': query(z.object({ app: name }), releaseSeenSchema.nullable(), {
    changedBy: ['announcement', 'app'],
    narrowedBy: ['app'],
  }),
  /** Versions of an app that are marked bad for everywhere; `mark: null`: its record can't be read, and counts. */
  'mark.list': query(
    z.object({ app: name }),
    z.array(z.object({ version: z.string(), mark: markSchema.nullable() })),
    { changedBy: ['board', 'app'], narrowedBy: ['app'] },
  ),
} as const;
