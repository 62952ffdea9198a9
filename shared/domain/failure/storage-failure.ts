import type { Failure } from './failure';

const full = /^(ENOSPC|EDQUOT|SQLITE_FULL|SQLITE_IOERR_WRITE)/;
const barred = /^(EACCES|EPERM|EROFS|ENOTDIR|EISDIR|ELOOP|ENAMETOOLONG|SQLITE_(CANTOPEN|READONLY|PERM|AUTH))/;
const worn = /^(EIO|ENXIO|ENODEV|ESTALE|SQLITE_IOERR)/;
const many = /^(EMFILE|ENFILE)/;

/** SQLite tells some faults by its words alone, where the binding puts no code beside them (sqlite.org/rescode.html). */
const words: readonly [RegExp, string][] = [
  [/database or disk is full/i, 'SQLITE_FULL'],
  [/unable to open database file|unable to open: /i, 'SQLITE_CANTOPEN'],
  [/attempt to write a readonly database/i, 'SQLITE_READONLY'],
  [/disk I\/O error/i, 'SQLITE_IOERR'],
];

function codeOf(error: unknown): string {
  const { code, message } = (typeof error === 'object' && error !== null ? error : {}) as {
    code?: unknown;
    message?: unknown;
  };
  const said = typeof message === 'string' ? message : '';
  const known = words.find(([pattern]) => pattern.test(said))?.[1];
  return known ?? (typeof code === 'string' ? code : '');
}

/**
 * What an error of the file system or of SQLite means to a person: the disk is full, the place may not be written, the
 * disk fails, or too many files are open. `null`: it is none of these. A file that is not there is no such fault: who
 * looks for one knows what that means.
 */
export function storageFailure(error: unknown): Failure | null {
  const code = codeOf(error);
  const { path, message } = (typeof error === 'object' && error !== null ? error : {}) as {
    path?: unknown;
    message?: unknown;
  };
  const place = typeof path === 'string' && path !== '' ? { place: { path } } : {};
  const told = { meaning: 'This was not done.', detail: String(message ?? code), ...place };
  const advice = (label: string) => ({ next: [{ do: 'advice' as const, label }] });
  if (full.test(code))
    return {
      code: 'disk-full',
      message: 'The disk is full.',
      ...told,
      ...advice('Free some space, then try again.'),
    };
  if (barred.test(code))
    return {
      code: 'refused',
      message: 'Signalbox can’t read or write one of its files.',
      ...told,
      ...advice(
        'Check who owns its data folder and whether the disk is writable, then start Signalbox again.',
      ),
    };
  if (worn.test(code))
    return {
      code: 'bad-data',
      message: 'The disk reported an error.',
      ...told,
      ...advice('Check the disk or network drive, then try again.'),
    };
  if (many.test(code))
    return {
      code: 'busy',
      message: 'Signalbox can’t open any more files on this computer.',
      ...told,
      ...advice('Close other programs or raise the open-file limit, then try again.'),
    };
  return null;
}
