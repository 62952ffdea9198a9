import { decodeYaml, yamlEncoding } from '../../../shared/domain/go/yaml/encoding';
import type { ObjectReader } from '../../systems/git/history/object-reader';
import type { ReadGuard } from './read-guard';

/** As the board reads it; of bytes that are no text the history takes what there is. */
const textOf = (content: Buffer): string =>
  yamlEncoding(content) === 'utf-8'
    ? content.toString('utf8')
    : (decodeYaml(content)?.text ?? content.toString('utf8'));

/** States kept per generation; two generations live at a time. A state takes about 200 bytes. */
const generation = 40_000;

/**
 * What the blobs say, each read once as long as it is remembered: the same content comes again as the "before" of the
 * next change, in other environments, and with every rollback.
 */
export class BlobStates<State extends object> {
  #young = new Map<string, State | Promise<State | undefined>>();
  #old = new Map<string, State | Promise<State | undefined>>();
  readonly #nothing: State;
  readonly #read: (text: string) => State;
  readonly #guard: ReadGuard;

  /** @param nothing what no file says, and one that is too big or skipped. @param read reads a file's text. */
  constructor(nothing: State, read: (text: string) => State, guard: ReadGuard) {
    this.#guard = guard;
    this.#nothing = nothing;
    this.#read = read;
  }

  /** A state that was read before; asks again for one that was forgotten meanwhile. */
  async of(oid: string | null, objects: ObjectReader): Promise<State | undefined> {
    return oid === null ? this.#nothing : this.ask(oid, objects, []);
  }

  /** Like {@link of}, at once: `null` when it has to be asked for. */
  known(oid: string | null): State | null {
    if (oid === null) return this.#nothing;
    const found = this.#young.get(oid) ?? this.#old.get(oid);
    return found === undefined || found instanceof Promise ? null : found;
  }

  /** Asks for a state that is not known yet; what has to be waited for is added to `waits`. */
  ask(
    oid: string | null,
    objects: ObjectReader,
    waits: Promise<unknown>[],
  ): State | Promise<State | undefined> {
    if (oid === null) return this.#nothing;
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
        const { content } = object;
        const state =
          content && !this.#guard.skips(oid)
            ? this.#guard.reading(oid, () => this.#read(textOf(content)))
            : this.#nothing;
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
