import { z } from 'zod';
import { cutText } from '../../../shared/domain/log/log-text';

/** Bytes of an object id in hex, SHA-256. */
const idLength = 64;

/** Where a worker writes which blob it reads: memory that outlives it. */
export const newReadMark = (): SharedArrayBuffer => new SharedArrayBuffer(idLength);

/** The blob that was being read when its worker ended; `null`: none was. */
export function markedBlob(mark: SharedArrayBuffer): string | null {
  const id = Buffer.from(mark).toString('latin1').replaceAll('\0', '');
  return id === '' ? null : id;
}

/** A version of a file that is not read. */
export const leftOutSchema = z.object({ blob: z.string(), path: z.string(), commit: z.string() });
export type LeftOut = z.infer<typeof leftOutSchema>;

/** How many files a notice names. */
const named = 3;

/** What is missing of the history, for a person. */
export function leftOutNotice(all: readonly LeftOut[]): string {
  const files = all
    .slice(0, named)
    .map(({ path, commit }) => `${cutText(path, 200)} of commit ${commit.slice(0, 10)}`);
  const more = all.length > named ? ` and ${all.length - named} more` : '';
  return `The history reader crashed on ${files.join(', ')}${more}. It was restarted without that: only these changes are missing from the history.`;
}

/**
 * Writes down which blob is being read, before it is read, so that one which ends the worker (memory, a fault of the
 * runtime) is known afterwards; and knows the blobs that did so before: these are not read again.
 */
export class ReadGuard {
  readonly #mark: Buffer;
  readonly #skipped: ReadonlySet<string>;
  readonly #onMet: (leftOut: readonly LeftOut[]) => void;
  readonly #met = new Map<string, LeftOut>();

  /** @param met what turned up before. @param onMet is told when another file turns up that holds a blob which is skipped. */
  constructor(
    mark: SharedArrayBuffer,
    skipped: ReadonlySet<string>,
    met: readonly LeftOut[],
    onMet: (leftOut: readonly LeftOut[]) => void,
  ) {
    this.#mark = Buffer.from(mark);
    this.#skipped = skipped;
    this.#onMet = onMet;
    for (const one of met) this.#met.set(one.blob, one);
  }

  skips(blob: string): boolean {
    return this.#skipped.has(blob);
  }

  reading<T>(blob: string, read: () => T): T {
    this.#mark.write(blob, 'latin1');
    const value = read();
    this.#mark[0] = 0;
    return value;
  }

  /** A commit gives a file this content. */
  meet(blob: string | null, path: string, commit: string): void {
    if (blob === null || !this.#skipped.has(blob) || this.#met.has(blob)) return;
    this.#met.set(blob, { blob, path, commit });
    this.#onMet([...this.#met.values()]);
  }
}
