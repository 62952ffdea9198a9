/**
 * Where the log worker writes what it is at: memory that outlives it, so that what ended it (memory, a fault of the
 * runtime or of our own) is known afterwards and is not handed to the next one.
 */
export class WorkMark {
  readonly memory: SharedArrayBuffer;
  /** The request that is worked on, the line of it from 1 on, and the last request that is done with; 0: none. */
  readonly #cells: Int32Array;

  constructor(memory = new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#cells = new Int32Array(memory);
  }

  /** Does work that a request asked for, now or by what it left to be done. */
  during<T>(order: number, work: () => T): T {
    Atomics.store(this.#cells, 1, 0);
    Atomics.store(this.#cells, 0, order);
    const value = work();
    Atomics.store(this.#cells, 0, 0);
    return value;
  }

  /** Says which line of the request is read: its place, `null` after the last. */
  atLine(place: number | null): void {
    Atomics.store(this.#cells, 1, place === null ? 0 : place + 1);
  }

  done(order: number): void {
    Atomics.store(this.#cells, 2, order);
  }

  /** The last request that was done with; 0: none. */
  get lastDone(): number {
    return Atomics.load(this.#cells, 2);
  }

  /** What was worked on when the worker ended, `null`: nothing. `line`: the place of the line that was read, if one was. */
  get culprit(): { order: number; line: number | null } | null {
    const order = Atomics.load(this.#cells, 0);
    const line = Atomics.load(this.#cells, 1);
    return order === 0 ? null : { order, line: line === 0 ? null : line - 1 };
  }
}
