import { createPublicKey, verify } from 'node:crypto';
import { FailureError } from '../../../shared/domain/failure/failure';
import { releaseListSchema, signedText } from '../../../shared/domain/update/signed-text';

const signed = (message: string, detail: string): FailureError =>
  new FailureError({
    code: 'refused',
    message,
    meaning: 'Nothing was loaded or installed. It may not come from the makers of Signalbox.',
    next: [
      {
        do: 'advice',
        label: 'Tell whoever gave you Signalbox, and get newer versions from them until then.',
      },
    ],
    detail,
  });

/**
 * Makes sure that a release comes from whoever holds the key of this build: electron-updater alone proves on Linux
 * nothing but that a file has the checksum that its list names (on Windows and macOS the system's signature counts, too).
 * @param info the release's list of files, as electron-updater read it.
 * @param key Ed25519 public key: its SPKI form in Base64.
 * @throws FailureError where it does not.
 */
export function checkSignature(info: unknown, key: string): void {
  const parsed = releaseListSchema.safeParse(info);
  if (!parsed.success) throw signed('The newer version’s list of files can’t be read.', parsed.error.message);
  const { signature, ...list } = parsed.data;
  if (signature === undefined) throw signed('The newer version is not signed.', `version ${list.version}`);
  const publicKey = createPublicKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'spki' });
  if (!verify(null, Buffer.from(signedText(list)), publicKey, Buffer.from(signature, 'base64')))
    throw signed(
      'The newer version’s signature is not the one of this build’s makers.',
      `version ${list.version}`,
    );
}
