import { shellLine } from './shell-line';

/** What a typed command line comes to: its words, or why it can't be told. */
export type ShellWords = { ok: true; words: string[] } | { ok: false; reason: string };

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

/**
 * The words of a command line as one types it (POSIX.1-2024, 2.2 Quoting; bash, "ANSI-C Quoting"): quotes hold words
 * together, and nothing is expanded: `$HOME`, `*` and `|` stand for themselves, since no shell runs it. A backslash outside
 * of quotes counts before a blank or a quote alone, so that paths of Windows can be typed as they are.
 *
 * It reads whatever {@link shellLine} writes for a posix shell.
 */
export function shellWords(line: string): ShellWords {
  const words: string[] = [];
  /** `null`: between words. An empty text is a word, too: `''`. */
  let word: string | null = null;
  let rest = line;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    const found = pattern.exec(rest);
    if (found) rest = rest.slice(found[0].length);
    return found;
  };
  while (rest !== '') {
    if (take(/^\s+/)) {
      if (word !== null) words.push(word);
      word = null;
      continue;
    }
    const ansi = take(/^\$'((?:[^'\\]|\\[\s\S])*)'/);
    if (ansi) {
      word = (word ?? '') + unescaped(ansi[1] ?? '');
      continue;
    }
    const single = take(/^'([^']*)'/);
    if (single) {
      word = (word ?? '') + (single[1] ?? '');
      continue;
    }
    const double = take(/^"((?:[^"\\]|\\[\s\S])*)"/);
    if (double) {
      word = (word ?? '') + (double[1] ?? '').replace(/\\(["\\$`])/g, '$1');
      continue;
    }
    if (/^["']/.test(rest)) return { ok: false, reason: `The quote ${rest[0]} has no end.` };
    const [, escaped] = take(/^\\([\s'"])/) ?? [];
    word = (word ?? '') + (escaped ?? take(/^[^\s'"\\$]+|^[\s\S]/)?.[0] ?? '');
  }
  if (word !== null) words.push(word);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (words.some((one) => /[\u0000-\u001f\u007f]/.test(one)))
    return { ok: false, reason: 'A word must not contain line feeds or other control characters.' };
  if (words[0] === '') return { ok: false, reason: 'The first word must be a program.' };
  return { ok: true, words };
}

const unescaped = (text: string): string =>
  text.replace(
    /\\(?:x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|([\s\S]))/g,
    (whole, x?: string, u?: string, long?: string, one?: string) => {
      if (one !== undefined) return escapes[one] ?? whole;
      const code = Number.parseInt(x ?? u ?? long ?? '', 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );

/** Words as one would type them, so that {@link shellWords} gives them back. */
export function typedLine(words: readonly string[]): string {
  const [program, ...others] = words;
  return program === undefined ? '' : shellLine({ argv: [program, ...others], env: [] }, 'posix');
}
