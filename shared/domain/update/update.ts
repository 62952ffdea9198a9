import { z } from 'zod';
import { failureSchema } from '../failure/failure';
import { longestNotes } from './release-notes';

/** How Signalbox stands to newer versions of itself. */
export const updateSchema = z.object({
  /** The version that runs. */
  current: z.string(),
  /** Whether this build can look for a newer one. */
  canLook: z.boolean(),
  /** Why this build can't put a newer one in its own place, in sentences; `null`: it can. */
  cannot: z.string().nullable(),
  /**
   * `not-looked`: since the start; `newest`: there is none for this computer; `found`: there is one; `waiting`: it is
   * loaded as soon as nothing runs; `loading`; `ready`: it is loaded and proved; `installing`: Signalbox is about to end.
   */
  phase: z.enum(['not-looked', 'looking', 'newest', 'found', 'waiting', 'loading', 'ready', 'installing']),
  /** ISO 8601 UTC; `null`: not since the start. */
  lookedAt: z.string().nullable(),
  /** The newer version, as of `found`. */
  version: z.string().nullable(),
  /** What its makers say of it, plain text; `null`: nothing. */
  notes: z.string().max(longestNotes).nullable(),
  /** How much of it is loaded, from 0 to 1; `null`: nothing is being loaded. */
  progress: z.number().min(0).max(1).nullable(),
  /** Titles of operations that run: while there are any, nothing is loaded or installed. */
  waitsFor: z.array(z.string()).max(200),
  /** Why the last attempt came to nothing; `null`: it didn't, or there was none. */
  failure: failureSchema.nullable(),
});
export type Update = z.infer<typeof updateSchema>;
