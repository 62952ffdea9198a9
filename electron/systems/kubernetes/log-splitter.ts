/** A line of a log, or a piece of one that is longer than what is handled at once. */
export interface LogPiece {
  bytes: Buffer;
  /** It goes on with the line of the piece before. */
  continues: boolean;
}

/**
 * Cuts a stream of bytes into lines at 0x0A, so that characters of several bytes are never torn. A line beyond the limit
 * comes in pieces, cut at the same places however the stream was cut: so pieces can be known again on a second reading.
 */
export class LogSplitter {
  readonly #limit: number;
  #parts: Buffer[] = [];
  #size = 0;
  #continues = false;

  /** @param limit bytes of a piece; at least 8. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The lines that a chunk completes, without line ends. */
  push(chunk: Buffer): LogPiece[] {
    const pieces: LogPiece[] = [];
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      this.#add(chunk.subarray(start, end), pieces);
      pieces.push(this.#take());
      this.#continues = false;
      start = end + 1;
    }
    if (start < chunk.length) this.#add(chunk.subarray(start), pieces);
    return pieces;
  }

  /** What is left without a line end, `null` when nothing is. */
  rest(): LogPiece | null {
    return this.#size === 0 ? null : this.#take();
  }

  #add(bytes: Buffer, pieces: LogPiece[]): void {
    let left = bytes;
    while (this.#size + left.length > this.#limit) {
      const room = this.#limit - this.#size;
      this.#hold(left.subarray(0, room));
      left = left.subarray(room);
      // The next byte may be in the middle of a character: what was begun goes to the next piece.
      const whole = Buffer.concat(this.#parts);
      const end = wholeCharacters(whole);
      this.#parts = [whole.subarray(0, end)];
      pieces.push(this.#take());
      this.#continues = true;
      if (end < whole.length) this.#hold(whole.subarray(end));
    }
    this.#hold(left);
  }

  #hold(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#parts.push(bytes);
    this.#size += bytes.length;
  }

  #take(): LogPiece {
    const [only] = this.#parts;
    const bytes = this.#parts.length === 1 && only ? only : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#size = 0;
    return { bytes, continues: this.#continues };
  }
}

/** Where the last whole character of UTF-8 ends; bytes that are none count as whole. */
function wholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const needs = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return needs > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}
