import type { Settings, windowProcedures } from '../../shared/contract/session';
import { FailureError } from '../../shared/domain/failure/failure';
import type { HandlersOf } from '../ipc/dispatcher';
import { ledgerFailure } from '../ledger/failures';
import { trySigning } from '../systems/git/sign-commit';
import { refused } from './session-handlers';

/** What the window's shell does for what is asked whether an estate is open or not. */
export interface WindowServices {
  settings: { get(): Settings; set(change: Partial<Settings>): Settings };
  openExternal: (url: string) => boolean;
  /** Asks the person whether everything is to be forgotten. @returns whether it is. */
  signOut: () => Promise<boolean>;
}

/** Handlers of the window's own matters. `changed`: settings are other ones now. */
export function windowHandlers(
  shell: WindowServices,
  changed: () => void,
): HandlersOf<typeof windowProcedures> {
  return {
    'settings.get': () => shell.settings.get(),
    'settings.set': (change) => {
      const settings = shell.settings.set(
        Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)),
      );
      changed();
      return settings;
    },
    'settings.test-signing': async () => {
      try {
        const { format, key } = await trySigning(shell.settings.get().identity);
        // A key may stand there itself, in place of its file's name.
        return { format, key: key === null ? null : key.slice(0, 200) };
      } catch (error) {
        throw new FailureError(ledgerFailure(error));
      }
    },
    'session.sign-out': async () => ({ done: await shell.signOut() }),
    'shell.open-external': ({ url }) => {
      if (!shell.openExternal(url)) throw refused('Signalbox only opens https links without a password.');
      return {};
    },
  };
}
