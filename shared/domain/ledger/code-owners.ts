/** GitHub loads no larger file (docs.github.com, "About code owners": "CODEOWNERS files must be under 3 MB in size"). */
export const largestCodeOwners = 3 * 1024 * 1024;
/** Where GitHub looks for it, in this order: the first that is there counts (the same page, "CODEOWNERS file location"). */
export const codeOwnersFiles = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS'] as const;

/** As long as a path may be on GitHub's side, and as many rules as are looked at: hostile files are cheap to refuse. */
const longestPattern = 4_096;
const mostRules = 20_000;
const mostOwners = 100;
/** Paths that are looked up: of a repo with thousands of new files, whose owner wants them all, no more names are needed. */
const mostPaths = 100;

interface Rule {
  segments: readonly string[];
  owners: readonly string[];
}

/** As the file names them: `@user`, `@org/team`, or an e-mail address. */
const owner =
  /^(?:@[A-Za-z0-9_-]{1,100}(?:\/[A-Za-z0-9_.-]{1,100})?|[A-Za-z0-9._%+-]{1,100}@[A-Za-z0-9.-]{1,200})$/;

/** A line's pattern and the rest; `\ ` is a space of the pattern. `null`: there is no pattern. */
function split(line: string): { pattern: string; rest: string } | null {
  const found = /^((?:\\.|[^\s\\#])+)(?=\s|#|$)(.*)$/su.exec(line);
  return found ? { pattern: found[1] ?? '', rest: found[2] ?? '' } : null;
}

/**
 * The segments that a pattern is matched by; `null`: it is none. `!` and ranges do not work in such files, nor does `\#` at
 * the begin of a line (the same page, "CODEOWNERS syntax"): brackets are letters, the others make no rule.
 */
function segmentsOf(pattern: string): string[] | null {
  if (pattern.length > longestPattern || pattern.startsWith('!') || pattern.startsWith('\\#')) return null;
  if (pattern.includes('***')) return null;
  if (pattern === '/') return null;
  let segments = pattern.split('/');
  if (segments[0] === '') segments = segments.slice(1);
  // Without a slash but at its end, it fits at any depth.
  else if (segments.length === 1 || (segments.length === 2 && segments[1] === ''))
    segments = segments[0] === '**' ? segments : ['**', ...segments];
  if (segments.length > 1 && segments.at(-1) === '') segments = [...segments.slice(0, -1), '**'];
  return segments;
}

/** Whether a name fits a segment: `*` for any letters, `?` for one, `\` before a letter that is itself. Never backtracks far. */
function fitsName(glob: string, name: string): boolean {
  let at = 0;
  let index = 0;
  let star = -1;
  let from = 0;
  while (index < name.length) {
    const letter = glob[at];
    if (letter === '*') {
      star = at++;
      from = index;
    } else if (
      letter !== undefined &&
      (letter === '?' || name[index] === (letter === '\\' ? glob[at + 1] : letter))
    ) {
      at += letter === '\\' ? 2 : 1;
      index += 1;
    } else if (star >= 0) {
      at = star + 1;
      index = ++from;
    } else return false;
  }
  while (glob[at] === '*') at += 1;
  return at === glob.length;
}

/**
 * Whether a path fits. As gitignore's patterns, but that what ends in `/*` is about the files of a folder alone ("`docs/*`
 * matches files like `docs/getting-started.md` but not further nested files").
 */
function fits(segments: readonly string[], path: readonly string[]): boolean {
  const last = segments.length - 1;
  /** Places in the path that can be reached with the segments so far. */
  let reached = new Set([0]);
  for (const [index, segment] of segments.entries()) {
    const next = new Set<number>();
    for (const at of reached) {
      if (segment === '**') {
        if (index === last && at < path.length) return true;
        for (let after = at; index < last && after <= path.length; after += 1) next.add(after);
      } else if (at < path.length && fitsName(segment, path[at] ?? '')) {
        // A folder's name stands for all that is in it.
        if (index === last && (segment !== '*' || at + 1 === path.length)) return true;
        next.add(at + 1);
      }
    }
    if (next.size === 0) return false;
    reached = next;
  }
  return false;
}

/** The rules of a file, in its order; `null` where GitHub would not load it, or it has more than are looked at. */
function rulesOf(text: string): Rule[] | null {
  if (text.length > largestCodeOwners) return null;
  const rules: Rule[] = [];
  for (const line of text.replace(/^\ufeff/u, '').split(/\r?\n/u)) {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const parts = trimmed.length > longestPattern * 4 ? null : split(trimmed);
    const segments = parts && segmentsOf(parts.pattern);
    if (!parts || !segments) continue;
    const owners = (parts.rest.split('#')[0] ?? '').split(/\s+/u).filter((word) => word !== '');
    if (owners.length > mostOwners || !owners.every((one) => owner.test(one))) continue;
    rules.push({ segments, owners });
    if (rules.length > mostRules) return null;
  }
  return rules;
}

/**
 * Who owns some paths by a CODEOWNERS file, as it names them (`@user`, `@org/team`, an e-mail address), each once, in the
 * order of the paths. By GitHub's rules (docs.github.com, "About code owners"): the last line that fits decides, also one
 * without owners; lines with invalid syntax are skipped; what follows `#` is a comment; letters are told apart by case.
 * GitLab's sections mean nothing here: `[Docs]` is a pattern with no owner. Of many paths the first 100 are looked up: this
 * runs on the way of whoever is in a hurry.
 */
export function codeOwners(text: string, paths: readonly string[]): string[] {
  const rules = rulesOf(text) ?? [];
  const found = new Set<string>();
  for (const path of paths.slice(0, mostPaths)) {
    const parts = path.split('/');
    for (const one of rules.findLast(({ segments }) => fits(segments, parts))?.owners ?? []) found.add(one);
  }
  return [...found];
}
