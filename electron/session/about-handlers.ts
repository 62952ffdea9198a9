import path from 'node:path';
import type { aboutProcedures } from '../../shared/contract/about';
import { FailureError } from '../../shared/domain/failure/failure';
import type { Licences } from '../../shared/domain/licences/licences';
import type { Update } from '../../shared/domain/update/update';
import type { HandlersOf } from '../ipc/dispatcher';
import { refused } from './session-handlers';

/** What the window's shell knows of this build. */
export interface AboutServices {
  updates: { get(): Update; look(): Promise<Update>; load(): Update; install(): Update };
  shipped: { licences(): Promise<Licences | null>; copyBill(file: string): Promise<void> };
  /** Asks the person where to save; `null`: nowhere. */
  chooseSaveFile: (name: string, format: 'json') => Promise<string | null>;
}

/** Handlers of what Signalbox itself is. */
export function aboutHandlers({
  updates,
  shipped,
  chooseSaveFile,
}: AboutServices): HandlersOf<typeof aboutProcedures> {
  return {
    'updates.get': updates.get,
    'updates.look': updates.look,
    'updates.load': updates.load,
    'updates.install': updates.install,
    'licences.list': async () => (await shipped.licences())?.packages ?? null,
    'licences.text': async ({ text: number }) => {
      const text = (await shipped.licences())?.texts[number];
      if (text === undefined) throw refused('There is no such licence.');
      return { text };
    },
    'licences.save-bill': async () => {
      if (!(await shipped.licences())) throw refused('A checkout ships nothing, so it has no list of it.');
      const file = await chooseSaveFile('signalbox bill of materials', 'json');
      if (file === null) return { saved: null };
      try {
        await shipped.copyBill(file);
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
