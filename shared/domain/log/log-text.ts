export { type Severity, severities, severityOf } from './log-severity';

// biome-ignore-start lint/suspicious/noControlCharactersInRegex: ANSI sequences begin with one
const sequence = /\u001b\[[0-9;:?]*[ -/]*[@-~]/g;
const unprintable = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/g;
const suspicious = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/;
const openSequence = /\u001b(?:\[[\d;:]*)?$/;
// biome-ignore-end lint/suspicious/noControlCharactersInRegex: see above

/** A line without its colours and other control characters: what is searched, copied and saved. */
export const plain = (text: string): string =>
  suspicious.test(text) ? text.replace(sequence, '').replace(unprintable, '') : text;

/** The first `limit` UTF-16 units of a line, cut neither inside a character nor inside a colour. */
export function cutText(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const last = text.charCodeAt(limit - 1);
  const end = last >= 0xd800 && last <= 0xdbff ? limit - 1 : limit;
  return text.slice(0, end).replace(openSequence, '');
}

/** Whether a line goes on with what the line before it began: a stack trace, a wrapped message. */
export const continues = (line: string): boolean =>
  /^(?:\s+\S|Caused by:|Traceback |\.\.\. \d+ more|During handling of )/.test(line);
