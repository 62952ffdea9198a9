import { z } from 'zod';

/** Under which licences a packaged Signalbox ships what others wrote: a file that packaging makes. */
export const licencesSchema = z.object({
  /** Full texts, each once. */
  texts: z.array(z.string().max(200_000)).max(2_000),
  packages: z
    .array(
      z.object({
        name: z.string().max(250),
        version: z.string().max(250),
        /** SPDX expression. */
        licence: z.string().max(250),
        /** Which of `texts`. */
        text: z.number().int().min(0),
      }),
    )
    .max(2_000),
});
export type Licences = z.infer<typeof licencesSchema>;
