/** Numbers and dates as Go's `strconv` and `time` read them, as far as go-yaml v2 asks them (`resolve.go`). */
import { hexDigit, isDigit } from './characters';

/** More digits than the largest integer has in any base. Longer ones are no integers, or floats. */
const mostDigits = 64;

const bases: Readonly<Record<string, number>> = { b: 2, B: 2, o: 8, O: 8, x: 16, X: 16 };

/**
 * `strconv.ParseInt(text, 0, 64)`, or else `ParseUint`, or else the `0b` with a sign behind it that go-yaml reads by
 * itself; `null` for what none of them takes.
 */
export function goInteger(text: string): bigint | null {
  const sign = text[0] === '-' || text[0] === '+' ? text[0] : '';
  const number = magnitude(text.slice(sign.length));
  if (number !== null) {
    const value = sign === '-' ? -number : number;
    if (value >= -(2n ** 63n) && value < 2n ** 63n) return value;
    return sign === '' && value < 2n ** 64n ? value : null;
  }
  if (text.startsWith('0b-') || text.startsWith('0b+')) {
    const inner = digits(text.slice(3), 2);
    const value = inner !== null && text[2] === '-' ? -inner : inner;
    return value !== null && value >= -(2n ** 63n) && value < 2n ** 63n ? value : null;
  }
  return null;
}

function magnitude(text: string): bigint | null {
  if (text[0] !== '0' || text.length === 1) return digits(text, 10);
  const base = Object.hasOwn(bases, text[1] ?? '') ? bases[text[1] ?? ''] : undefined;
  return base === undefined ? digits(text.slice(1), 8) : digits(text.slice(2), base);
}

function digits(text: string, base: number): bigint | null {
  if (text === '') return null;
  let from = 0;
  while (from < text.length - 1 && text[from] === '0') from += 1;
  const long = text.length - from > mostDigits;
  let value = 0n;
  for (let at = from; at < text.length; at += 1) {
    const digit = hexDigit(text.charCodeAt(at));
    if (digit < 0 || digit >= base) return null;
    if (!long) value = value * BigInt(base) + BigInt(digit);
  }
  return long ? 2n ** 64n : value;
}

/** The end of the digits from there on. */
const digitsEnd = (text: string, from: number): number => {
  let at = from;
  while (isDigit(text.charCodeAt(at))) at += 1;
  return at;
};

/**
 * `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`, the floats of go-yaml; `null` for anything else and beyond a
 * float's range.
 */
export function styledFloat(text: string): number | null {
  let at = text[0] === '-' || text[0] === '+' ? 1 : 0;
  const whole = digitsEnd(text, at);
  let some = whole > at;
  at = whole;
  if (text[at] === '.') {
    const fraction = digitsEnd(text, at + 1);
    if (!some && fraction === at + 1) return null;
    some = true;
    at = fraction;
  }
  if (!some) return null;
  if (text[at] === 'e' || text[at] === 'E') {
    const begin = text[at + 1] === '-' || text[at + 1] === '+' ? at + 2 : at + 1;
    const end = digitsEnd(text, begin);
    if (end === begin) return null;
    at = end;
  }
  if (at !== text.length) return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

/** `strconv.ParseFloat` of a text that begins with a dot: each `_` has to stand between two digits. */
export function goFloat(text: string): number | null {
  for (let at = text.indexOf('_'); at >= 0; at = text.indexOf('_', at + 1))
    if (!isDigit(text.charCodeAt(at - 1)) || !isDigit(text.charCodeAt(at + 1))) return null;
  return styledFloat(text.replaceAll('_', ''));
}

const daysIn = (year: number, month: number): number => {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
};

/**
 * Whether go-yaml takes a text for a date: `2006-1-2`, `2006-1-2 15:4:5.9` or `2006-1-2T15:4:5.9Z07:00` (`t` too), by
 * the rules of Go's `time.Parse`: one or two digits each, the hour two.
 */
export function readsAsTimestamp(text: string): boolean {
  if (digitsEnd(text, 0) !== 4 || text[4] !== '-' || text.length > 64) return false;
  const date = /^(\d{4})-(\d{1,2})-(\d{1,2})(.*)$/s.exec(text);
  if (!date) return false;
  const [year, month, day] = [Number(date[1]), Number(date[2]), Number(date[3])];
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return false;
  const rest = date[4] ?? '';
  if (rest === '') return true;
  const time = /^([Tt ])(\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?(.*)$/s.exec(rest);
  if (!time || Number(time[2]) > 23 || Number(time[3]) > 59 || Number(time[4]) > 59) return false;
  const zone = time[5] ?? '';
  if (time[1] === ' ') return zone === '';
  if (zone === 'Z') return true;
  const offset = /^[-+](\d\d):(\d\d)$/.exec(zone);
  return offset !== null && Number(offset[1]) <= 24 && Number(offset[2]) <= 60;
}

/** `strconv.FormatFloat(value, 'g', -1, 32)`, which names the key that a float becomes in JSON. */
export function shortFloat(value: number): string {
  const float = Math.fround(value);
  if (Number.isNaN(float)) return '.nan';
  if (!Number.isFinite(float)) return float > 0 ? '.inf' : '-.inf';
  if (float === 0) return Object.is(float, -0) ? '-0' : '0';
  let shortest = '';
  for (let precision = 1; precision <= 9; precision += 1) {
    shortest = float.toExponential(precision - 1);
    if (Math.fround(Number(shortest)) === float) break;
  }
  const [mantissa = '', exponentText = '0'] = shortest.split('e');
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 21) {
    const size = String(Math.abs(exponent)).padStart(2, '0');
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${size}`;
  }
  return Number(shortest).toFixed(Math.max(0, mantissa.replace(/[-.]/g, '').length - 1 - exponent));
}
