/** Where GitHub looks for the file, in this order; the first that is there counts (docs.github.com, "About code owners"). */
export const codeOwnersFiles = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS'] as const;

/** Whether a name fits a pattern with `*` and `?`, in time that grows with both alone: patterns come from outside. */
function nameFits(pattern: string, name: string): boolean {
  let at = 0;
  let star = -1;
  let mark = 0;
  let index = 0;
  while (at < name.length) {
    if (pattern[index] === '*') {
      star = index++;
      mark = at;
    } else if (index < pattern.length && (pattern[index] === '?' || pattern[index] === name[at])) {
      index++;
      at++;
    } else if (star >= 0) {
      index = star + 1;
      at = ++mark;
    } else return false;
  }
  while (pattern[index] === '*') index++;
  return index === pattern.length;
}

/** Which beginnings of a path, by their number of parts, fit all parts of a pattern; `**` stands for any parts. */
function fittingLengths(pattern: readonly string[], path: readonly string[]): Set<number> {
  let reached = new Set([0]);
  for (const part of pattern) {
    const next = new Set<number>();
    for (const length of reached) {
      if (part === '**') for (let more = length; more <= path.length; more++) next.add(more);
      else if (length < path.length && nameFits(part, path[length] ?? '')) next.add(length + 1);
    }
    reached = next;
  }
  return reached;
}

/**
 * Whether a pattern of the file fits a path: as gitignore(5), but `docs/*` fits no folder's content, and neither `!` nor
 * `[ ]` mean anything ("CODEOWNERS syntax").
 */
function patternFits(pattern: string, path: string): boolean {
  const isFolder = pattern.endsWith('/');
  const parts = pattern.split('/').filter((part) => part !== '');
  const isAnchored = pattern.replace(/\/$/, '').includes('/');
  const whole = path.split('/');
  const lengths = fittingLengths(isAnchored ? parts : ['**', ...parts], whole);
  if (lengths.has(whole.length) && !isFolder) return true;
  // What fits a folder fits all that lies below it.
  const below = isFolder || !(isAnchored && parts.at(-1) === '*');
  return below && [...lengths].some((length) => length > 0 && length < whole.length);
}

/**
 * Who owns some paths by a CODEOWNERS file, as it names them (`@user`, `@org/team`, an e-mail address), each once, in the
 * order of the paths. The last pattern that fits counts, also one without owners. Lines that cannot be read are skipped,
 * as GitHub does.
 */
export function codeOwners(text: string, paths: readonly string[]): string[] {
  const rules = text
    .split(/\r?\n/)
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [pattern = '', ...owners] = line.split(/\s+/);
      return { pattern, owners: owners.filter((one) => /^@?[\w.+-]+([/@][\w.-]+)?$/.test(one)) };
    })
    .reverse();
  const found = new Set<string>();
  for (const path of paths)
    for (const owner of rules.find(({ pattern }) => patternFits(pattern, path))?.owners ?? [])
      found.add(owner);
  return [...found];
}
