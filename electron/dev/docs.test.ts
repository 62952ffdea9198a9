import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { madePages } from './docs';
import { projectRoot } from './project';

const pages = [
  ...readdirSync(projectRoot).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(projectRoot, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

/** What tests and builds make: not there in a fresh clone. */
const made = ['e2e/screenshots/'];

/** What stands in code marks and looks like a path of ours; `*` and `<…>` are no names. */
const namedFiles = (text: string): string[] =>
  [...text.matchAll(/`((?:electron|renderer|shared|e2e|docs)\/[^`\s<>*{}…]*)`/g)]
    .map(([, path = '']) => path)
    .filter((path) => !made.includes(path));

/** Commands of npm itself, which no script of ours stands behind. */
const npmsOwn = ['ci', 'install', 'audit', 'view', 'pack', 'outdated', 'sbom', 'version', 'query', 'ls'];

const links = (text: string): string[] =>
  [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^(https?:|mailto:|#)/.test(link))
    .map((link) => link.replace(/#.*$/, ''));

describe.each(pages)('%s', (page) => {
  const text = readFileSync(join(projectRoot, page), 'utf8');

  test('names files that are there', () => {
    expect(namedFiles(text).filter((path) => !existsSync(join(projectRoot, path)))).toEqual([]);
  });

  test('names commands that are there', () => {
    const { scripts } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const named = [...text.matchAll(/`npm (?:run )?([a-z][a-z0-9:-]*)/g)]
      .map(([, name = '']) => name)
      .filter((name) => !npmsOwn.includes(name));
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  test('links to pages that are there', () => {
    const folder = dirname(join(projectRoot, page));
    const broken = links(text).filter((link) => !existsSync(join(folder, link)));
    expect(broken.map((link) => relative(projectRoot, join(folder, link)))).toEqual([]);
  });
});

test('the README’s map has every folder of the main process', () => {
  const map = readFileSync(join(projectRoot, 'README.md'), 'utf8');
  const folders = readdirSync(join(projectRoot, 'electron'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `\`electron/${name}/\``);
  expect(folders.filter((name) => !map.includes(name))).toEqual([]);
});

describe.each(Object.entries(madePages))('%s', (path, page) => {
  test('is what the schemas say; `npm run docs` writes it', () => {
    expect(readFileSync(join(projectRoot, path), 'utf8')).toBe(page());
  });

  test('says what every field means', () => {
    expect(page().match(/^\| `[^|]*\|[^|]*\|[^|]*\| +\|$/gm) ?? []).toEqual([]);
  });
});
