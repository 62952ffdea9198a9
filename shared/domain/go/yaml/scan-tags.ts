/** Anchors, aliases, tags and directives as go-yaml v2 scans them (`scannerc.go`). */
import { hexDigit, isBlank, isBlankOrEnd, isBreakOrEnd, isDigit, isWord } from './characters';
import type { Cursor } from './cursor';
import { type Token, token } from './tokens';

function readWord(cursor: Cursor): string {
  const from = cursor.at;
  while (isWord(cursor.peek())) cursor.skip();
  return cursor.text.slice(from, cursor.at);
}

const skipBlanks = (cursor: Cursor): void => {
  while (isBlank(cursor.peek())) cursor.skip();
};

export function scanAnchor(cursor: Cursor, type: 'anchor' | 'alias'): Token {
  const start = cursor.mark;
  cursor.skip();
  const value = readWord(cursor);
  const code = cursor.peek();
  if (value === '' || !(isBlankOrEnd(code) || '?:,]}%@`'.includes(String.fromCharCode(code))))
    cursor.fail(`The name of an ${type} is not valid.`);
  return token(type, start, cursor.mark, { value });
}

export function scanTag(cursor: Cursor): Token {
  const start = cursor.mark;
  let handle = '';
  let suffix = '';
  if (cursor.peek(1) === 0x3c) {
    cursor.skip();
    cursor.skip();
    suffix = readUri(cursor, '');
    if (cursor.peek() !== 0x3e) cursor.fail('A tag has no end.');
    cursor.skip();
  } else {
    handle = readHandle(cursor, false);
    if (handle.length > 1 && handle.endsWith('!')) suffix = readUri(cursor, '');
    else {
      suffix = readUri(cursor, handle);
      handle = '!';
      // The tag `!` alone.
      if (suffix === '') [handle, suffix] = ['', '!'];
    }
  }
  if (!isBlankOrEnd(cursor.peek())) cursor.fail('A tag is not followed by a space.');
  return token('tag', start, cursor.mark, { value: handle, suffix });
}

function readHandle(cursor: Cursor, isDirective: boolean): string {
  if (cursor.peek() !== 0x21) cursor.fail('A tag does not begin with "!".');
  cursor.skip();
  const word = readWord(cursor);
  if (cursor.peek() === 0x21) {
    cursor.skip();
    return `!${word}!`;
  }
  if (isDirective && word !== '') cursor.fail('The handle of a tag does not end with "!".');
  return `!${word}`;
}

const inUri = ";/?:@&=+$,.!~*'()[]%";

/** @param head a handle that turned out to be the begin of the tag; its `!` is not kept. */
function readUri(cursor: Cursor, head: string): string {
  let uri = head.slice(1);
  let found = head !== '';
  for (;;) {
    const code = cursor.peek();
    if (!isWord(code) && (code === 0 || !inUri.includes(String.fromCharCode(code)))) break;
    if (code === 0x25) uri += readUriEscape(cursor);
    else {
      uri += String.fromCharCode(code);
      cursor.skip();
    }
    found = true;
  }
  if (!found) cursor.fail('A tag has no name.');
  return uri;
}

/** The `%xx` of one character. */
function readUriEscape(cursor: Cursor): string {
  const octets: number[] = [];
  let width = 1;
  while (octets.length < width) {
    const [high, low] = [hexDigit(cursor.peek(1)), hexDigit(cursor.peek(2))];
    if (cursor.peek() !== 0x25 || high < 0 || low < 0) cursor.fail('A tag has an escape that is not valid.');
    const octet = high * 16 + low;
    if (octets.length === 0) {
      width = octet < 0x80 ? 1 : (octet & 0xe0) === 0xc0 ? 2 : (octet & 0xf0) === 0xe0 ? 3 : 4;
      if (octet >= 0x80 && ((octet & 0xc0) === 0x80 || octet >= 0xf8))
        cursor.fail('A tag has an escape that is not a character.');
    } else if ((octet & 0xc0) !== 0x80) cursor.fail('A tag has an escape that is not a character.');
    octets.push(octet);
    for (let k = 0; k < 3; k += 1) cursor.skip();
  }
  return new TextDecoder().decode(new Uint8Array(octets));
}

/** `%YAML 1.1` or `%TAG ! prefix`. */
export function scanDirective(cursor: Cursor): Token {
  const start = cursor.mark;
  cursor.skip();
  const name = readWord(cursor);
  if (name === '' || !isBlankOrEnd(cursor.peek())) cursor.fail('A directive has no name.');
  let found: Token;
  if (name === 'YAML') {
    skipBlanks(cursor);
    const major = readVersionNumber(cursor);
    if (cursor.peek() !== 0x2e) cursor.fail('The version of a %YAML directive is not valid.');
    cursor.skip();
    found = token('version-directive', start, cursor.mark, {
      value: `${major}.${readVersionNumber(cursor)}`,
    });
  } else if (name === 'TAG') {
    skipBlanks(cursor);
    const value = readHandle(cursor, true);
    if (!isBlank(cursor.peek())) cursor.fail('A %TAG directive is not valid.');
    skipBlanks(cursor);
    const suffix = readUri(cursor, '');
    if (!isBlankOrEnd(cursor.peek())) cursor.fail('A %TAG directive is not valid.');
    found = token('tag-directive', start, cursor.mark, { value, suffix });
  } else return cursor.fail('There is an unknown directive.');
  skipBlanks(cursor);
  if (cursor.peek() === 0x23) while (!isBreakOrEnd(cursor.peek())) cursor.skip();
  if (!isBreakOrEnd(cursor.peek())) cursor.fail('There is text after a directive.');
  cursor.readBreak();
  return found;
}

function readVersionNumber(cursor: Cursor): number {
  const from = cursor.at;
  while (isDigit(cursor.peek())) cursor.skip();
  const digits = cursor.text.slice(from, cursor.at);
  if (digits.length < 1 || digits.length > 2) cursor.fail('The version of a %YAML directive is not valid.');
  return Number(digits);
}
