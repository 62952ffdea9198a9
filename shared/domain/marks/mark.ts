import { z } from 'zod';
import { isImageTag } from '../ledger/version';

/**
 * A version of an app that is not to be deployed any more, anywhere. Times are ISO 8601 UTC; `operation` is the UUIDv7 of
 * the operation that wrote it.
 */
export const markSchema = z.object({
  app: z.string().min(1).max(200).describe('The app.'),
  imageTag: z.string().refine(isImageTag, { error: 'must be an image tag' }).describe('The version.'),
  by: z.string().min(1).max(200).describe('Who marked it: the name that signs the commit.'),
  at: z.iso.datetime().describe('When.'),
  operation: z.string().min(1).describe('The operation that wrote it, the same as in the commit’s trailers.'),
  reason: z.string().max(500).describe('Why, as the person typed it.'),
});
export type Mark = z.infer<typeof markSchema>;

/** A bad version as people are told of it, wherever it was marked. */
export interface MarkSeen {
  /** Who marked it, and why, in a sentence. */
  text: string;
  /** Who can take the mark away; `null`: the record can't be read. */
  by: string | null;
  /** Where it is marked: everywhere, or for the bags of a pipeline. */
  where: string;
}
