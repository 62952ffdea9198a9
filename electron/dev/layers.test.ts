import { describe, expect, it } from 'vitest';
import { checkLayers } from './layers';

/** The messages for a project of these files. */
function check(files: Record<string, string>): string[] {
  return checkLayers(new Map(Object.entries(files))).map(
    ({ file, line, message }) => `${file}:${line}: ${message}`,
  );
}

describe('the rules of the rooms', () => {
  it('leaves allowed imports alone', () => {
    const found = check({
      'shared/domain/ledger/version.ts': 'export const version = 1;',
      'shared/contract/contract.ts': "import { version } from '../domain/version';\nimport { z } from 'zod';",
      'electron/engine/runner.ts':
        "import { readFile } from 'node:fs/promises';\nimport { x } from '../ledger/ledger';",
      'electron/ledger/ledger.ts': "export { version as x } from '../../shared/domain/ledger/version';",
      'electron/shell/window.ts': "import { BrowserWindow } from 'electron';",
      'electron/shell/practice.ts': "import { x } from '../systems/practice/environments';",
      'electron/practice/estate.ts': "import { x } from '../systems/practice/environments';",
      'electron/preload.ts': "import { contextBridge, ipcRenderer } from 'electron';",
      'renderer/screens/board/board.tsx':
        "import { row } from './row';\nimport { button } from '../../ui/button';",
    });
    expect(found).toEqual([]);
  });

  it.each([
    [
      'shared/domain/a.ts',
      "import '../../electron/engine/b';",
      'shared/domain/ may not import electron/engine/b',
    ],
    ['shared/domain/a.ts', "import 'node:fs';", 'may not import `node:fs`'],
    ['renderer/data/a.ts', "import { ipcRenderer } from 'electron';", 'only electron/shell'],
    [
      'renderer/data/a.ts',
      "import { b } from '../../electron/engine/b';",
      'may not import electron/engine/b',
    ],
    ['renderer/screens/app/a.tsx', "import { b } from '../board/b';", 'app may not import board'],
    ['electron/engine/a.ts', "import { app } from 'electron';", 'only electron/shell'],
    ['electron/shell/a.ts', "import { ipcMain } from 'electron';", 'belongs to electron/shell/bind-ipc.ts'],
    ['electron/engine/a.ts', "import type { App } from 'electron';", 'only electron/shell'],
    ['electron/engine/a.ts', "import { autoUpdater } from 'electron-updater';", 'only electron/shell'],
    ['electron/engine/a.ts', "import { b } from '../practice/b';", 'may not import electron/practice/b'],
    ['electron/shell/a.ts', "import { b } from '../practice/b';", 'may not import electron/practice/b'],
    ['electron/shell/a.ts', "import { b } from '../conformance/b';", 'may not import electron/conformance/b'],
    ['electron/session/a.ts', "import { b } from '../systems/practice/b';", 'does not know the practice'],
    ['electron/engine/a.ts', "const b = await import('../shell/b');", 'may not import electron/shell/b'],
    ['electron/engine/a.ts', "export * from '../dev/b';", 'may not import electron/dev/b'],
    ['electron/systems/git/a.ts', "import { b } from '../../engine/b';", 'may not import electron/engine/b'],
    [
      'electron/practice/a.ts',
      "import { b } from '../systems/argo/b';",
      'may not import electron/systems/argo/b',
    ],
    ['electron/engine/a.test.ts', "import { b } from '../../renderer/ui/b';", 'may not import renderer/ui/b'],
  ])('finds a forbidden import in %s: %s', (file, source, message) => {
    const found = check({ [file]: `\n${source}` });
    expect(found).toEqual([expect.stringContaining(message)]);
    expect(found[0]).toContain(`${file}:2:`);
  });

  it('asks for rules when a room is new', () => {
    expect(check({ 'electron/cellar/a.ts': "import 'node:fs';" })).toEqual([
      expect.stringContaining('no room'),
    ]);
  });

  it('lets tests use what they test with', () => {
    expect(check({ 'electron/engine/a.test.ts': "import { b } from '../practice/b';" })).toEqual([]);
  });
});

describe('import cycles', () => {
  it('are found, and named whole', () => {
    const found = check({
      'electron/engine/a.ts': "import { b } from './b';",
      'electron/engine/b.ts': "export { c } from './c';",
      'electron/engine/c.ts': "import { a } from './a';",
    });
    expect(found).toEqual([
      'electron/engine/a.ts:1: import cycle: electron/engine/a.ts → electron/engine/b.ts → electron/engine/c.ts → electron/engine/a.ts',
    ]);
  });

  it('of types are found, too', () => {
    const found = check({
      'electron/engine/a.ts': "import type { b } from './b';",
      'electron/engine/b.ts': "import { a } from './a';",
    });
    expect(found).toEqual([
      'electron/engine/a.ts:1: import cycle: electron/engine/a.ts → electron/engine/b.ts → electron/engine/a.ts',
    ]);
  });
});

describe('shared code', () => {
  it.each(['new Date()', 'Date.now()', 'Math.random()', 'crypto.randomUUID()', 'performance.now()'])(
    'may not call %s',
    (call) => {
      expect(check({ 'shared/domain/a.ts': `export const a = () => ${call};` })).toHaveLength(1);
    },
  );

  it('may work with a time that it is given', () => {
    expect(
      check({ 'shared/domain/a.ts': 'export const a = (ms: number) => new Date(ms).toISOString();' }),
    ).toEqual([]);
  });
});
