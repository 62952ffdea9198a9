import { createHash } from 'node:crypto';
import { visibleText } from '../../../shared/domain/text/visible-text';
import type { LogLine } from './types';

/*
 * What a terminal would take for a command, and a log must not be able to give: OSC (titles, hyperlinks, clipboard
 * with OSC 52), DCS, SOS, PM and APC strings, CSI sequences other than SGR (cursor, erase, modes), and single escapes
 * (ECMA-48; XTerm Control Sequences). Colours (`ESC [ … m`) stay: the viewer draws them. Of the C1 controls only the
 * character itself goes: in text that was decoded wrongly it stands for a letter, and the rest of the line matters.
 */
// biome-ignore-start lint/suspicious/noControlCharactersInRegex: they are what is looked for
const strings = /\u001b[\]PX^_][\s\S]*?(?:\u0007|\u001b\\|\u009c|$)/g;
const csi = /\u001b\[([\u0030-\u003f]*)([\u0020-\u002f]*)([\u0040-\u007e])?/g;
const escapes = /\u001b(?!\[[\d;:]*m)[\u0020-\u002f]*[\u0030-\u007e]?/g;
const controls = /[\u0000-\u0008\u000a-\u000c\u000e-\u001a\u001c-\u001f\u007f-\u009f]/g;
const suspicious = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/;
// biome-ignore-end lint/suspicious/noControlCharactersInRegex: see above

/**
 * A log line with nothing in it that could steer a terminal but colours, and nothing hidden. A carriage return keeps what follows it
 * last, as a terminal would show a progress bar; tabs stay.
 */
export function stripControls(text: string): string {
  return visibleText(suspicious.test(text) ? withoutControls(text) : text, { colours: true });
}

function withoutControls(text: string): string {
  const safe = text
    .replace(strings, '')
    .replace(csi, (_, parameters: string, between: string, final: string | undefined) =>
      final === 'm' && between === '' && /^[\d;:]*$/.test(parameters) ? `\u001b[${parameters}m` : '',
    )
    .replace(escapes, '')
    .replace(controls, '');
  // Not by a pattern: a million of them in front of something else would be looked at a million times.
  let end = safe.length;
  while (end > 0 && safe.charCodeAt(end - 1) === 0x0d) end -= 1;
  return safe.slice(end === 0 ? 0 : safe.lastIndexOf('\r', end - 1) + 1, end);
}

const stamp = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)) /;

/** What a line is known by on a second reading: its bytes, or for a long one their digest. */
export const lineKey = (bytes: Buffer): string =>
  bytes.length <= 200 ? bytes.toString('latin1') : createHash('sha1').update(bytes).digest('base64');

/** A line as `timestamps=true` sends it: stamp, blank, text. Bytes that are no UTF-8 become U+FFFD. */
export function parseLogLine(bytes: Buffer): LogLine {
  const text = bytes.toString('utf8');
  const at = stamp.exec(text)?.[1] ?? null;
  return { at, text: stripControls(at === null ? text : text.slice(at.length + 1)) };
}

const secondOf = (at: string): number => Math.floor(Date.parse(at) / 1000);

/** A stamp as text that sorts by time, to the nanosecond. */
const sortable = (at: string): string =>
  `${String(secondOf(at)).padStart(12, '0')}.${(/\.(\d+)/.exec(at)?.[1] ?? '').padEnd(9, '0')}`;

/**
 * Takes lines that were handed out already out of a log that is read again. A kubelet gives everything from a whole
 * second on (the fraction of `sinceTime` is lost on the way to it), stamps can be equal and, with two streams, a
 * little out of order: so all lines of the last two seconds are remembered, and counted.
 */
export class LogResume {
  /** Lines handed out, by second; only those that may come again are kept. */
  readonly #seen = new Map<number, Map<string, number>>();
  /** Lines before it were not asked for: `sinceTime` to the nanosecond, or the first line of a tail. */
  #floor: string | null;
  #latest = Number.NEGATIVE_INFINITY;
  #expected: Map<string, number> | null = null;
  #expectedUntil = Number.NEGATIVE_INFINITY;

  /** @param since RFC 3339: nothing before it is handed out. */
  constructor(since?: string) {
    this.#floor = since === undefined ? null : sortable(since);
  }

  /** RFC 3339 to give as `sinceTime` when reading again, `null` when no line with a stamp was seen. */
  get sinceTime(): string | null {
    if (!Number.isFinite(this.#latest)) return null;
    return new Date((this.#latest - 1) * 1000).toISOString().replace('.000Z', 'Z');
  }

  /**
   * The log is being read again, from `sinceTime`: what was seen since is expected once more. What is older was seen, too,
   * and comes where a server takes that time less exactly.
   */
  again(): void {
    const { sinceTime } = this;
    const since = sinceTime === null ? null : sortable(sinceTime);
    if (since !== null && (this.#floor === null || since > this.#floor)) this.#floor = since;
    this.#expected = new Map();
    this.#expectedUntil = this.#latest;
    for (const lines of this.#seen.values())
      for (const [line, count] of lines) this.#expected.set(line, (this.#expected.get(line) ?? 0) + count);
  }

  /**
   * Whether a line is new; a new one is remembered. Lines without a stamp are always new.
   * @param raw what the line with its stamp is known by ({@link lineKey}).
   */
  isNew(line: LogLine, raw: string): boolean {
    if (line.at === null) return true;
    const key = sortable(line.at);
    this.#floor ??= key;
    if (key < this.#floor) return false;
    const second = secondOf(line.at);
    if (this.#expected && second > this.#expectedUntil) this.#expected = null;
    const count = this.#expected?.get(raw) ?? 0;
    if (count > 0) {
      this.#expected?.set(raw, count - 1);
      return false;
    }
    this.#remember(second, raw);
    return true;
  }

  #remember(second: number, raw: string): void {
    if (second > this.#latest) {
      this.#latest = second;
      for (const old of [...this.#seen.keys()]) if (old < second - 1) this.#seen.delete(old);
    }
    if (second < this.#latest - 1) return;
    const lines = this.#seen.get(second) ?? new Map<string, number>();
    this.#seen.set(second, lines.set(raw, (lines.get(raw) ?? 0) + 1));
  }
}
