import { chmodSync, existsSync, readFileSync, renameSync } from 'node:fs';
import path from 'node:path';
import { writeFileSync } from 'atomically';
import { FailureError } from '../../shared/domain/failure/failure';
import { storageFailure } from '../../shared/domain/failure/storage-failure';

/** A small JSON file of names and values that only its owner may read. */
export interface StoredFile {
  get(name: string): unknown;
  names(): string[];
  /** Writes the whole file again, in one move; `undefined` takes a value out. @throws FailureError where it cannot be written. */
  set(changes: Readonly<Record<string, unknown>>): void;
  /** There was none at opening. */
  readonly isNew: boolean;
  /** What was lost at opening, for a person; `null`: nothing. */
  readonly notice: string | null;
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

/** @throws where there is a file that cannot be read, or holds something else than an object. */
function read(file: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (isMissing(error)) return {};
    throw error;
  }
  const content: unknown = JSON.parse(text);
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    throw new SyntaxError('no object');
  return { ...content };
}

/**
 * Opens the file, which is read once. One that cannot be read is set aside, never deleted or written over.
 * @param what begins the sentence that tells of it: `The settings`.
 * @param now names the file that is set aside.
 * @throws FailureError where it can neither be read nor set aside.
 */
export function openStoredFile(file: string, what: string, now: () => Date = () => new Date()): StoredFile {
  let content: Record<string, unknown> = {};
  const isNew = !existsSync(file);
  let notice: string | null = null;
  try {
    content = read(file);
    // An older version left it readable for others.
    if (Object.keys(content).length > 0) chmodSync(file, 0o600);
  } catch (error) {
    const aside = `${file}.damaged-${now().toISOString().replace(/[:.]/g, '-')}`;
    try {
      renameSync(file, aside);
    } catch (again) {
      throw new FailureError(
        storageFailure(again) ?? {
          code: 'bad-data',
          message: `${what} can’t be read.`,
          meaning: 'Signalbox does not start, because that would overwrite them.',
          next: [{ do: 'advice', label: `Check ${file}, then start Signalbox again.` }],
        },
        { cause: error },
      );
    }
    notice = `${what} could not be read. The file was moved to ${path.basename(aside)} and a new one was started.`;
  }
  return {
    isNew,
    notice,
    get: (name) => content[name],
    names: () => Object.keys(content),
    set(changes) {
      const next = { ...content, ...changes };
      const kept = Object.fromEntries(Object.entries(next).filter(([, value]) => value !== undefined));
      try {
        writeFileSync(file, `${JSON.stringify(kept, null, '\t')}\n`, { mode: 0o600 });
      } catch (error) {
        const failure = storageFailure(error);
        throw failure ? new FailureError(failure, { cause: error }) : error;
      }
      content = kept;
    },
  };
}
