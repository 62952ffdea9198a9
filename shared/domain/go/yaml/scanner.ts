import { isBlank, isBlankOrEnd, isBreak, isBreakOrEnd } from './characters';
import { Cursor, type Mark } from './cursor';
import { scanBlock, scanPlain, scanQuoted } from './scan-scalars';
import { scanAnchor, scanDirective, scanTag } from './scan-tags';
import { type Token, type TokenType, token } from './tokens';

/** A token that turns out to be a key when a `:` follows in time. */
interface SimpleKey {
  possible: boolean;
  /** Nothing but a key may stand there. */
  required: boolean;
  number: number;
  mark: Mark;
}

/** How far behind a key its `:` may stand. */
const keyLength = 1024;

/** A character that begins no plain scalar. */
const indicators = '-?:,[]{}#&*!|>\'"%@`';

/**
 * Makes tokens of a text as go-yaml v2 does (`scannerc.go`): in one pass, as far as they are asked for, with at most
 * 1024 characters looked ahead. No regular expression, no recursion.
 */
export class Scanner {
  readonly #cursor: Cursor;
  #tokens: Token[] = [];
  #head = 0;
  #taken = 0;
  #indent = -1;
  readonly #indents: number[] = [];
  #flow = 0;
  #keyAllowed = true;
  readonly #keys: SimpleKey[];
  /** The level of the key that a token, by its number, may be the begin of. */
  readonly #levelOf = new Map<number, number>();

  /** @param from where the text begins in the string: behind a byte order mark. */
  constructor(text: string, from = 0) {
    this.#cursor = new Cursor(text);
    this.#cursor.at = from;
    const { mark } = this.#cursor;
    this.#keys = [{ possible: false, required: false, number: 0, mark }];
    this.#put('stream-start', mark);
  }

  /** The next token, which stays. After the last one it is the last one again. */
  peek(): Token {
    for (;;) {
      const next = this.#tokens[this.#head];
      if (next) {
        const key = this.#keys[this.#levelOf.get(this.#taken) ?? -1];
        if (!key || !this.#isStillKey(key)) return next;
      }
      this.#fetch();
    }
  }

  /** Takes the next token. */
  take(): Token {
    const next = this.peek();
    if (next.type === 'stream-end') return next;
    this.#head += 1;
    this.#taken += 1;
    if (this.#head > 256) {
      this.#tokens = this.#tokens.slice(this.#head);
      this.#head = 0;
    }
    return next;
  }

  #put(type: TokenType, start: Mark, end = start): void {
    this.#tokens.push(token(type, start, end));
  }

  /** Takes `length` characters as a token. */
  #putIndicator(type: TokenType, length = 1): void {
    const start = this.#cursor.mark;
    for (let k = 0; k < length; k += 1) this.#cursor.skip();
    this.#put(type, start, this.#cursor.mark);
  }

  #fetch(): void {
    const cursor = this.#cursor;
    this.#toNextToken();
    this.#unroll(cursor.column);
    const code = cursor.peek();
    if (code === 0) {
      this.#streamEnd();
      return;
    }
    if (cursor.column === 0 && code === 0x25) {
      this.#endBlocks();
      this.#tokens.push(scanDirective(cursor));
      return;
    }
    if (cursor.isDocumentMark()) {
      this.#endBlocks();
      this.#putIndicator(code === 0x2d ? 'document-start' : 'document-end', 3);
      return;
    }
    const spaced = isBlankOrEnd(cursor.peek(1));
    switch (String.fromCharCode(code)) {
      case '[':
        this.#flowStart('flow-sequence-start');
        return;
      case '{':
        this.#flowStart('flow-mapping-start');
        return;
      case ']':
        this.#flowEnd('flow-sequence-end');
        return;
      case '}':
        this.#flowEnd('flow-mapping-end');
        return;
      case ',':
        this.#dropKey();
        this.#keyAllowed = true;
        this.#putIndicator('flow-entry');
        return;
      case '-':
        if (spaced) {
          this.#blockEntry();
          return;
        }
        break;
      case '?':
        if (this.#flow > 0 || spaced) {
          this.#key();
          return;
        }
        break;
      case ':':
        if (this.#flow > 0 || spaced) {
          this.#value();
          return;
        }
        break;
      case '*':
      case '&':
        this.#saveKey();
        this.#keyAllowed = false;
        this.#tokens.push(scanAnchor(cursor, code === 0x2a ? 'alias' : 'anchor'));
        return;
      case '!':
        this.#saveKey();
        this.#keyAllowed = false;
        this.#tokens.push(scanTag(cursor));
        return;
      case '|':
      case '>':
        if (this.#flow > 0) break;
        this.#dropKey();
        this.#keyAllowed = true;
        this.#tokens.push(scanBlock(cursor, this.#indent));
        return;
      case "'":
      case '"':
        this.#saveKey();
        this.#keyAllowed = false;
        this.#tokens.push(scanQuoted(cursor, code === 0x27));
        return;
    }
    this.#plain(code);
  }

  #plain(code: number): void {
    const cursor = this.#cursor;
    const next = cursor.peek(1);
    const begins =
      !(isBlankOrEnd(code) || indicators.includes(String.fromCharCode(code))) ||
      (code === 0x2d && !isBlank(next)) ||
      (this.#flow === 0 && (code === 0x3f || code === 0x3a) && !isBlankOrEnd(next));
    if (!begins) cursor.fail('A value starts with a character that is not allowed there.');
    this.#saveKey();
    this.#keyAllowed = false;
    const { scalar, atNewLine } = scanPlain(cursor, this.#indent, this.#flow > 0);
    if (atNewLine) this.#keyAllowed = true;
    this.#tokens.push(scalar);
  }

  #toNextToken(): void {
    const cursor = this.#cursor;
    for (;;) {
      for (
        let code = cursor.peek();
        code === 0x20 || (code === 0x09 && (this.#flow > 0 || !this.#keyAllowed));
        code = cursor.peek()
      )
        cursor.skip();
      if (cursor.peek() === 0x23) while (!isBreakOrEnd(cursor.peek())) cursor.skip();
      if (!isBreak(cursor.peek())) return;
      cursor.readBreak();
      if (this.#flow === 0) this.#keyAllowed = true;
    }
  }

  #streamEnd(): void {
    const cursor = this.#cursor;
    if (cursor.column !== 0) {
      cursor.column = 0;
      cursor.line += 1;
    }
    this.#endBlocks();
    this.#put('stream-end', cursor.mark);
  }

  #endBlocks(): void {
    this.#unroll(-1);
    this.#dropKey();
    this.#keyAllowed = false;
  }

  #isStillKey(key: SimpleKey): boolean {
    if (!key.possible) return false;
    const { line, index } = this.#cursor;
    if (key.mark.line >= line && key.mark.index + keyLength >= index) return true;
    if (key.required) this.#cursor.fail('A ":" is missing after a key.', key.mark.line);
    key.possible = false;
    return false;
  }

  #lastKey(): SimpleKey {
    const key = this.#keys.at(-1);
    if (!key) throw new Error('There is always a level of keys.');
    return key;
  }

  #saveKey(): void {
    const { mark } = this.#cursor;
    const required = this.#flow === 0 && this.#indent === mark.column;
    if (!this.#keyAllowed) return;
    this.#dropKey();
    const number = this.#taken + this.#tokens.length - this.#head;
    const key = { possible: true, required, number, mark };
    this.#keys[this.#keys.length - 1] = key;
    this.#levelOf.set(number, this.#keys.length - 1);
  }

  #dropKey(): void {
    const key = this.#lastKey();
    if (!key.possible) return;
    if (key.required) this.#cursor.fail('A ":" is missing after a key.', key.mark.line);
    key.possible = false;
    this.#levelOf.delete(key.number);
  }

  /** Begins a block where the column is deeper than the one around. @param number before which token. */
  #roll(column: number, number: number | null, type: TokenType, mark: Mark): void {
    if (this.#flow > 0 || this.#indent >= column) return;
    this.#indents.push(this.#indent);
    this.#indent = column;
    const made = token(type, mark, mark);
    if (number === null) this.#tokens.push(made);
    else this.#tokens.splice(this.#head + number - this.#taken, 0, made);
  }

  #unroll(column: number): void {
    if (this.#flow > 0) return;
    while (this.#indent > column) {
      this.#put('block-end', this.#cursor.mark);
      this.#indent = this.#indents.pop() ?? -1;
    }
  }

  #flowStart(type: TokenType): void {
    this.#saveKey();
    this.#flow += 1;
    // As in go-yaml, which so ends the looking ahead for a list's own key with the list, if none was begun inside.
    const number = this.#taken + this.#tokens.length - this.#head;
    this.#keys.push({ possible: false, required: false, number, mark: this.#cursor.mark });
    this.#keyAllowed = true;
    this.#putIndicator(type);
  }

  #flowEnd(type: TokenType): void {
    this.#dropKey();
    if (this.#flow > 0) {
      this.#flow -= 1;
      this.#levelOf.delete(this.#keys.pop()?.number ?? -1);
    }
    this.#keyAllowed = false;
    this.#putIndicator(type);
  }

  #blockEntry(): void {
    if (this.#flow === 0) {
      if (!this.#keyAllowed) this.#cursor.fail('There is a list entry where none is allowed.');
      const { mark } = this.#cursor;
      this.#roll(mark.column, null, 'block-sequence-start', mark);
    }
    this.#dropKey();
    this.#keyAllowed = true;
    this.#putIndicator('block-entry');
  }

  #key(): void {
    if (this.#flow === 0) {
      if (!this.#keyAllowed) this.#cursor.fail('There is a key where none is allowed.');
      const { mark } = this.#cursor;
      this.#roll(mark.column, null, 'block-mapping-start', mark);
    }
    this.#dropKey();
    this.#keyAllowed = this.#flow === 0;
    this.#putIndicator('key');
  }

  #value(): void {
    const key = this.#lastKey();
    if (this.#isStillKey(key)) {
      const { mark, number } = key;
      this.#tokens.splice(this.#head + number - this.#taken, 0, token('key', mark, mark));
      this.#roll(mark.column, number, 'block-mapping-start', mark);
      key.possible = false;
      this.#levelOf.delete(number);
      this.#keyAllowed = false;
    } else {
      if (this.#flow === 0) {
        if (!this.#keyAllowed) this.#cursor.fail('There is a ":" where no value is allowed.');
        const { mark } = this.#cursor;
        this.#roll(mark.column, null, 'block-mapping-start', mark);
      }
      this.#keyAllowed = this.#flow === 0;
    }
    this.#putIndicator('value');
  }
}
