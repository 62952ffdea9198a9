import { copyFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import { app } from 'electron';
import { FailureError } from '../../shared/domain/failure/failure';
import { type Licences, licencesSchema } from '../../shared/domain/licences/licences';

/** The lists that packaging left beside the app (electron/dev/shipped/finish-package.ts). */
export interface ShippedLists {
  /** `null`: a checkout ships nothing. @throws FailureError where the list can't be read. */
  licences(): Promise<Licences | null>;
  /** Copies the bill of materials to a place. */
  copyBill(file: string): Promise<void>;
}

export function shippedLists(): ShippedLists {
  const at = (name: string): string => path.join(process.resourcesPath, name);
  let read: Promise<Licences> | null = null;
  const readLicences = async (): Promise<Licences> => {
    try {
      return licencesSchema.parse(JSON.parse(await readFile(at('licences.json'), 'utf8')));
    } catch (error) {
      read = null;
      throw new FailureError({
        code: 'bad-data',
        message: 'The list of licences of this build can’t be read.',
        meaning: 'Somebody changed or removed a file of the installed program.',
        next: [{ do: 'advice', label: 'Install Signalbox again.' }],
        detail: error instanceof Error ? error.message : String(error),
      });
    }
  };
  return {
    async licences() {
      if (!app.isPackaged) return null;
      read ??= readLicences();
      return read;
    },
    copyBill: (file) => copyFile(at('sbom.cdx.json'), file),
  };
}
