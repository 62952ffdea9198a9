import { z } from 'zod';

/**
 * A hold in the ledger: automatic deploys of an app into an environment are off.
 * It lies at `.signalbox/freezes/<environment>/<app>.yaml`, one file per hold, so that two people who hold different
 * things never conflict. `changed` lists the image-tag files whose `automatic_deploys_enabled` the hold switched off,
 * with the value that stood there before any hold (`null`: the key was missing), so that releasing restores exactly
 * that, also when holds of neighbouring environments overlap in one file.
 */
export const holdRecordSchema = z.object({
  app: z.string().describe('The app.'),
  environment: z.string().describe('The environment into which nothing is deployed automatically.'),
  by: z.string().describe('Who holds it: the name that signs their commits.'),
  since: z.string().describe('When it was taken.'),
  reason: z.string().describe('Why, as the person typed it; may be empty.'),
  operation: z
    .string()
    .describe('The operation that took it: a UUIDv7, the same as in the commit’s trailers.'),
  imageTag: z
    .string()
    .nullable()
    .describe(
      'The version that people want there while it is held; another one that arrives by itself is an alarm. null: none was there. The first consoles called this key `version`; that form is still read.',
    ),
  changed: z
    .array(
      z.object({
        environment: z.string().describe('The environment whose image-tag file was changed.'),
        automatic_deploys_enabled: z
          .boolean()
          .nullable()
          .describe('What stood there before any hold; null: the key was missing. Releasing puts it back.'),
      }),
    )
    .describe('The image-tag files in which the hold switched automatic deploys off.'),
});
export type HoldRecord = z.infer<typeof holdRecordSchema>;

/** Where holds lie. */
export const holdFolder = '.signalbox/freezes/';
