import type { StoredFile } from '../stored-file';
import { type Keychain, openVault, type Vault } from '../vault';

/** A keychain that a test can take away: it turns the text around. */
export function testKeychain(): Keychain & { isThere: boolean } {
  const turned = (bytes: Buffer): Buffer => Buffer.from(bytes.map((byte) => 255 - byte));
  return {
    isThere: true,
    isEncryptionAvailable() {
      return this.isThere;
    },
    getSelectedStorageBackend: () => 'gnome_libsecret',
    encryptString: (text) => turned(Buffer.from(text, 'utf8')),
    decryptString: (encrypted) => turned(encrypted).toString('utf8'),
  };
}

/** A file of names and values in memory. */
export function memoryFile(): StoredFile {
  const content = new Map<string, unknown>();
  return {
    get: (name) => content.get(name),
    names: () => [...content.keys()],
    set(changes) {
      for (const [name, value] of Object.entries(changes)) {
        if (value === undefined) content.delete(name);
        else content.set(name, value);
      }
    },
    isNew: true,
    notice: null,
  };
}

/** A vault in memory, with its file and its keychain. */
export function memoryVault(): { vault: Vault; file: StoredFile; keychain: ReturnType<typeof testKeychain> } {
  const file = memoryFile();
  const keychain = testKeychain();
  return { vault: openVault(file, keychain, 'linux'), file, keychain };
}
