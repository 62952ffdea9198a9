import { safeStorage } from 'electron';
import { FailureError } from '../../shared/domain/failure/failure';
import type { StoredFile } from './stored-file';

/** Secrets at rest, encrypted by the system's keychain; they never leave the main process. */
export interface Vault {
  /** The secret of a name, `null` when there is none or the keychain of now cannot read it. */
  get(name: string): string | null;
  /** @throws FailureError when this system keeps no secrets safely. */
  set(name: string, secret: string | null): void;
  /** Why nothing can be kept here, `null` when it can. */
  unavailableBecause(): string | null;
}

/** Source: Electron, "safeStorage": on Linux without a keyring the backend is `basic_text`, a key that everybody knows. */
export function openVault(file: StoredFile): Vault {
  const unavailableBecause = (): string | null => {
    if (!safeStorage.isEncryptionAvailable()) return 'No unlocked keychain, so credentials can’t be saved.';
    if (process.platform === 'linux' && safeStorage.getSelectedStorageBackend() === 'basic_text') {
      return 'No keyring (GNOME Keyring or KWallet) is running, so credentials can’t be saved safely.';
    }
    return null;
  };
  return {
    unavailableBecause,
    get(name) {
      const kept = file.get(name);
      if (typeof kept !== 'string' || unavailableBecause() !== null) return null;
      try {
        return safeStorage.decryptString(Buffer.from(kept, 'base64'));
      } catch {
        // Written under another account or keychain: it counts as not entered, and Settings shows that.
        return null;
      }
    },
    set(name, secret) {
      if (secret === null) return file.set({ [name]: undefined });
      const because = unavailableBecause();
      if (because !== null) {
        throw new FailureError({
          code: 'refused',
          message: 'The credential was not saved.',
          meaning: because,
          next: [{ do: 'advice', label: 'Start a keyring, then enter it again.' }],
        });
      }
      file.set({ [name]: safeStorage.encryptString(secret).toString('base64') });
    },
  };
}
