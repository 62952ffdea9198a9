import type { Mark } from './cursor';

export type ScalarStyle = 'plain' | 'single' | 'double' | 'literal' | 'folded';

export type TokenType =
  | 'stream-start'
  | 'stream-end'
  | 'version-directive'
  | 'tag-directive'
  | 'document-start'
  | 'document-end'
  | 'block-sequence-start'
  | 'block-mapping-start'
  | 'block-end'
  | 'flow-sequence-start'
  | 'flow-sequence-end'
  | 'flow-mapping-start'
  | 'flow-mapping-end'
  | 'block-entry'
  | 'flow-entry'
  | 'key'
  | 'value'
  | 'alias'
  | 'anchor'
  | 'tag'
  | 'scalar';

/** One word of a YAML text. */
export interface Token {
  type: TokenType;
  start: Mark;
  end: Mark;
  /** A scalar's value; an anchor's or alias's name; a tag's handle; a tag directive's handle; a version (`1.1`). */
  value: string;
  /** A tag's suffix; a tag directive's prefix. */
  suffix: string;
  style: ScalarStyle;
}

export const token = (type: TokenType, start: Mark, end: Mark, more: Partial<Token> = {}): Token => ({
  type,
  start,
  end,
  value: '',
  suffix: '',
  style: 'plain',
  ...more,
});
