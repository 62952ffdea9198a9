import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageFolderOf } from './bundled-packages';
import { folderOnDisk, licenceOf, licencesFile } from './licences';

/** The licence of a package that consists of these files. */
async function licenceWith(manifest: Record<string, unknown>, files: Record<string, string> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-licence-'));
  try {
    await writeFile(
      join(folder, 'package.json'),
      JSON.stringify({ name: 'one', version: '1.2.3', ...manifest }),
    );
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    return await licenceOf(folderOnDisk(folder));
  } finally {
    await rm(folder, { recursive: true });
  }
}

it.each([
  ['names none', {}, 'one 1.2.3 names no licence'],
  ['has an empty one', { license: '' }, 'one 1.2.3 names no licence'],
  ['is not to be had', { license: 'UNLICENSED' }, 'one 1.2.3 stands under UNLICENSED, which is not allowed'],
  ['asks for our sources', { license: 'AGPL-3.0-only' }, 'stands under AGPL-3.0-only, which is not allowed'],
  ['asks for both', { license: 'MIT AND GPL-3.0-or-later' }, 'which is not allowed'],
  ['sends elsewhere', { license: 'SEE LICENSE IN LICENSE.md' }, 'which is not allowed'],
  ['invents a name', { license: 'MIT-ish' }, 'which is not allowed'],
  ['is Apache by an old name', { license: 'Apache 2' }, 'which is not allowed'],
])('a package whose manifest %s ends the packaging', async (_name, manifest, message) => {
  await expect(licenceWith(manifest, { LICENSE: 'text' })).rejects.toThrow(message);
});

it('a package under a choice that cannot be met without a text ends the packaging, since SPDX has no text of it', async () => {
  await expect(licenceWith({ license: '(MIT OR GPL-2.0-only)' })).rejects.toThrow(
    'one 1.2.3 ships no text of its licence ((MIT OR GPL-2.0-only))',
  );
});

it('an allowed licence is kept with its text, its notice, or SPDX’s own text', async () => {
  const own = await licenceWith(
    { license: 'Apache-2.0' },
    { 'LICENSE.txt': 'Apache\r\n', NOTICE: 'Of X.\n' },
  );
  expect(own).toEqual({ name: 'one', version: '1.2.3', licence: 'Apache-2.0', text: 'Apache\n\nOf X.' });
  const old = await licenceWith(
    { licenses: [{ type: 'MIT' }, { type: 'GPL-2.0-only' }] },
    { COPYING: 'Either.' },
  );
  expect(old).toMatchObject({ licence: 'MIT OR GPL-2.0-only', text: 'Either.' });
  const bare = await licenceWith({ license: 'MIT' }, { NOTICE: 'Of Y.' });
  expect(bare.text).toMatch(/Permission is hereby granted[\s\S]*Of Y\.$/);
  expect(licencesFile([own, { ...own, name: 'another' }])).toEqual({
    texts: [own.text],
    packages: [
      { name: 'another', version: '1.2.3', licence: 'Apache-2.0', text: 0 },
      { name: 'one', version: '1.2.3', licence: 'Apache-2.0', text: 0 },
    ],
  });
});

it.each([
  ['node_modules/zod/index.js', 'node_modules/zod'],
  ['node_modules/@tanstack/store/dist/a.js?commonjs-proxy', 'node_modules/@tanstack/store'],
  ['node_modules/a/node_modules/@b/c/d.css', 'node_modules/a/node_modules/@b/c'],
  ['electron/main.ts', null],
])('a module belongs to its nearest package: %s', (module, folder) => {
  expect(packageFolderOf(`\0${process.cwd()}/${module}`)).toBe(folder);
});
