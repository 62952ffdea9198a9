import { isBlankOrEnd, isBreak, isHighSurrogate } from './characters';

/** Why a text is no YAML for go-yaml, or more than is read here. */
export class GoYamlError extends Error {
  override readonly name = 'GoYamlError';
  /** 1-based. */
  readonly line: number;
  /** Go reads it, and we do not. */
  readonly stricter: boolean;
  constructor(reason: string, line: number, stricter = false) {
    super(reason);
    this.line = line;
    this.stricter = stricter;
  }
}

/** A place in the text. `at`: an offset into the string; `index` and `column` count characters. All 0-based. */
export interface Mark {
  at: number;
  index: number;
  line: number;
  column: number;
}

/** Walks through a text once, from its begin to its end, and knows the line and column. */
export class Cursor {
  readonly text: string;
  at = 0;
  index = 0;
  line = 0;
  column = 0;

  constructor(text: string) {
    this.text = text;
  }

  get mark(): Mark {
    return { at: this.at, index: this.index, line: this.line, column: this.column };
  }

  /** The code unit so many further on; 0 at the end. */
  peek(further = 0): number {
    return this.text.charCodeAt(this.at + further) || 0;
  }

  /** Goes on by one character that is no line break. */
  skip(): void {
    this.at += isHighSurrogate(this.peek()) ? 2 : 1;
    this.index += 1;
    this.column += 1;
  }

  /** Goes over a line break, if there is one; what it counts as in a value. */
  readBreak(): string {
    const code = this.peek();
    if (!isBreak(code)) return '';
    const both = code === 0x0d && this.peek(1) === 0x0a;
    this.at += both ? 2 : 1;
    this.index += both ? 2 : 1;
    this.column = 0;
    this.line += 1;
    return code === 0x2028 || code === 0x2029 ? String.fromCharCode(code) : '\n';
  }

  /** Whether a mark of a document's begin (`---`) or end (`...`) stands here, at the begin of a line. */
  isDocumentMark(): boolean {
    const code = this.peek();
    return (
      this.column === 0 &&
      (code === 0x2d || code === 0x2e) &&
      this.peek(1) === code &&
      this.peek(2) === code &&
      isBlankOrEnd(this.peek(3))
    );
  }

  fail(reason: string, line = this.line): never {
    throw new GoYamlError(reason, line + 1);
  }
}
