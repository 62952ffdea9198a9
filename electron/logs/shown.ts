import type { LogView } from '../../shared/contract/logs';
import { type Severity, severities } from '../../shared/domain/log/log-text';
import { uint32 } from './column';
import { isBefore, type LineIndex } from './line-index';

export const severityNumber = (severity: Severity): number => severities.indexOf(severity);
const note = severityNumber('note');

/** What the find said of a line. */
export const unknown = 0;
export const miss = 1;
export const hit = 2;

/**
 * The lines that a view shows, in the order of time. Without a filter it is the index itself; with one, a list of its
 * own that is kept in step.
 */
export class Shown {
  readonly #index: LineIndex;
  readonly #matchOf: (line: number) => number;
  readonly #hidden: ReadonlySet<number>;
  readonly #least: number;
  readonly #onlyHits: boolean;
  readonly #filters: boolean;
  /** Arrival numbers less `#base`. */
  readonly #lines = uint32();
  #base: number;
  /** Lines that were let go since the view began. */
  #gone = 0;

  constructor(index: LineIndex, view: LogView, finds: boolean, matchOf: (line: number) => number) {
    this.#index = index;
    this.#matchOf = matchOf;
    this.#hidden = new Set(view.hidden);
    this.#least = view.severity === 'all' ? 0 : severityNumber(view.severity);
    this.#onlyHits = finds && view.find.filter;
    this.#filters = this.#hidden.size > 0 || this.#least > 0 || this.#onlyHits;
    this.#base = index.base;
    this.rebuild(0);
  }

  /** Place of the first line. */
  get first(): number {
    return this.#gone;
  }
  /** One past the place of the last. */
  get end(): number {
    return this.#gone + (this.#filters ? this.#lines.length : this.#index.length);
  }

  /** The line at a place. */
  at(place: number): number {
    const position = place - this.#gone;
    return this.#filters ? this.#lines.at(position) + this.#base : this.#index.at(position);
  }

  /** Where a line is shown, `null` when it is not. */
  placeOf(line: number): number | null {
    if (line < this.#index.base || !this.shows(line)) return null;
    const place = this.#filters ? this.#lowerBound(this.#index.time(line), line) : this.#index.placeOf(line);
    return place + this.#gone;
  }

  /** Takes in what changed in the index from a place on. @returns the first place that is not what it was. */
  rebuild(from: number): number {
    if (!this.#filters) return this.#gone + from;
    let changed = 0;
    if (from < this.#index.length) {
      const line = this.#index.at(from);
      changed = this.#lowerBound(this.#index.time(line), line);
    } else changed = this.#lines.length;
    this.#lines.truncate(changed);
    for (let place = from; place < this.#index.length; place += 1) {
      const line = this.#index.at(place);
      if (this.shows(line)) this.#lines.push(line - this.#base);
    }
    return this.#gone + changed;
  }

  /** Lines that arrived before are about to be let go. Call it before the index forgets them. */
  forget(before: number): void {
    if (!this.#filters) {
      this.#gone += Math.max(0, Math.min(before - this.#index.base, this.#index.length));
      return;
    }
    const count = Math.max(0, before - this.#base);
    let write = 0;
    for (let position = 0; position < this.#lines.length; position += 1) {
      const line = this.#lines.at(position);
      if (line < count) continue;
      this.#lines.set(write, line - count);
      write += 1;
    }
    this.#gone += this.#lines.length - write;
    this.#lines.truncate(write);
    this.#base += count;
  }

  /** Whether the view's filters let a line through. */
  shows(line: number): boolean {
    const severity = this.#index.severity(line);
    if (this.#hidden.has(this.#index.source(line))) return false;
    if (severity < this.#least) return false;
    return !this.#onlyHits || this.#matchOf(line) === hit || severity === note;
  }

  #lowerBound(time: number, line: number): number {
    let low = 0;
    let high = this.#lines.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isBefore(this.#index, this.#lines.at(middle) + this.#base, time, line)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
