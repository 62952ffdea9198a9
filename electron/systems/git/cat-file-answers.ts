/** One answer of `git cat-file`. `content`: `null` when it was not asked for, or is bigger than the bound. */
export interface CatFileAnswer {
  type: string;
  /** Bytes. */
  size: number;
  /** A view of what was read: copy what is to be kept, or the whole chunk stays in memory. */
  content: Buffer | null;
}

/**
 * Takes apart what `git cat-file` prints in its batch modes (git-cat-file(1), "BATCH OUTPUT"): `<id> <type> <size>`, with
 * the content and a line feed behind it unless only information was asked for; `<id> missing` and its like where there is
 * no such object. What is bigger than the bound is passed over and never held.
 */
export class CatFileAnswers {
  readonly #mostBytes: number;
  readonly #withContent: boolean;
  #chunks: Buffer[] = [];
  #held = 0;
  /** Bytes without which it makes no sense to look at the chunks again. */
  #wanted = 1;
  /** Bytes of an object that is too big, still to come. */
  #passing = 0;

  /** @param mostBytes the bound of a content; `null`: contents were not asked for (`--batch-check`) */
  constructor(mostBytes: number | null) {
    this.#mostBytes = mostBytes ?? 0;
    this.#withContent = mostBytes !== null;
  }

  /** Takes what was printed next. @returns the answers that are whole by it, in order; `null`: no such object. */
  take(bytes: Buffer): (CatFileAnswer | null)[] {
    const answers: (CatFileAnswer | null)[] = [];
    const passed = Math.min(this.#passing, bytes.length);
    this.#passing -= passed;
    const chunk = bytes.subarray(passed);
    if (chunk.length === 0) return answers;
    this.#chunks.push(chunk);
    this.#held += chunk.length;
    if (this.#held < this.#wanted) return answers;
    const data = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
    this.#wanted = 1;
    let at = 0;
    while (at < data.length) {
      const lineEnd = data.indexOf(0x0a, at);
      if (lineEnd < 0) break;
      const header = /^[0-9a-f]+ (\w+) (\d+)$/.exec(data.toString('latin1', at, lineEnd));
      if (!header) {
        answers.push(null);
        at = lineEnd + 1;
        continue;
      }
      const [, type = '', digits] = header;
      const size = Number(digits);
      const begin = lineEnd + 1;
      const end = begin + (this.#withContent ? size + 1 : 0);
      const isPassed = this.#withContent && size > this.#mostBytes;
      if (end > data.length && !isPassed) {
        this.#wanted = end - at;
        break;
      }
      const content = this.#withContent && !isPassed ? data.subarray(begin, begin + size) : null;
      answers.push({ type, size, content });
      this.#passing = Math.max(0, end - data.length);
      at = Math.min(end, data.length);
    }
    const rest = data.subarray(at);
    this.#chunks = rest.length > 0 ? [rest] : [];
    this.#held = rest.length;
    return answers;
  }
}
