import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { FailureError } from '../../shared/domain/failure/failure';

/**
 * Writes blocks of text to a file, one after the other, so that lines that come meanwhile are taken in between two
 * blocks. The file appears under its name when it is whole.
 * @throws FailureError `disk-full`, `forbidden`, `not-found`.
 */
export async function saveTexts(
  file: string,
  blocks: Iterable<{ text: string; lines: number }>,
): Promise<{ lines: number; bytes: number }> {
  const partial = `${file}.${randomUUID().slice(0, 8)}.partial`;
  let lines = 0;
  let bytes = 0;
  try {
    const handle = await open(partial, 'wx', 0o600);
    try {
      for (const block of blocks) {
        const data = Buffer.from(block.text);
        await handle.writeFile(data);
        lines += block.lines;
        bytes += data.length;
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, file);
  } catch (error) {
    // The failure that is told is the one before.
    await rm(partial, { force: true }).catch(() => undefined);
    throw saveFailure(error);
  }
  return { lines, bytes };
}

function saveFailure(error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  const meaning = 'Nothing was saved; the log is still here.';
  const failure = (failureCode: 'disk-full' | 'forbidden' | 'not-found', what: string, advice: string) =>
    new FailureError(
      { code: failureCode, message: what, meaning, next: [{ do: 'advice', label: advice }], detail: message },
      { cause: error },
    );
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG')
    return failure(
      'disk-full',
      'There is no space for the log on that disk.',
      'Free some space, or save elsewhere.',
    );
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return failure(
      'forbidden',
      'Signalbox doesn’t have permission to write there.',
      'Choose another folder.',
    );
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR')
    return failure('not-found', 'There is no such folder.', 'Choose another folder.');
  return error;
}
