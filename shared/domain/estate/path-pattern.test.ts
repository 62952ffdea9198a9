import { describe, expect, it } from 'vitest';
import { migrationPatterns, pathMatcher, pathPatternSchema } from './path-pattern';

describe('patterns of paths', () => {
  it.each([
    ['db/migrate/20260101000000_add_x.rb', true],
    ['engines/billing/db/migrate/20260101000000_add_x.rb', true],
    ['migrations/versions/0042_add_x.py', true],
    ['shop/migrations/0001_initial.py', true],
    ['db/migrations/001.sql', true],
    ['shop/migrations/__init__.py', false],
    ['spec/migrations_spec.rb', false],
    ['db/schema.rb', false],
    ['mydb/migrate/x.rb', false],
    ['db/migrate/x.rb.bak', false],
  ])('by default %s is a migration: %s', (path, is) => expect(pathMatcher(migrationPatterns)(path)).toBe(is));

  it.each([
    ['/sql/**', 'sql/a/b.txt', true],
    ['/sql/**', 'app/sql/b.txt', false],
    ['a/**/z', 'a/z', true],
    ['a/**/z', 'a/b/c/z', true],
    ['a/*/z', 'a/b/c/z', false],
    ['v?.sql', 'v1.sql', true],
    ['(x|y)+.sql', '(x|y)+.sql', true],
    ['(x|y)+.sql', 'xx.sql', false],
  ])('%s and %s: %s', (pattern, path, is) => expect(pathMatcher([pattern])(path)).toBe(is));

  it.each(['', 'a\\b', '*a*b', 'a/**/b/**', 'x'.repeat(201), 'a\n'])('%j is none', (wrong) =>
    expect(pathPatternSchema.safeParse(wrong).success).toBe(false),
  );

  it('no path takes long', () => {
    const slow = pathMatcher(['**/*a/*b', 'a**b']);
    expect(slow(`${'a'.repeat(4_000)}c`)).toBe(false);
    expect(slow(`${'a/'.repeat(2_000)}c`)).toBe(false);
  });
});
