/**
 * Characters as go-yaml v2 sorts them (go.yaml.in/yaml/v2, `yamlprivateh.go` and `readerc.go`). A code of 0 stands for
 * the end of the text: NUL itself is refused before.
 */

/** A line break: LF, CR, and NEL, LS and PS of YAML 1.1. */
export const isBreak = (code: number): boolean =>
  code === 0x0a || code === 0x0d || code === 0x85 || code === 0x2028 || code === 0x2029;

/** A space or a tab. */
export const isBlank = (code: number): boolean => code === 0x20 || code === 0x09;

export const isBreakOrEnd = (code: number): boolean => code === 0 || isBreak(code);
export const isBlankOrEnd = (code: number): boolean => isBlank(code) || isBreakOrEnd(code);

export const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

/** What anchors, tag handles and directive names are made of. */
export const isWord = (code: number): boolean =>
  isDigit(code) ||
  (code >= 0x41 && code <= 0x5a) ||
  (code >= 0x61 && code <= 0x7a) ||
  code === 0x5f ||
  code === 0x2d;

/** The value of a hexadecimal digit, -1 for anything else. */
export function hexDigit(code: number): number {
  if (isDigit(code)) return code - 0x30;
  if (code >= 0x41 && code <= 0x46) return code - 0x41 + 10;
  if (code >= 0x61 && code <= 0x66) return code - 0x61 + 10;
  return -1;
}

export const isHighSurrogate = (code: number): boolean => code >= 0xd800 && code <= 0xdbff;

/**
 * Where the first character lies that no YAML may hold, -1 when there is none: control characters except tab and line
 * breaks, halves of surrogate pairs, U+FFFE and U+FFFF.
 */
export function forbiddenAt(text: string): number {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= 0x20 && code <= 0x7e) continue;
    if (code === 0x0a || code === 0x0d || code === 0x09 || code === 0x85) continue;
    if (code >= 0xa0 && code <= 0xd7ff) continue;
    if (code >= 0xe000 && code <= 0xfffd) continue;
    if (!isHighSurrogate(code)) return at;
    const low = text.charCodeAt(at + 1);
    if (!(low >= 0xdc00 && low <= 0xdfff)) return at;
    at += 1;
  }
  return -1;
}
