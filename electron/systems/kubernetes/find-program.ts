import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';

const isWindows = process.platform === 'win32';

/** Folders in which logins are installed, and which a program has not in its PATH that was not started from a shell. */
const oftenThere = (): string[] =>
  isWindows
    ? []
    : [
        '/usr/local/bin',
        '/opt/homebrew/bin',
        '/opt/local/bin',
        '/snap/bin',
        ...['.local/bin', 'bin', '.asdf/shims', 'google-cloud-sdk/bin', '.krew/bin'].map((folder) =>
          join(homedir(), folder),
        ),
      ];

/** Our own `PATH`, with the folders behind it in which logins often lie. */
export const searchPath = (): string =>
  [process.env.PATH ?? '', ...oftenThere()].filter((one) => one !== '').join(delimiter);

const isProgram = (file: string): Promise<boolean> =>
  access(file, constants.X_OK).then(
    () => stat(file).then((one) => one.isFile()),
    () => false,
  );

/** Windows starts programs whose names end otherwise through another one only. */
const endings = (name: string): string[] => {
  if (!isWindows) return [''];
  const known = (process.env.PATHEXT ?? '.COM;.EXE;.BAT;.CMD').split(';').filter((one) => one !== '');
  return known.some((one) => name.toLowerCase().endsWith(one.toLowerCase())) ? ['', ...known] : known;
};

/**
 * Where a program without a folder in its name lies; `null`: nowhere. It is never looked for in the folder that Signalbox
 * was started in, as Windows would first, nor in relative folders of a path (Go's `exec.ErrDot`): a repo may lie there.
 * @param path folders, as in `PATH`.
 */
export async function findProgram(name: string, path: string): Promise<string | null> {
  for (const folder of path.split(delimiter).filter((one) => isAbsolute(one)))
    for (const ending of endings(name)) {
      const file = join(folder, name + ending);
      if (await isProgram(file)) return file;
    }
  return null;
}

/** Whether a program has a folder in its name: it is then not looked for. */
export const hasFolder = (name: string): boolean => (isWindows ? /[\\/]/ : /\//).test(name);
