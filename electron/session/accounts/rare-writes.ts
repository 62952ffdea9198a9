/** Writes now and then what changes often. */
export class RareWrites {
  readonly #every: number;
  readonly #now: () => number;
  readonly #write: () => void;
  #at = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  /** @param every milliseconds between two writes. */
  constructor(every: number, now: () => number, write: () => void) {
    this.#every = every;
    this.#now = now;
    this.#write = write;
  }

  /** Writes at once, or when the time since the last write is over. */
  soon(): void {
    const wait = this.#at + this.#every - this.#now();
    if (wait <= 0) this.#go();
    else {
      this.#timer ??= setTimeout(() => this.#go(), Math.min(wait, this.#every));
      this.#timer.unref();
    }
  }

  /** Writes what waits. */
  flush(): void {
    if (this.#timer) this.#go();
  }

  /** What waits is written otherwise, or no more. */
  drop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #go(): void {
    this.drop();
    this.#at = this.#now();
    this.#write();
  }
}
