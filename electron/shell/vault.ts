import { rememberSecret } from '../log/known-secrets';
import type { StoredFile } from './stored-file';

/** Secrets at rest, encrypted by the system's keychain; they never leave the main process. */
export interface Vault {
  /** The secret of a name, `null` when there is none or the keychain of now cannot read it. */
  get(name: string): string | null;
  /**
   * Keeps a secret, or with `null` forgets it. Where this system keeps none safely, it is held until Signalbox ends.
   * @throws FailureError where the file can't be written.
   */
  set(name: string, secret: string | null): void;
  /** Whether it is held for this run alone. */
  isHeld(name: string): boolean;
  /** Why nothing can be kept here, `null` when it can. */
  unavailableBecause(): string | null;
  /** Forgets all of them. */
  clear(): void;
}

/** What keeps secrets on this system: Electron's `safeStorage`. */
export interface Keychain {
  isEncryptionAvailable(): boolean;
  /** Linux alone. */
  getSelectedStorageBackend(): string;
  encryptString(text: string): Buffer;
  decryptString(encrypted: Buffer): string;
}

/** Source: Electron, "safeStorage": on Linux without a keyring the backend is `basic_text`, a key that everybody knows. */
export function openVault(file: StoredFile, keychain: Keychain, platform = process.platform): Vault {
  /** By name, for this run. */
  const held = new Map<string, string>();
  const unavailableBecause = (): string | null => {
    if (!keychain.isEncryptionAvailable())
      return 'No unlocked keychain: what you enter is used until Signalbox quits, and not saved.';
    if (platform === 'linux' && ['basic_text', 'unknown'].includes(keychain.getSelectedStorageBackend()))
      return 'No keyring (GNOME Keyring or KWallet) is running: what you enter is used until Signalbox quits, and not saved.';
    return null;
  };
  const kept = (name: string): string | null => {
    const encrypted = file.get(name);
    if (typeof encrypted !== 'string' || unavailableBecause() !== null) return null;
    try {
      return keychain.decryptString(Buffer.from(encrypted, 'base64'));
    } catch {
      // Written under another account or keychain: it counts as not entered, and Settings shows that.
      return null;
    }
  };
  return {
    unavailableBecause,
    get(name) {
      const secret = held.get(name) ?? kept(name);
      rememberSecret(secret);
      return secret;
    },
    set(name, secret) {
      rememberSecret(secret);
      held.delete(name);
      if (secret === null) return file.set({ [name]: undefined });
      if (unavailableBecause() !== null) return void held.set(name, secret);
      file.set({ [name]: keychain.encryptString(secret).toString('base64') });
    },
    isHeld: (name) => held.has(name),
    clear() {
      held.clear();
      file.set(Object.fromEntries(file.names().map((name) => [name, undefined])));
    },
  };
}
