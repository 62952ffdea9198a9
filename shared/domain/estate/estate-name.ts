import { z } from 'zod';

/** A name in the estate file. */
export const name = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
    'must be 1–63 of letters, digits, ".", "_", "-", beginning with a letter or digit',
  );
