import { createPrivateKey, sign } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { releaseListSchema, signedText } from '../../shared/domain/update/signed-text';
import { projectRoot } from './project';
import { runCommand, SetupError, say } from './say';

/**
 * `npm run sign-release -- [folder]`: signs the lists of a release's files (`latest*.yml`) in a folder, release/ if none
 * is named, with the private Ed25519 key in SIGNALBOX_RELEASE_KEY (PEM). Installed apps hold its public half and take
 * nothing that it did not sign.
 */
export async function run([folder = join(projectRoot, 'release')]: string[]): Promise<void> {
  await runCommand(async () => {
    const key = process.env.SIGNALBOX_RELEASE_KEY;
    if (!key)
      throw new SetupError(
        'SIGNALBOX_RELEASE_KEY is not set.',
        'Set it to the private key of releases, as docs/releasing.md says.',
      );
    const lists = (await readdir(folder)).filter((name) => /^latest.*\.yml$/.test(name));
    if (lists.length === 0) throw new SetupError('There is no list to sign.', 'Package first.');
    for (const name of lists) {
      const file = join(folder, name);
      await writeFile(file, signList(await readFile(file, 'utf8'), key));
      say(`signed ${name}`);
    }
    return 0;
  });
}

/** A list with its signature, everything else as it was. @param key PEM. */
export function signList(text: string, key: string): string {
  const document = parseDocument(text);
  const list = releaseListSchema.parse(document.toJS());
  document.set(
    'signature',
    sign(null, Buffer.from(signedText(list)), createPrivateKey(key)).toString('base64'),
  );
  return document.toString({ lineWidth: 0 });
}
