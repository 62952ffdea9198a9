/** Scalars as go-yaml v2 scans them (`scannerc.go`, `yaml_parser_scan_*_scalar`), differences to YAML 1.2 included. */
import { hexDigit, isBlank, isBlankOrEnd, isBreak, isBreakOrEnd, isDigit } from './characters';
import type { Cursor } from './cursor';
import { type Token, token } from './tokens';

/** How lines are joined: one break is a space, more are one break less. LS and PS stay. */
function joined(leading: string, trailing: string): string {
  if (leading.startsWith('\n')) return trailing === '' ? ' ' : trailing;
  return leading + trailing;
}

/** Whether a character ends a plain scalar inside of `[…]` and `{…}`. */
const endsFlow = (code: number): boolean =>
  code === 0x2c || code === 0x3f || code === 0x5b || code === 0x5d || code === 0x7b || code === 0x7d;

/**
 * @param indent of the block around it.
 * @returns the token, and whether it ended at a new line, where a key may begin.
 */
export function scanPlain(
  cursor: Cursor,
  indent: number,
  inFlow: boolean,
): { scalar: Token; atNewLine: boolean } {
  const start = cursor.mark;
  let end = start;
  let value = '';
  let [leading, trailing, spaces] = ['', '', ''];
  let leadingBlanks = false;
  for (;;) {
    if (cursor.isDocumentMark() || cursor.peek() === 0x23) break;
    const from = cursor.at;
    for (let code = cursor.peek(); !isBlankOrEnd(code); code = cursor.peek()) {
      if ((code === 0x3a && isBlankOrEnd(cursor.peek(1))) || (inFlow && endsFlow(code))) break;
      cursor.skip();
    }
    if (cursor.at > from) {
      value += leadingBlanks ? joined(leading, trailing) : spaces;
      if (leadingBlanks) [leading, trailing] = ['', ''];
      leadingBlanks = false;
      spaces = '';
      value += cursor.text.slice(from, cursor.at);
      end = cursor.mark;
    }
    if (!isBlank(cursor.peek()) && !isBreak(cursor.peek())) break;
    for (let code = cursor.peek(); isBlank(code) || isBreak(code); code = cursor.peek()) {
      if (isBreak(code)) {
        if (leadingBlanks) trailing += cursor.readBreak();
        else {
          spaces = '';
          leading = cursor.readBreak();
          leadingBlanks = true;
        }
      } else {
        if (leadingBlanks && cursor.column < indent + 1 && code === 0x09)
          cursor.fail('The indentation contains a tab.');
        if (!leadingBlanks) spaces += String.fromCharCode(code);
        cursor.skip();
      }
    }
    if (!inFlow && cursor.column < indent + 1) break;
  }
  return { scalar: token('scalar', start, end, { value }), atNewLine: leadingBlanks };
}

/** A text in `'…'` or `"…"`. */
export function scanQuoted(cursor: Cursor, single: boolean): Token {
  const start = cursor.mark;
  const quote = single ? 0x27 : 0x22;
  cursor.skip();
  let value = '';
  for (;;) {
    if (cursor.isDocumentMark()) cursor.fail('A quoted text contains a document marker.', start.line);
    if (cursor.peek() === 0) cursor.fail('A quoted text has no end.', start.line);
    let leadingBlanks = false;
    for (let code = cursor.peek(); !isBlankOrEnd(code); code = cursor.peek()) {
      if (code === quote) {
        if (!single || cursor.peek(1) !== 0x27) break;
        value += "'";
        cursor.skip();
        cursor.skip();
      } else if (!single && code === 0x5c) {
        if (isBreak(cursor.peek(1))) {
          cursor.skip();
          cursor.readBreak();
          leadingBlanks = true;
          break;
        }
        value += readEscape(cursor);
      } else {
        const from = cursor.at;
        cursor.skip();
        value += cursor.text.slice(from, cursor.at);
      }
    }
    if (cursor.peek() === quote) break;
    let [spaces, leading, trailing] = ['', '', ''];
    for (let code = cursor.peek(); isBlank(code) || isBreak(code); code = cursor.peek()) {
      if (isBreak(code)) {
        if (leadingBlanks) trailing += cursor.readBreak();
        else {
          spaces = '';
          leading = cursor.readBreak();
          leadingBlanks = true;
        }
      } else {
        if (!leadingBlanks) spaces += String.fromCharCode(code);
        cursor.skip();
      }
    }
    value += leadingBlanks ? joined(leading, trailing) : spaces;
  }
  cursor.skip();
  return token('scalar', start, cursor.mark, { value, style: single ? 'single' : 'double' });
}

const escapes: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  '\t': '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  ' ': ' ',
  '"': '"',
  "'": "'",
  '\\': '\\',
  N: '\u0085',
  _: '\u00a0',
  L: '\u2028',
  P: '\u2029',
};
const escapeLengths: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

function readEscape(cursor: Cursor): string {
  const letter = String.fromCharCode(cursor.peek(1));
  const length = Object.hasOwn(escapeLengths, letter) ? (escapeLengths[letter] ?? 0) : 0;
  if (length === 0 && !Object.hasOwn(escapes, letter)) cursor.fail('A quoted text has an unknown escape.');
  cursor.skip();
  cursor.skip();
  if (length === 0) return escapes[letter] ?? '';
  let value = 0;
  for (let k = 0; k < length; k += 1) {
    const digit = hexDigit(cursor.peek());
    if (digit < 0) cursor.fail('An escape in a quoted text is missing a hexadecimal digit.');
    value = value * 16 + digit;
    cursor.skip();
  }
  if ((value >= 0xd800 && value <= 0xdfff) || value > 0x10ffff)
    cursor.fail('An escape in a quoted text is not a character.');
  return String.fromCodePoint(value);
}

/** A text after `|` or `>`. @param around the indentation of the block around it. */
export function scanBlock(cursor: Cursor, around: number): Token {
  const start = cursor.mark;
  const literal = cursor.peek() === 0x7c;
  cursor.skip();
  let [chomping, increment] = ['', 0];
  const readChomping = () => {
    if (cursor.peek() !== 0x2b && cursor.peek() !== 0x2d) return;
    chomping = cursor.peek() === 0x2b ? 'keep' : 'strip';
    cursor.skip();
  };
  const readIncrement = () => {
    if (!isDigit(cursor.peek())) return;
    if (cursor.peek() === 0x30) cursor.fail('The indentation of a block of text is 0.');
    increment = cursor.peek() - 0x30;
    cursor.skip();
  };
  readChomping();
  const first = chomping;
  readIncrement();
  if (first === '' && increment > 0) readChomping();
  while (isBlank(cursor.peek())) cursor.skip();
  if (cursor.peek() === 0x23) while (!isBreakOrEnd(cursor.peek())) cursor.skip();
  if (!isBreakOrEnd(cursor.peek())) cursor.fail('There is text after the marker of a block of text.');
  cursor.readBreak();

  const lines = { indent: increment > 0 ? Math.max(around, 0) + increment : 0, end: cursor.mark };
  let value = '';
  let leading = '';
  let trailing = readBlockBreaks(cursor, around, lines);
  let leadingBlank = false;
  while (cursor.column === lines.indent && cursor.peek() !== 0) {
    const blank = isBlank(cursor.peek());
    if (!literal && !leadingBlank && !blank && leading.startsWith('\n')) {
      if (trailing === '') value += ' ';
    } else value += leading;
    value += trailing;
    leadingBlank = blank;
    const from = cursor.at;
    while (!isBreakOrEnd(cursor.peek())) cursor.skip();
    value += cursor.text.slice(from, cursor.at);
    leading = cursor.readBreak();
    trailing = readBlockBreaks(cursor, around, lines);
  }
  if (chomping !== 'strip') value += leading;
  if (chomping === 'keep') value += trailing;
  return token('scalar', start, lines.end, { value, style: literal ? 'literal' : 'folded' });
}

/** Goes over indentation and empty lines; finds the indentation where it is not given. */
function readBlockBreaks(
  cursor: Cursor,
  around: number,
  lines: { indent: number; end: Token['end'] },
): string {
  let breaks = '';
  let deepest = 0;
  lines.end = cursor.mark;
  for (;;) {
    while ((lines.indent === 0 || cursor.column < lines.indent) && cursor.peek() === 0x20) cursor.skip();
    deepest = Math.max(deepest, cursor.column);
    if ((lines.indent === 0 || cursor.column < lines.indent) && cursor.peek() === 0x09)
      cursor.fail('The indentation of a block of text contains a tab.');
    if (!isBreak(cursor.peek())) break;
    breaks += cursor.readBreak();
    lines.end = cursor.mark;
  }
  if (lines.indent === 0) lines.indent = Math.max(deepest, around + 1, 1);
  return breaks;
}
