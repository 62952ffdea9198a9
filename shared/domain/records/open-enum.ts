import { z } from 'zod';

/** What a word is read as that this Signalbox does not know. */
export const unknownWord = 'unknown';

/**
 * One of a list of words that may grow: one that a newer Signalbox wrote is read as `unknown`, which no rule takes for
 * any of the others. The word itself stays in the file as long as nothing else is written there.
 */
export const openEnum = <const Words extends readonly [string, ...string[]]>(words: Words) =>
  z.union([
    z.enum(words),
    z
      .string()
      .max(200)
      .transform(() => unknownWord as typeof unknownWord),
  ]);
