/** Whether an error says that the file is damaged or no database at all. */
export function isDamage(error: unknown): boolean {
  const { code, message } = readError(error);
  return (
    /^SQLITE_(CORRUPT|NOTADB|FORMAT)/.test(code) ||
    /malformed|not a database|unsupported file format|no such (table|column)/i.test(message)
  );
}

/** Whether an error says that there is no room left. */
export function isFull(error: unknown): boolean {
  const { code, message } = readError(error);
  return /^SQLITE_(FULL|IOERR_WRITE)/.test(code) || /database or disk is full|ENOSPC/i.test(message);
}

/** Whether an error says that the file or its folder is not there or may not be written. */
export function isUnwritable(error: unknown): boolean {
  const { code, message } = readError(error);
  return (
    /^(SQLITE_(CANTOPEN|READONLY)|EACCES|EPERM|EROFS|ENOENT$)/.test(code) ||
    /unable to open.*(database|file)|readonly database/i.test(message)
  );
}

function readError(error: unknown): { code: string; message: string } {
  const code = typeof error === 'object' && error && 'code' in error ? String(error.code) : '';
  return { code, message: error instanceof Error ? error.message : String(error) };
}
