import { z } from 'zod';
import { codeOwnersFiles, largestCodeOwners } from '../../../shared/domain/ledger/code-owners';
import { believed } from './answers';
import { type GitHub, isNotFound } from './github-client';

/** "Get repository content": a file; of one above 1 MB `content` is empty and `encoding` is `none`. */
const contentSchema = z.object({
  type: z.string(),
  size: z.number().int().min(0),
  encoding: z.string().nullish(),
  content: z.string().nullish(),
  sha: z.string(),
});
/** "Get a blob": up to 100 MB. */
const blobSchema = z.object({ content: z.string(), encoding: z.string() });

const decoded = (content: string): string => Buffer.from(content, 'base64').toString('utf8');

/**
 * The CODEOWNERS file of a repo's default branch, from where GitHub itself takes it; `null`: there is none, or GitHub does
 * not load it since it is too large.
 * @throws the client's errors.
 */
export async function readCodeOwners(
  github: GitHub,
  repo: { owner: string; repo: string },
  signal?: AbortSignal,
): Promise<string | null> {
  const request = signal ? { request: { signal } } : {};
  for (const path of codeOwnersFiles) {
    try {
      const { data } = await github.repos.getContent({ ...repo, path, ...request });
      // A folder of that name is answered as a list.
      if (Array.isArray(data)) continue;
      const { type, size, encoding, content, sha } = believed(contentSchema, data);
      if (type !== 'file') continue;
      if (size > largestCodeOwners) return null;
      if (encoding === 'base64' && content) return decoded(content);
      if (size === 0) return '';
      const blob = await github.git.getBlob({ ...repo, file_sha: sha, ...request });
      return decoded(believed(blobSchema, blob.data).content);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
  return null;
}
