import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const folder = import.meta.dirname;
const theme = readFileSync(path.join(folder, 'theme.css'), 'utf8');
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
  /\.(?:css|tsx?)$/.test(file),
);

/** The colours of a scheme by name. */
function colours(scheme: 'light' | 'dark'): Map<string, string> {
  const block = new RegExp(String.raw`\[data-mantine-color-scheme="${scheme}"\] \{([^}]*)\}`).exec(
    theme,
  )?.[1];
  return new Map(
    [...(block ?? '').matchAll(/(--sb-[\w-]+):\s*(#[0-9a-f]{6});/g)].map(([, name = '', value = '']) => [
      name,
      value,
    ]),
  );
}

/** Relative luminance (WCAG 2.2, "relative luminance"). */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

describe('the look', () => {
  it('uses no name that the theme does not define: what is not defined has no colour at all', () => {
    const defined = new Set([...theme.matchAll(/(--sb-[\w-]+):/g)].map(([, name]) => name));
    const unknown = files.flatMap((file) =>
      [...readFileSync(path.join(folder, file), 'utf8').matchAll(/var\((--sb-[\w-]+)/g)].flatMap(
        ([, name]) => (defined.has(name) ? [] : [`${file}: ${name}`]),
      ),
    );
    expect(unknown).toEqual([]);
  });

  it('has the same names in both schemes', () => {
    expect([...colours('dark').keys()]).toEqual(
      [...colours('light').keys()].filter((name) => name !== '--sb-shadow'),
    );
  });

  it.each(['light', 'dark'] as const)(
    'shows what is selected and what has the focus by 3:1, %s',
    (scheme) => {
      const all = colours(scheme);
      const of = (line: string, ...grounds: string[]): number =>
        Math.min(...grounds.map((ground) => contrast(all.get(line) ?? '', all.get(ground) ?? '')));
      // WCAG 2.2, 1.4.11: the line around a selected cell, the focus, and the same of a cell in trouble.
      expect(
        of('--sb-accent-line', '--sb-surface', '--sb-page', '--sb-selected', '--sb-hover'),
      ).toBeGreaterThanOrEqual(3);
      expect(of('--sb-bad', '--sb-surface', '--sb-bad-bg')).toBeGreaterThanOrEqual(3);
      expect(of('--sb-control-line', '--sb-surface', '--sb-page')).toBeGreaterThanOrEqual(3);
    },
  );
});
