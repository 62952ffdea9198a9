import { type BrowserWindow, dialog, type OpenDialogOptions } from 'electron';

const chooseFile = async (
  window: BrowserWindow | null,
  options: OpenDialogOptions,
): Promise<string | null> => {
  const { canceled, filePaths } = await (window
    ? dialog.showOpenDialog(window, options)
    : dialog.showOpenDialog(options));
  return canceled ? null : (filePaths[0] ?? null);
};

/** Asks the person for an estate file, in the system's own dialog. The page behind it never names a path. */
export const chooseEstateFile = (window: BrowserWindow | null): Promise<string | null> =>
  chooseFile(window, {
    title: 'Open an estate file',
    buttonLabel: 'Open',
    filters: [
      { name: 'Estate file (signalbox.yaml)', extensions: ['yaml', 'yml'] },
      { name: 'All files', extensions: ['*'] },
    ],
    properties: ['openFile'],
  });

/** Asks the person for a kubeconfig. They have any name, and lie in a hidden folder. */
export const chooseKubeconfig = (window: BrowserWindow | null): Promise<string | null> =>
  chooseFile(window, {
    title: 'Choose a kubeconfig',
    buttonLabel: 'Choose',
    properties: ['openFile', 'showHiddenFiles'],
  });
