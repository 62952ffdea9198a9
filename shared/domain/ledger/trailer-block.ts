/** One trailer: its name as it is written, its value on one line. */
export type Trailer = readonly [name: string, value: string];

/** By these a block is taken for trailers although up to three quarters of it are none (trailer.c, `git_generated_prefixes`). */
const generated = ['Signed-off-by: ', '(cherry picked from commit '];
const isBlank = (character: string): boolean => character !== '' && ' \t\n\r'.includes(character);
const isEmpty = (line: string): boolean => /^[ \t\r]*$/.test(line);
const isComment = (line: string): boolean => line.startsWith('#');

/** Where the name of a trailer ends: letters, digits and dashes, maybe blanks, a colon (trailer.c, `find_separator`). */
function separatorOf(line: string): number {
  const colon = line.indexOf(':');
  return colon > 0 && colon < 200 && /^[A-Za-z0-9-]+[ \t]*$/.test(line.slice(0, colon)) ? colon : -1;
}

/**
 * The trailers of a commit message as `git interpret-trailers --parse --no-divider` and `%(trailers)` read them: the last
 * paragraph, but not the first one, of which every line is a trailer or goes on with one; or, where git wrote one of its own
 * lines there, at least a quarter. Lines of comments do not count. Values that go on over lines are put on one.
 * Source: trailer.c, `find_trailer_start`, and git-interpret-trailers(1).
 */
export function readTrailers(message: string): Trailer[] {
  const lines = message.split('\n');
  const block = lines.slice(beginning(lines)).filter((line) => !isComment(line) && !isEmpty(line));
  const found: [string, string][] = [];
  for (const line of block) {
    const last = found.at(-1);
    if (isBlank(line.charAt(0))) {
      if (last) last[1] = `${last[1]} ${line.trim()}`.trim();
      continue;
    }
    const colon = separatorOf(line);
    if (colon > 0) found.push([line.slice(0, colon).trim(), line.slice(colon + 1).trim()]);
  }
  return found;
}

/** The first line of the block of trailers; the number of lines where there is none. */
function beginning(lines: readonly string[]): number {
  let title = 0;
  while (title < lines.length && (isComment(lines[title] ?? '') || !isEmpty(lines[title] ?? ''))) title += 1;
  let [trailers, others, continuations] = [0, 0, 0];
  let [isGenerated, begun] = [false, false];
  for (let at = lines.length - 1; at >= title; at -= 1) {
    const line = lines[at] ?? '';
    if (isComment(line)) {
      others += continuations;
      continuations = 0;
    } else if (isEmpty(line)) {
      if (!begun) continue;
      others += continuations;
      const enough = isGenerated ? trailers * 3 >= others : trailers > 0 && others === 0;
      return enough ? at + 1 : lines.length;
    } else {
      begun = true;
      if (generated.some((prefix) => line.startsWith(prefix))) {
        trailers += 1;
        continuations = 0;
        isGenerated = true;
      } else if (isBlank(line.charAt(0))) continuations += 1;
      else if (separatorOf(line) > 0) {
        trailers += 1;
        continuations = 0;
      } else {
        others += 1 + continuations;
        continuations = 0;
      }
    }
  }
  return lines.length;
}
