/** A token of a glob (gobwas/glob `syntax/lexer/token.go`). */
export type GlobToken =
  | { type: 'text' | 'low' | 'high'; text: string }
  | {
      type:
        | 'any'
        | 'super'
        | 'single'
        | 'open'
        | 'close'
        | 'comma'
        | 'class'
        | 'class-end'
        | 'not'
        | 'between'
        | 'end';
    };

/** How the lexer reads its end; a NUL in the pattern is one, too. */
const end = '\0';

/**
 * The lexer of gobwas/glob 0.2.3 (`syntax/lexer/lexer.go`), with all its habits: a class is one range or one list, a
 * backslash escapes in texts and lists, what is left open is closed by the end, and U+FFFD cannot be read.
 */
class Lexer {
  readonly #chars: readonly string[];
  readonly #tokens: GlobToken[] = [];
  #at = 0;
  #depth = 0;
  #failed = false;
  #last = end;
  #lastSize = 0;
  #isBack = false;

  constructor(pattern: string) {
    this.#chars = Array.from(pattern);
  }

  /** `null`: the pattern cannot be read. */
  next(): GlobToken | null {
    while (!this.#failed && this.#tokens.length === 0) this.#item();
    return this.#failed ? null : (this.#tokens.shift() ?? null);
  }

  #peek(): { char: string; size: number } {
    const char = this.#chars[this.#at];
    if (char === undefined) return { char: end, size: 0 };
    // A lone surrogate is U+FFFD in Go's UTF-8.
    if (char !== '\ufffd' && !/^[\ud800-\udfff]$/.test(char)) return { char, size: 1 };
    this.#failed = true;
    return { char: end, size: 0 };
  }

  #read(): string {
    if (this.#isBack) {
      this.#isBack = false;
      this.#at += this.#lastSize;
      return this.#last;
    }
    const { char, size } = this.#peek();
    this.#at += size;
    this.#last = char;
    this.#lastSize = size;
    return char;
  }

  #unread(): void {
    if (this.#isBack) {
      this.#failed = true;
      return;
    }
    this.#at -= this.#lastSize;
    this.#isBack = true;
  }

  #item(): void {
    const char = this.#read();
    if (char === end) this.#tokens.push({ type: 'end' });
    else if (char === '{') {
      this.#depth += 1;
      this.#tokens.push({ type: 'open' });
    } else if (char === ',' && this.#depth > 0) this.#tokens.push({ type: 'comma' });
    else if (char === '}' && this.#depth > 0) {
      this.#tokens.push({ type: 'close' });
      this.#depth -= 1;
    } else if (char === '[') {
      this.#tokens.push({ type: 'class' });
      this.#class();
    } else if (char === '?') this.#tokens.push({ type: 'single' });
    else if (char === '*') {
      if (this.#read() === '*') this.#tokens.push({ type: 'super' });
      else {
        this.#unread();
        this.#tokens.push({ type: 'any' });
      }
    } else {
      this.#unread();
      this.#text(this.#depth > 0 ? '?*[{},' : '?*[{');
    }
  }

  #class(): void {
    let wants: 'high' | 'close' | null = null;
    let isNot = false;
    for (;;) {
      const char = this.#read();
      if (char === end) {
        this.#failed = true;
        return;
      }
      if (wants === 'close') {
        if (char === ']') this.#tokens.push({ type: 'class-end' });
        else this.#failed = true;
        return;
      }
      if (wants === 'high') {
        this.#tokens.push({ type: 'high', text: char });
        wants = 'close';
      } else if (!isNot && char === '!') {
        this.#tokens.push({ type: 'not' });
        isNot = true;
      } else {
        const { char: next, size } = this.#peek();
        if (next === '-') {
          this.#at += size;
          this.#tokens.push({ type: 'low', text: char }, { type: 'between' });
          wants = 'high';
        } else {
          this.#unread();
          this.#text(']');
          wants = 'close';
        }
      }
    }
  }

  #text(breakers: string): void {
    let text = '';
    let isEscaped = false;
    for (;;) {
      const char = this.#read();
      if (char === end) break;
      if (!isEscaped && char === '\\') {
        isEscaped = true;
        continue;
      }
      if (!isEscaped && breakers.includes(char)) {
        this.#unread();
        break;
      }
      isEscaped = false;
      text += char;
    }
    if (text !== '') this.#tokens.push({ type: 'text', text });
  }
}

/** The tokens of a glob up to its end; `null` when gobwas/glob cannot read it. */
export function globTokens(pattern: string): GlobToken[] | null {
  const lexer = new Lexer(pattern);
  const tokens: GlobToken[] = [];
  for (;;) {
    const token = lexer.next();
    if (token === null) return null;
    if (token.type === 'end') return tokens;
    tokens.push(token);
  }
}
