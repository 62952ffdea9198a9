/** Cuts a stream of bytes into lines at 0x0A, so that characters of several bytes are never torn. */
export class LineSplitter {
  readonly #limit: number;
  #parts: Buffer[] = [];
  #size = 0;

  /** @param limit bytes of a line. */
  constructor(limit = Number.POSITIVE_INFINITY) {
    this.#limit = limit;
  }

  /** Bytes of the line that is not at its end. */
  get pending(): number {
    return this.#size;
  }

  /** The lines that a chunk completes, without line ends. @throws RangeError for a line beyond the limit. */
  push(chunk: Buffer): Buffer[] {
    const lines: Buffer[] = [];
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      lines.push(this.#take(chunk.subarray(start, end)));
      start = end + 1;
    }
    if (start < chunk.length) {
      const rest = chunk.subarray(start);
      this.#parts.push(rest);
      this.#size += rest.length;
    }
    if (this.#size > this.#limit) throw new RangeError(`a line of more than ${this.#limit} bytes`);
    return lines;
  }

  /** What is left without a line end, `null` when nothing is. */
  rest(): Buffer | null {
    return this.#size === 0 ? null : this.#take(Buffer.alloc(0));
  }

  #take(last: Buffer): Buffer {
    const line = this.#parts.length === 0 ? last : Buffer.concat([...this.#parts, last]);
    this.#parts = [];
    this.#size = 0;
    return line;
  }
}
