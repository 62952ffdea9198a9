/** A commit's message in its parts, as `git log` shows them. */
export interface CommitMessage {
  /** `%s`: the first paragraph on one line. */
  subject: string;
  /** `%b`: what follows it; empty where nothing does. */
  body: string;
}

/** Blanks as git knows them (git-compat-util.h, `isspace`: neither form feed nor vertical tab). */
const blanks = [' ', '\t', '\r', '\n'];

/** A text without the blanks at its end. No pattern: one looks at a long stretch of blanks again for each of them. */
function withoutEnd(text: string): string {
  let end = text.length;
  while (end > 0 && blanks.includes(text.charAt(end - 1))) end -= 1;
  return end === text.length ? text : text.slice(0, end);
}

/**
 * Takes a message apart as git does (pretty.c, `format_subject`): empty lines in front are left out, the lines of the
 * first paragraph lose the blanks at their ends and are joined with a space, and the body begins after the empty lines
 * that follow. An empty line may hold blanks.
 */
export function readCommitMessage(message: string): CommitMessage {
  let at = 0;
  /** The next line without the blanks at its end, and where the one after it begins. */
  const lineAt = (from: number): [text: string, next: number] => {
    const end = message.indexOf('\n', from);
    const line = message.slice(from, end < 0 ? message.length : end);
    return [withoutEnd(line), end < 0 ? message.length : end + 1];
  };
  const skipEmpty = () => {
    while (at < message.length) {
      const [line, next] = lineAt(at);
      if (line !== '') return;
      at = next;
    }
  };
  skipEmpty();
  const lines: string[] = [];
  while (at < message.length) {
    const [line, next] = lineAt(at);
    if (line === '') break;
    lines.push(line);
    at = next;
  }
  skipEmpty();
  return { subject: lines.join(' '), body: withoutEnd(message.slice(at)) };
}
