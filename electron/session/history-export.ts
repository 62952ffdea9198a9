import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import type { StreamMessageOf } from '../../shared/contract/contract';
import type { Failure } from '../../shared/domain/failure/failure';
import { failureOf } from '../../shared/domain/failure/failure-of';
import type { HistoryFilter } from '../../shared/domain/history/history-event';
import type { History } from '../history/open-history';

type ExportMessage = StreamMessageOf<'export'>;

/**
 * Writes a filtered view to a file, chunk by chunk: into a file of another name beside it first, which takes the
 * chosen name when it is whole. On a failure or when it is cancelled nothing is left.
 * @param total events that are to come, once it is known.
 */
export async function exportHistory(options: {
  history: Pick<History, 'exportEvents' | 'outline'>;
  filter: HistoryFilter;
  format: 'csv' | 'json';
  file: string;
  send: (message: ExportMessage) => void;
  signal: AbortSignal;
}): Promise<void> {
  const { history, filter, format, file, send, signal } = options;
  const partial = `${file}.${randomUUID().slice(0, 8)}.partial`;
  let rows = 0;
  try {
    const { total } = await history.outline({ ...filter, pageSize: 1000 });
    const output = await open(partial, 'wx');
    try {
      for await (const chunk of history.exportEvents(filter, format, signal)) {
        await output.writeFile(chunk.text, 'utf8');
        rows += chunk.rows;
        send({ type: 'progress', done: rows, total });
        signal.throwIfAborted();
      }
      await output.sync();
    } finally {
      await output.close();
    }
    await rename(partial, file);
    send({ type: 'saved', file, rows });
  } catch (error) {
    await rm(partial, { force: true });
    if (!signal.aborted) send({ type: 'failed', failure: exportFailure(error) });
  }
}

/** What an error of writing the file means to a person. */
function exportFailure(error: unknown): Failure {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  const meaning = 'Nothing was saved, and no partial file was left.';
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return {
      code: 'disk-full',
      message: 'The disk has no space left for the export.',
      meaning,
      next: [{ do: 'advice', label: 'Free some space or choose another disk, then export again.' }],
    };
  if (['EACCES', 'EPERM', 'EROFS', 'EISDIR', 'ENOENT', 'ENOTDIR'].includes(code))
    return {
      code: 'refused',
      message: 'The file could not be written there.',
      meaning,
      next: [{ do: 'advice', label: 'Choose a folder that you can write to, then export again.' }],
      detail: error instanceof Error ? error.message : code,
    };
  return failureOf(error);
}
