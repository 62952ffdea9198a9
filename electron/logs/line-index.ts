import { float64, uint8, uint16, uint32 } from './column';

/** What is known of a line without reading it. `time`: milliseconds since the epoch, with its fraction. */
export interface LineFacts {
  time: number;
  source: number;
  severity: number;
}

/**
 * All kept lines in the order of their time. A line is named by the number of its arrival; lines of equal time stay in
 * the order in which they came. 15 bytes a line.
 */
export class LineIndex {
  readonly #time = float64();
  readonly #source = uint16();
  readonly #severity = uint8();
  /** Arrival numbers in the order of time, less {@link base}. */
  readonly #order = uint32();
  /** Arrival number of the oldest line. */
  #base = 0;

  get base(): number {
    return this.#base;
  }
  get length(): number {
    return this.#order.length;
  }
  /** Arrival number of the line at a place in the order. */
  at(place: number): number {
    return this.#order.at(place) + this.#base;
  }
  time(line: number): number {
    return this.#time.at(line - this.#base);
  }
  source(line: number): number {
    return this.#source.at(line - this.#base);
  }
  severity(line: number): number {
    return this.#severity.at(line - this.#base);
  }

  /**
   * Takes in lines that came, in the order of their arrival.
   * @returns the first place in the order that is not what it was.
   */
  add(lines: readonly LineFacts[]): number {
    const old = this.#order.length;
    const first = this.#time.length;
    for (const { time, source, severity } of lines) {
      this.#time.push(time);
      this.#source.push(source);
      this.#severity.push(severity);
    }
    const times = this.#time;
    const fresh = Array.from(lines, (_, index) => first + index);
    if (lines.some(({ time }, index) => index > 0 && time < (lines[index - 1]?.time ?? 0)))
      fresh.sort((a, b) => times.at(a) - times.at(b) || a - b);
    this.#order.grow(old + fresh.length);
    // From the back: what is later than the newest of the fresh lines stays behind it.
    let write = old + fresh.length - 1;
    let kept = old - 1;
    for (let index = fresh.length - 1; index >= 0; index -= 1) {
      const line = fresh[index] ?? 0;
      const time = times.at(line);
      while (kept >= 0 && times.at(this.#order.at(kept)) > time) {
        this.#order.set(write, this.#order.at(kept));
        write -= 1;
        kept -= 1;
      }
      this.#order.set(write, line);
      write -= 1;
    }
    return kept + 1;
  }

  /** The place of a line in the order. */
  placeOf(line: number): number {
    return this.lowerBound(this.time(line), line);
  }

  /** The first place whose line is not before that time and arrival. */
  lowerBound(time: number, line: number): number {
    let low = 0;
    let high = this.#order.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isBefore(this, this.at(middle), time, line)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Forgets lines that arrived before. */
  forget(before: number): void {
    const count = Math.min(Math.max(0, before - this.#base), this.#time.length);
    if (count === 0) return;
    let write = 0;
    for (let place = 0; place < this.#order.length; place += 1) {
      const line = this.#order.at(place);
      if (line < count) continue;
      this.#order.set(write, line - count);
      write += 1;
    }
    this.#order.truncate(write);
    this.#time.shift(count);
    this.#source.shift(count);
    this.#severity.shift(count);
    this.#base += count;
  }
}

/** Whether a line lies before a time and arrival. */
export function isBefore(index: LineIndex, line: number, time: number, arrival: number): boolean {
  const own = index.time(line);
  return own < time || (own === time && line < arrival);
}
