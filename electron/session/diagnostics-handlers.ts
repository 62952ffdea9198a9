import path from 'node:path';
import type { diagnosticsProcedures } from '../../shared/contract/diagnostics';
import { FailureError } from '../../shared/domain/failure/failure';
import type { HandlersOf } from '../ipc/dispatcher';
import { saveDiagnostics, takeDiagnostics } from './diagnostics';
import type { Session } from './open-session';
import type { ShellServices } from './session-handlers';

/** What this console tells of itself, and its file. */
export function diagnosticsHandlers(
  session: Session,
  shell: Pick<ShellServices, 'app' | 'own' | 'chooseSaveFile'>,
): HandlersOf<typeof diagnosticsProcedures> {
  const take = () => takeDiagnostics(session, shell.app, shell.own);
  return {
    'diagnostics.get': take,
    'diagnostics.save': async () => {
      const taken = await take();
      const file = await shell.chooseSaveFile(
        `signalbox diagnostics ${taken.takenAt.slice(0, 16).replace(/[T:]/g, '-')}`,
        'txt',
      );
      if (file === null) return { saved: null };
      try {
        await saveDiagnostics(file, taken, shell.own);
      } catch (error) {
        throw new FailureError({
          code: 'refused',
          message: 'The file could not be written there.',
          meaning: 'Nothing was saved.',
          next: [{ do: 'advice', label: 'Choose a folder that you can write to, then save again.' }],
          detail: error instanceof Error ? error.message : String(error),
        });
      }
      return { saved: path.basename(file) };
    },
  };
}
