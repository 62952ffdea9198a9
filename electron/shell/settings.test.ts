import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Settings, usualDesktop } from '../../shared/contract/session';
import { defaultBoardSettings } from '../../shared/domain/board/board-view';
import { openSettings } from './settings';

const defaults: Settings = {
  colourScheme: 'auto',
  notifications: true,
  board: defaultBoardSettings,
  desktop: usualDesktop,
  identity: { name: 'A', email: 'a@example.org' },
  signCommits: false,
};

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'signalbox-settings-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const at = (name: string) => path.join(dir, name);
const modeOf = async (name: string) => (await stat(at(name))).mode & 0o777;

/** A profile that was used: a changed setting, a secret, an estate. */
async function used(): Promise<void> {
  await mkdir(at('estates'));
  const settings = openSettings(dir, defaults);
  settings.set({ notifications: false });
  settings.secrets.set({ 'github@0123456789abcdef': 'AAAA' });
}

const damages: Readonly<Record<string, (file: string) => Promise<void>>> = {
  truncated: async (file) => writeFile(file, (await readFile(file)).subarray(0, 10)),
  empty: (file) => writeFile(file, ''),
  random: (file) => writeFile(file, Buffer.from([0, 255, 3, 200, 17])),
  'no object': (file) => writeFile(file, '[1]'),
  missing: (file) => rm(file),
  unreadable: async (file) => {
    await rm(file);
    await mkdir(file);
  },
};

describe('settings and secrets', () => {
  it('are there at the next start, for their owner alone', async () => {
    await used();
    const settings = openSettings(dir, defaults);
    expect(settings.get().notifications).toBe(false);
    expect(settings.secrets.get('github@0123456789abcdef')).toBe('AAAA');
    expect(settings.notices).toEqual([]);
    expect([await modeOf('config.json'), await modeOf('vault.json')]).toEqual([0o600, 0o600]);
  });

  it.each(Object.keys(damages))('keep the secrets when the settings are %s, and say so', async (damage) => {
    await used();
    await damages[damage]?.(at('config.json'));
    const settings = openSettings(dir, defaults);
    expect(settings.get()).toEqual(defaults);
    expect(settings.secrets.get('github@0123456789abcdef')).toBe('AAAA');
    expect(settings.notices).toEqual([expect.stringMatching(/^The settings (?:could not be read|are gone)/)]);
    settings.set({ notifications: false });
    const aside = (await readdir(dir)).filter((name) => name.startsWith('config.json.damaged-'));
    expect(aside).toHaveLength(damage === 'missing' ? 0 : 1);
    expect(openSettings(dir, defaults).notices).toEqual([]);
  });

  it.each(Object.keys(damages))('keep the settings when the secrets are %s, and say so', async (damage) => {
    await used();
    await damages[damage]?.(at('vault.json'));
    const settings = openSettings(dir, defaults);
    expect(settings.get().notifications).toBe(false);
    expect(settings.secrets.get('github@0123456789abcdef')).toBeUndefined();
    expect(settings.notices).toEqual([
      expect.stringMatching(/^The saved credentials (?:could not|are gone)/),
    ]);
    expect(openSettings(dir, defaults).notices).toEqual([]);
  });

  it('move out of the one file in which an older version kept both', async () => {
    await writeFile(
      at('config.json'),
      JSON.stringify({ notifications: false, vault: { 'ledger@0123456789abcdef': 'BBBB' } }),
      { mode: 0o644 },
    );
    const settings = openSettings(dir, defaults);
    expect(settings.notices).toEqual([]);
    expect(settings.secrets.get('ledger@0123456789abcdef')).toBe('BBBB');
    expect(settings.get().notifications).toBe(false);
    expect(await readFile(at('config.json'), 'utf8')).not.toContain('BBBB');
    expect(openSettings(dir, defaults).secrets.get('ledger@0123456789abcdef')).toBe('BBBB');
    expect(await modeOf('config.json')).toBe(0o600);
  });

  it('say nothing at the very first start', () => {
    expect(openSettings(dir, defaults).notices).toEqual([]);
  });

  it('lose a saved view of the board that can’t be read, say so once, and keep the others', async () => {
    const fine = { name: 'Mine', density: 'compact', only: 'drifted' };
    const views = [fine, { name: 'prod\u202Etion', density: 'compact' }, { name: 'Odd', density: 'tiny' }];
    await writeFile(
      at('config.json'),
      JSON.stringify({ notifications: false, board: { density: 'compact', views } }),
    );
    const settings = openSettings(dir, defaults);
    expect(settings.get()).toMatchObject({
      notifications: false,
      board: { density: 'compact', views: [fine] },
    });
    expect(settings.notices).toEqual(['2 saved views of the board couldn’t be read and were removed.']);
    expect(openSettings(dir, defaults)).toMatchObject({ notices: [] });
    expect(openSettings(dir, defaults).get().board.views).toEqual([fine]);
  });

  it('tell a disk that is full or write-protected as that', async () => {
    const settings = openSettings(dir, defaults);
    await rm(dir, { recursive: true });
    await writeFile(dir, '');
    expect(() => settings.set({ notifications: false })).toThrow(
      expect.objectContaining({ failure: expect.objectContaining({ code: 'refused' }) }),
    );
    expect(settings.get().notifications).toBe(true);
  });
});
