import { z } from 'zod';

/**
 * Which paths of a repo are meant: `*` is anything but a slash, `**` anything, `?` one character. It may begin in any
 * folder; with a slash in front it begins at the root. A folder or file has one `*`, and there is one `**`: each further
 * one multiplies what a long path may cost.
 */
export const pathPatternSchema = z
  .string()
  .min(1)
  .max(200)
  .refine((pattern) => pattern.split('**').length <= 2, { error: 'must have at most one "**"' })
  .refine(
    (pattern) =>
      pattern
        .replaceAll('**', '')
        .split('/')
        .every((part) => part.split('*').length <= 2),
    {
      error: 'must have at most one "*" between two slashes',
    },
  )
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  .refine((pattern) => !/[\u0000-\u001f\u007f\\]/.test(pattern), {
    error: 'must not contain control characters or backslashes',
  });

const parts: Readonly<Record<string, string>> = { '**/': '(?:.*/)?', '**': '.*', '*': '[^/]*', '?': '[^/]' };

/** Whether a path fits one of the patterns. */
export function pathMatcher(patterns: readonly string[]): (path: string) => boolean {
  const all = patterns.map((pattern) => {
    const isRooted = pattern.startsWith('/');
    const source = (isRooted ? pattern.slice(1) : pattern).replace(
      /\*\*\/|\*\*|\*|\?|[.+^${}()|[\]\\]/g,
      (found) => parts[found] ?? `\\${found}`,
    );
    return new RegExp(`${isRooted ? '^' : '(?:^|/)'}${source}$`);
  });
  return (path) => all.some((one) => one.test(path));
}

/** Where migrations lie unless the estate says otherwise: Rails, Alembic, Django and plain SQL. */
export const migrationPatterns = [
  'db/migrate/*.rb',
  'migrations/versions/*.py',
  'migrations/????_*.py',
  'migrations/*.sql',
] as const;
