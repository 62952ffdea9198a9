import { z } from 'zod';

/**
 * What is read of a list of a release's files (electron-builder's `latest*.yml`; electron-updater 6.8, `UpdateInfo`).
 * `signature` is ours: of Ed25519 over {@link signedText}, in Base64. The share of computers that take the version
 * (`stagingPercentage`) and the notes are not signed: the one is raised later, the other is only shown.
 */
export const releaseListSchema = z.object({
  version: z.string().max(100),
  files: z
    .array(z.object({ url: z.string().max(1_000), sha512: z.string().max(200) }))
    .min(1)
    .max(50),
  signature: z.string().max(200).optional(),
});
export type ReleaseList = z.infer<typeof releaseListSchema>;

/** The text that a release's signature is of: its version, and each file with its checksum, in the order of names. */
export const signedText = ({ version, files }: Pick<ReleaseList, 'version' | 'files'>): string =>
  JSON.stringify([
    'signalbox-release-1',
    version,
    ...files
      .map(({ url, sha512 }) => [url, sha512])
      .sort(([a = ''], [b = '']) => (a < b ? -1 : a > b ? 1 : 0)),
  ]);
