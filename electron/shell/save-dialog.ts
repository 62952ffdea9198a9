import path from 'node:path';
import { app, type BrowserWindow, dialog } from 'electron';
import { asFileName } from '../../shared/domain/text/file-name';

const kinds = {
  csv: { name: 'Comma-separated values', title: 'Export the history' },
  json: { name: 'JSON', title: 'Save as JSON' },
  txt: { name: 'Text', title: 'Save as text' },
} as const;

/**
 * Asks the person where to save, in the system's own dialog. The page behind it never names a path.
 * @param name without extension; what is no part of a file's name is taken out.
 * @returns the chosen path, `null` when the dialog was closed without one.
 */
export async function chooseSaveFile(
  window: BrowserWindow | null,
  name: string,
  format: keyof typeof kinds,
): Promise<string | null> {
  const options = {
    title: kinds[format].title,
    defaultPath: path.join(app.getPath('documents'), `${asFileName(name)}.${format}`),
    filters: [{ name: kinds[format].name, extensions: [format] }],
  };
  const chosen = await (window ? dialog.showSaveDialog(window, options) : dialog.showSaveDialog(options));
  return chosen.canceled || !chosen.filePath ? null : chosen.filePath;
}
