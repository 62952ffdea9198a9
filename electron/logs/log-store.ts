import type { LogLines, LogView, ShownLine } from '../../shared/contract/logs';
import {
  continues,
  cutText,
  plain,
  type Severity,
  severities,
  severityOf,
} from '../../shared/domain/log/log-text';
import { uint8 } from './column';
import { type LineFacts, LineIndex } from './line-index';
import { compile, type Pattern, PatternTooSlow } from './pattern';
import type { ArrivedLine, SessionBegin } from './protocol';
import { hit, miss, Shown, severityNumber, unknown } from './shown';
import { Spill } from './spill';

/** UTF-16 units of a line that a window gets; the whole line is asked for on its own. */
const shownCharacters = 4000;
/** Newest lines that go with every change: what a window that follows shows, so that it need not ask. */
export const tailLines = 120;
/** Lines that the find looks at before others get their turn. */
const slice = 4000;
const textLimit = 8 * 1024 * 1024;
const lineLimit = 1_750_000;

/** Milliseconds since the epoch with their fraction, of a stamp; `null` for none. */
export function timeOf(at: string | null): number | null {
  if (at === null) return null;
  const whole = Date.parse(at);
  if (Number.isNaN(whole)) return null;
  // Beyond milliseconds: three to six further digits of the fraction.
  const dot = at.indexOf('.');
  if (dot < 0) return whole;
  const digits = /^\d+/.exec(at.slice(dot + 1, dot + 10))?.[0].padEnd(9, '0') ?? '';
  return whole + Number(digits.slice(3)) / 1e6;
}

/**
 * The lines of one session: kept on disk, ordered by time over all sources, and shown through a view. It burns CPU and
 * waits for the disk, so it lives in a worker thread.
 */
export class LogStore {
  readonly #spill: Spill;
  readonly #index = new LineIndex();
  readonly #limit: number;
  readonly #beginning: string | null;
  readonly #labels = new Map<number, string>();
  /** By source: the time of its newest line, and how grave it was, for lines that say neither. */
  readonly #last = new Map<number, { time: number; severity: Severity }>();
  #dropped = 0;
  #view: LogView;
  #shown: Shown;
  #generation = 0;
  #changedFrom = 0;
  #pattern: Pattern | null = null;
  #problem: string | null = null;
  /** By line, less the index's base: what the find said. */
  readonly #matches = uint8();
  /** Lines that the find has looked at. */
  #looked = 0;
  #found = 0;

  constructor({ folder, view, limits, generation, notice }: SessionBegin) {
    this.#beginning = notice;
    this.#spill = new Spill(folder, limits.spill);
    this.#limit = limits.lines ?? lineLimit;
    this.#generation = generation - 1;
    this.#view = view;
    this.#shown = this.#makeView();
  }

  label(source: number, label: string): void {
    this.#labels.set(source, label);
  }

  /** @param reading is told which line is read, and `null` after the last. */
  append(
    source: number,
    lines: readonly ArrivedLine[],
    reading: (place: number | null) => void = () => undefined,
  ): void {
    const facts: LineFacts[] = [];
    const last = this.#last.get(source) ?? { time: 0, severity: 'none' as Severity };
    for (const [place, { at, text, note }] of lines.entries()) {
      reading(place);
      const time = timeOf(at) ?? last.time;
      const own: Severity = note ? 'note' : severityOf(plain(text));
      const severity = own === 'none' && continues(text) ? last.severity : own;
      if (!note) {
        last.time = time;
        last.severity = severity;
      }
      facts.push({ time, source, severity: severityNumber(severity) });
      this.#spill.append([at, text]);
    }
    reading(null);
    this.#last.set(source, last);
    const changed = this.#index.add(facts);
    this.#matches.grow(this.#matches.length + facts.length);
    // A find that has seen everything looks at what comes as it comes.
    if (this.#pattern && this.#looked >= this.#spill.end - facts.length) this.#lookAt(facts.length);
    const from = this.#keepWithin() ? this.#shown.rebuild(0) : this.#shown.rebuild(changed);
    this.#changedFrom = Math.min(this.#changedFrom, from);
  }

  setView(view: LogView): number {
    this.#view = view;
    this.#shown = this.#makeView();
    this.#changedFrom = 0;
    return this.#generation;
  }

  /** Whether the find has lines left to look at. */
  get looks(): boolean {
    return this.#pattern !== null && this.#looked < this.#spill.end;
  }

  /** Looks at some more lines. @returns whether there are more. */
  look(): boolean {
    if (!this.looks) return false;
    this.#lookAt(slice);
    if (this.#view.find.filter) this.#changedFrom = Math.min(this.#changedFrom, this.#shown.rebuild(0));
    else this.#changedFrom = 0;
    return this.looks;
  }

  #lookAt(count: number): void {
    this.#looked = Math.max(this.#looked, this.#index.base);
    const until = Math.min(this.#looked + count, this.#spill.end);
    try {
      while (this.#pattern && this.#looked < until) {
        const lines = this.#spill.run(this.#looked).slice(0, until - this.#looked);
        const hits = this.#pattern.test(lines.map(([, text]) => plain(text)));
        for (const [offset, isHit] of hits.entries()) {
          const line = this.#looked + offset;
          this.#matches.set(line - this.#index.base, isHit ? hit : miss);
          if (isHit && this.#shown.shows(line)) this.#found += 1;
        }
        this.#looked += lines.length;
      }
    } catch (error) {
      if (!(error instanceof PatternTooSlow)) throw error;
      this.#giveUp();
    }
  }

  /** What changed since it was asked last; the window is told so. */
  changes(): LogLines {
    const before = this.#generation;
    let tail = this.#tail();
    // A slow expression is only noticed while its hits are marked.
    if (this.#generation !== before) tail = this.#tail();
    const { first, end } = this.#shown;
    const message: LogLines = {
      type: 'lines',
      generation: this.#generation,
      first,
      end,
      kept: this.#index.length,
      dropped: this.#dropped,
      changedFrom: Math.max(first, Math.min(this.#changedFrom, end)),
      tail,
      found: this.#pattern ? { count: this.#found, complete: !this.looks } : null,
      problem: this.#problem,
      notice: this.#notice(),
    };
    this.#changedFrom = end;
    return message;
  }

  #tail(): LogLines['tail'] {
    const from = Math.max(this.#shown.first, this.#shown.end - tailLines);
    return { from, lines: this.#lines(from, this.#shown.end) };
  }

  window(from: number, count: number): { generation: number; from: number; lines: ShownLine[] } {
    const begin = Math.max(from, this.#shown.first);
    const lines = this.#lines(begin, Math.min(begin + count, this.#shown.end));
    return { generation: this.#generation, from: begin, lines };
  }

  /** The next or previous hit from a place on, going round. */
  seek(from: number | null, direction: 1 | -1): { place: number | null; index: number; generation: number } {
    const { first, end } = this.#shown;
    const size = end - first;
    const isHit = (place: number) => this.#matchOf(this.#shown.at(place)) === hit;
    const start =
      from === null ? (direction === 1 ? end - 1 : first) : Math.min(Math.max(from, first), end - 1);
    let found: number | null = null;
    // Its own line comes last: going round, it is found again where it is the only one.
    for (let step = 1; step <= size && found === null; step += 1) {
      const place = first + ((((start - first + direction * step) % size) + size) % size);
      if (isHit(place)) found = place;
    }
    let index = 0;
    if (found !== null) for (let place = first; place <= found; place += 1) if (isHit(place)) index += 1;
    return { place: found, index, generation: this.#generation };
  }

  locate(id: number): number | null {
    return id < this.#spill.end ? this.#shown.placeOf(id) : null;
  }

  line(id: number): { text: string; at: string | null } {
    const [at, text] = this.#spill.line(id) ?? [null, ''];
    return { at, text: plain(text).slice(0, textLimit) };
  }

  /** Shown lines as text, as many as a clipboard should hold. */
  text(from: number, to: number, stamps: boolean): { text: string; lines: number; cut: boolean } {
    const parts: string[] = [];
    let size = 0;
    const end = Math.min(to, this.#shown.end);
    const begin = Math.max(from, this.#shown.first);
    let place = begin;
    for (; place < end && size < textLimit; place += 1) {
      const line = this.#asText(this.#shown.at(place), stamps);
      parts.push(line);
      size += line.length + 1;
    }
    return { text: parts.join('\n'), lines: place - begin, cut: place < end };
  }

  /** The lines as text in blocks, in the order of time; remarks are left out. It may be read slowly, while more come. */
  *texts(what: 'all' | 'shown', stamps: boolean): Generator<{ text: string; lines: number }> {
    const total = what === 'all' ? this.#index.length : this.#shown.end - this.#shown.first;
    // By names and not by places: lines that come meanwhile move places.
    const ids = new Float64Array(total);
    for (let position = 0; position < total; position += 1)
      ids[position] =
        what === 'all' ? this.#index.at(position) : this.#shown.at(this.#shown.first + position);
    let block: string[] = [];
    let size = 0;
    for (const id of ids) {
      if (id < this.#index.base || severities[this.#index.severity(id)] === 'note') continue;
      const line = this.#asText(id, stamps);
      block.push(line);
      size += line.length;
      if (block.length < 1000 && size < 256 * 1024) continue;
      yield { text: `${block.join('\n')}\n`, lines: block.length };
      block = [];
      size = 0;
    }
    if (block.length > 0) yield { text: `${block.join('\n')}\n`, lines: block.length };
  }

  close(): void {
    this.#spill.close();
  }

  #asText(id: number, stamps: boolean): string {
    const [at, text] = this.#spill.line(id) ?? [null, ''];
    const label = this.#labels.size > 1 ? `${this.#labels.get(this.#index.source(id)) ?? ''} ` : '';
    return `${stamps && at !== null ? `${at} ` : ''}${label}${plain(text)}`;
  }

  #lines(from: number, to: number): ShownLine[] {
    const lines: ShownLine[] = [];
    for (let place = from; place < to; place += 1) {
      const id = this.#shown.at(place);
      const [at, whole] = this.#spill.line(id) ?? [null, ''];
      const text = cutText(whole, shownCharacters);
      lines.push({
        id,
        number: this.#dropped + this.#index.placeOf(id) + 1,
        at,
        source: this.#index.source(id),
        severity: severities[this.#index.severity(id)] ?? 'none',
        text,
        whole: text.length < whole.length ? whole.length : null,
        hit: this.#pattern !== null && this.#matchOf(id) === hit,
        hits: [],
      });
    }
    const hits = lines.filter((line) => line.hit);
    if (this.#pattern && hits.length > 0) {
      try {
        const ranges = this.#pattern.ranges(hits.map((line) => plain(line.text)));
        hits.forEach((line, position) => {
          line.hits = ranges[position] ?? [];
        });
      } catch (error) {
        if (!(error instanceof PatternTooSlow)) throw error;
        this.#giveUp();
      }
    }
    return lines;
  }

  /** Makes the view again, with nothing found yet. */
  #makeView(): Shown {
    this.#generation += 1;
    this.#problem = null;
    const compiled = this.#view.find.text === '' ? null : compile(this.#view.find);
    this.#pattern = typeof compiled === 'object' ? compiled : null;
    if (typeof compiled === 'string') this.#problem = compiled;
    this.#matches.fill(unknown);
    this.#looked = this.#index.base;
    this.#found = 0;
    return new Shown(this.#index, this.#view, this.#pattern !== null, (line) => this.#matchOf(line));
  }

  #giveUp(): void {
    const { find, ...rest } = this.#view;
    this.#view = { ...rest, find: { ...find, text: '' } };
    this.#shown = this.#makeView();
    this.#changedFrom = 0;
    this.#problem = 'This expression takes too long on these lines. Make it simpler.';
  }

  #matchOf(line: number): number {
    return this.#matches.at(line - this.#index.base);
  }

  #recount(): void {
    let found = 0;
    for (let place = this.#shown.first; place < this.#shown.end; place += 1)
      if (this.#matchOf(this.#shown.at(place)) === hit) found += 1;
    this.#found = found;
  }

  /** Lets go of the oldest lines beyond what may be kept. @returns whether there were any. */
  #keepWithin(): boolean {
    if (this.#spill.first <= this.#index.base && this.#index.length > this.#limit) {
      // In steps, so that what is left need not be moved with every batch.
      const excess = this.#index.length - this.#limit + Math.ceil(this.#limit / 50);
      this.#spill.forget(this.#index.base + excess);
    }
    const before = this.#spill.first;
    const count = before - this.#index.base;
    if (count <= 0) return false;
    this.#shown.forget(before);
    this.#index.forget(before);
    this.#matches.shift(count);
    this.#dropped += count;
    this.#recount();
    return true;
  }

  #notice(): string | null {
    const full =
      this.#spill.problem === null
        ? null
        : `The disk is full (${this.#spill.problem}): Signalbox keeps only the newest lines.`;
    const lost =
      this.#spill.lost === 0
        ? null
        : `Lines that can’t be read back from the disk, since the file that held them is damaged: ${this.#spill.lost}. Open the log again to read them from the cluster.`;
    return [this.#beginning, full, lost].filter((one) => one !== null).join(' ') || null;
  }
}
