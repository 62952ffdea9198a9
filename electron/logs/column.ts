type Numbers = Float64Array | Uint32Array | Uint16Array | Uint8Array;

/** A list of numbers in one typed array that grows: a few bytes a line, and moved as a block. */
export class Column<T extends Numbers> {
  readonly #make: (length: number) => T;
  #values: T;
  #length = 0;

  constructor(make: (length: number) => T) {
    this.#make = make;
    this.#values = make(1024);
  }

  get length(): number {
    return this.#length;
  }

  at(index: number): number {
    return this.#values[index] ?? 0;
  }

  set(index: number, value: number): void {
    this.#values[index] = value;
  }

  push(value: number): void {
    this.reserve(this.#length + 1);
    this.#values[this.#length] = value;
    this.#length += 1;
  }

  /** Makes it so long; what is new is 0. */
  grow(length: number): void {
    this.reserve(length);
    this.#values.fill(0, this.#length, length);
    this.#length = length;
  }

  truncate(length: number): void {
    this.#length = Math.min(this.#length, length);
  }

  fill(value: number): void {
    this.#values.fill(value, 0, this.#length);
  }

  /** Takes the first values away. */
  shift(count: number): void {
    this.#values.copyWithin(0, count, this.#length);
    this.#length = Math.max(0, this.#length - count);
  }

  reserve(length: number): void {
    if (length <= this.#values.length) return;
    const larger = this.#make(Math.max(length, Math.ceil(this.#values.length * 1.5)));
    larger.set(this.#values.subarray(0, this.#length));
    this.#values = larger;
  }
}

export const float64 = (): Column<Float64Array> => new Column((length) => new Float64Array(length));
export const uint32 = (): Column<Uint32Array> => new Column((length) => new Uint32Array(length));
export const uint16 = (): Column<Uint16Array> => new Column((length) => new Uint16Array(length));
export const uint8 = (): Column<Uint8Array> => new Column((length) => new Uint8Array(length));
