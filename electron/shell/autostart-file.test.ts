import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { setAutostart } from './autostart-file';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-autostart-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const environment = (): NodeJS.ProcessEnv => ({ XDG_CONFIG_HOME: path.join(folder, 'config') });
const file = () => path.join(folder, 'config', 'autostart', 'signalbox.desktop');

it('is written where it is wanted, and taken away where it is not', async () => {
  setAutostart(true, '/opt/Signalbox/signalbox', environment());
  setAutostart(true, '/opt/Signalbox/signalbox', environment());
  expect((await readFile(file(), 'utf8')).split('\n')).toEqual([
    '[Desktop Entry]',
    'Type=Application',
    'Name=Signalbox',
    'Exec="/opt/Signalbox/signalbox"',
    'X-GNOME-Autostart-enabled=true',
    '',
  ]);
  setAutostart(false, '/opt/Signalbox/signalbox', environment());
  setAutostart(false, '/opt/Signalbox/signalbox', environment());
  expect(await readdir(path.dirname(file()))).toEqual([]);
});

it.each([
  ['/opt/My Apps/100%/signalbox', '"/opt/My Apps/100%%/signalbox"'],
  ['/opt/a$b/signalbox', String.raw`"/opt/a\\$b/signalbox"`],
  ['/opt/"a"/`b`', '"/opt/\\\\"a\\\\"/\\\\`b\\\\`"'],
  [String.raw`/opt/a\b`, String.raw`"/opt/a\\\\b"`],
])('names %s as the specification quotes it', async (program, value) => {
  setAutostart(true, program, environment());
  expect(await readFile(file(), 'utf8')).toContain(`\nExec=${value}\n`);
});
