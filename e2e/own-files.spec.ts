import { execFileSync } from 'node:child_process';
import { chmod, lstat, mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { startApp } from '../electron/dev/running-app';
import { undamaged } from '../electron/session/testing/user-data-kinds';
import { expect, test } from './fixtures';
import { lookAt } from './look';
import { boardReady } from './screen';

/** A file system of its own, as a write-protected or a full disk is; `null` where this system lets nobody make one. */
function mounted(dir: string, options: string): (() => void) | null {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', dir], { stdio: 'ignore' });
    return () => execFileSync('umount', ['-l', dir], { stdio: 'ignore' });
  } catch {
    return null;
  }
}

/** Starts on a folder that cannot be used: what the window says, and the code of the end. */
async function refusedStart(
  chromium: string,
  userData: string,
): Promise<{ text: string; code: number | null }> {
  const app = await startApp(chromium, ['--user-data', userData]);
  const child = app.electron.process();
  try {
    await expect(app.page.getByRole('heading')).toBeVisible();
    const text = await app.page.locator('body').innerText();
    await app.close();
    return { text, code: child.exitCode };
  } finally {
    child.kill('SIGKILL');
  }
}

test('a folder of data that cannot be written is told in a window, and by the code of the end', async ({
  userData,
}) => {
  const disk = path.join(userData, 'disk');
  await mkdir(disk);
  const unmount = mounted(disk, 'ro,size=1m');
  test.skip(unmount === null, 'this system lets nobody mount a write-protected disk');
  try {
    const { text, code } = await refusedStart(userData, disk);
    expect(text).toContain('its data folder is not writable');
    expect(text).toContain(disk);
    expect(code).toBe(1);
  } finally {
    unmount?.();
  }
});

test('a full disk at the start is told as that', async ({ userData }) => {
  const disk = path.join(userData, 'disk');
  await mkdir(disk);
  const unmount = mounted(disk, 'size=64k');
  test.skip(unmount === null, 'this system lets nobody mount a small disk');
  try {
    await writeFile(path.join(disk, 'filler'), Buffer.alloc(128 * 1024)).catch(() => undefined);
    const { text, code } = await refusedStart(userData, disk);
    expect(text).toContain('the disk is full');
    expect(code).toBe(1);
  } finally {
    unmount?.();
  }
});

test('a file in the place of the folder of data is told, too', async ({ userData }) => {
  await writeFile(path.join(userData, 'file'), '');
  const { text, code } = await refusedStart(userData, path.join(userData, 'file', 'data'));
  expect(text).toContain('is not writable');
  expect(code).toBe(1);
});

/** What Chromium keeps for itself, by the first part of a path below the folder of data. */
const chromiums =
  /^(?:[A-Z][\w .-]*|blob_storage|shared_proto_db|declarative_performance_hints|DevToolsActivePort|\.org\.chromium\..*)(?:\/|$)/;

/** Every file below a folder, by its path from there. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'));
}

/** What others may read, write or enter below a folder: paths and modes. */
async function openToOthers(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    const { mode } = await lstat(file).catch(() => ({ mode: 0 }));
    if (!entry.isSymbolicLink() && (mode & 0o077) !== 0) found.push(`${(mode & 0o777).toString(8)} ${file}`);
  }
  return found;
}

test('what lies on disk is for its owner alone, also what an older version left', async ({ userData }) => {
  test.skip(process.platform === 'win32', 'Windows has no such modes');
  await mkdir(path.join(userData, 'estates', 'old'), { recursive: true, mode: 0o755 });
  await writeFile(path.join(userData, 'estates', 'old', 'history.sqlite'), 'x', { mode: 0o644 });
  await writeFile(path.join(userData, 'config.json'), '{"notifications": false}', { mode: 0o644 });
  const app = await startApp(userData, ['--practice-speed', '20']);
  try {
    await boardReady(app.page);
    await expect.poll(() => openToOthers(userData)).toEqual([]);
    expect((await lstat(userData)).mode & 0o777).toBe(0o700);
  } finally {
    await app.close();
  }
  expect(await openToOthers(userData)).toEqual([]);
});

test('with every file of its own damaged the board opens, and says what was lost', async ({ userData }) => {
  const first = await startApp(userData, ['--practice-speed', '20']);
  await boardReady(first.page);
  // A file of a kind that no test damages is one whose damage nobody has thought of.
  const made = (await filesBelow(userData)).filter((file) => !chromiums.test(file));
  expect(made).toContain('logs/main.log');
  expect(undamaged(made)).toEqual([]);
  await first.close();
  await writeFile(path.join(userData, 'vault.json'), '{"github@0000000000000000":"AAAA"}');
  // All but those of the practice estate itself, which would begin another one.
  const files = (await filesBelow(userData))
    .filter((file) => !chromiums.test(file) && !file.startsWith('practice/'))
    .map((file) => path.join(userData, file));
  expect(files.length).toBeGreaterThanOrEqual(20);
  for (const file of files) {
    await chmod(file, 0o600);
    await writeFile(file, Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7919) % 251)));
  }
  const again = await startApp(userData, ['--practice-speed', '20']);
  try {
    await boardReady(again.page);
    const lost = again.page.getByRole('note', { name: 'Problems with saved files' });
    for (const what of ['The settings', 'The saved credentials', 'The operation journal', 'list of actions'])
      await expect(lost).toContainText(what);
    await lookAt(again, 'lost-files');
    await lost.getByRole('button', { name: 'Dismiss' }).click();
    await expect(lost).toHaveCount(0);
  } finally {
    await again.close();
  }
});
