import { type FileState, nothingSaid, readFileState } from '../../shared/domain/history-rules';
import type { LogCommit } from './log-parser';
import type { ObjectReader } from './object-reader';

/** States kept per generation; two generations live at a time. A state takes about 200 bytes. */
const generation = 40_000;

/**
 * What the blobs say, each read once as long as it is remembered: the same content comes again as the "before" of the
 * next change, in other environments, and with every rollback.
 */
export class BlobStates {
  #young = new Map<string, FileState | Promise<FileState | undefined>>();
  #old = new Map<string, FileState | Promise<FileState | undefined>>();

  /** The states of every change that `wanted` says yes to, in order. */
  async read(
    commits: readonly LogCommit[],
    wanted: (path: string) => boolean,
    objects: ObjectReader,
  ): Promise<void> {
    const waits: Promise<unknown>[] = [];
    for (const commit of commits) {
      for (const change of commit.changes) {
        if (!wanted(change.path)) continue;
        this.#ask(change.before, objects, waits);
        this.#ask(change.after, objects, waits);
      }
    }
    if (waits.length) await Promise.all(waits);
  }

  /** A state that was read before; asks again for one that was forgotten meanwhile. */
  async of(oid: string | null, objects: ObjectReader): Promise<FileState | undefined> {
    return oid === null ? nothingSaid : this.#ask(oid, objects, []);
  }

  /** Like {@link of}, at once: `null` when it has to be asked for. */
  known(oid: string | null): FileState | null {
    if (oid === null) return nothingSaid;
    const found = this.#young.get(oid) ?? this.#old.get(oid);
    return found === undefined || found instanceof Promise ? null : found;
  }

  #ask(
    oid: string | null,
    objects: ObjectReader,
    waits: Promise<unknown>[],
  ): FileState | Promise<FileState | undefined> {
    if (oid === null) return nothingSaid;
    const young = this.#young.get(oid);
    const found = young ?? this.#old.get(oid);
    if (found !== undefined) {
      if (young === undefined) this.#young.set(oid, found);
      if (found instanceof Promise) waits.push(found);
      return found;
    }
    if (this.#young.size >= generation) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    const home = this.#young;
    const asked = objects.read(oid).then(
      (object) => {
        if (!object) {
          home.delete(oid);
          return undefined;
        }
        const state = object.content ? readFileState(object.content.toString('utf8')) : nothingSaid;
        home.set(oid, state);
        return state;
      },
      (error) => {
        home.delete(oid);
        throw error;
      },
    );
    home.set(oid, asked);
    waits.push(asked);
    return asked;
  }
}
