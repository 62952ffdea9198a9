import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { startApp } from '../electron/dev/running-app';
import { expect, test } from './fixtures';
import { grid } from './screen';

/** The processes whose command line names this folder, by pid. */
async function processesOf(folder: string): Promise<Map<number, string>> {
  const found = new Map<number, string>();
  for (const pid of (await readdir('/proc')).map(Number).filter(Number.isInteger)) {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (line.includes(folder)) found.set(pid, line.replaceAll('\0', ' '));
  }
  return found;
}

/**
 * Halts the first graphics process of an app as soon as it is there, as one does that hangs in its driver.
 * @returns ends the watch, and answers which processes of Signalbox's own ran while the halted one was there.
 */
function haltGraphics(folder: string): () => Promise<string[]> {
  let halted: number | null = null;
  let isOver = false;
  const beside = new Set<string>();
  const watch = (async () => {
    while (!isOver) {
      const running = await processesOf(folder);
      for (const [pid, line] of running) {
        if (halted !== null || !line.includes('--type=gpu-process')) continue;
        process.kill(pid, 'SIGSTOP');
        halted = pid;
      }
      if (halted === null || !running.get(halted)?.includes('--type=gpu-process')) continue;
      for (const line of running.values()) if (/practice\.js|cat-file/.test(line)) beside.add(line);
    }
  })();
  return async () => {
    isOver = true;
    await watch;
    return [...beside];
  };
}

// A process that is still halted after a failure would hold the pipes that Playwright waits for, for ever.
test.afterEach(async ({ userData }) => {
  for (const pid of (await processesOf(userData)).keys())
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended by now.
    }
});

const logOf = (userData: string): Promise<string> =>
  readFile(path.join(userData, 'logs', 'main.log'), 'utf8').catch(() => '');

test('a graphics process that hangs is told, ended and done without, and nothing is started beside it', async ({
  userData,
}) => {
  test.skip(process.platform !== 'linux', 'processes are found and halted as Linux has them');
  await mkdir(userData, { recursive: true });
  const over = haltGraphics(userData);
  const first = await startApp(userData, ['--practice-speed', '20']);
  try {
    await expect(grid(first.page)).toBeVisible();
    expect(await over()).toEqual([]);
    const log = await logOf(userData);
    expect(log).toContain('waiting for the graphics of this computer, which do not answer');
    expect(log).toMatch(/graphics\.process-killed \{"pid":\d+\}/);
    await expect.poll(() => first.page.title()).not.toContain('waiting for the graphics');
  } finally {
    await over();
    await first.close();
  }
  const second = await startApp(userData, ['--practice-speed', '20']);
  try {
    await expect(grid(second.page)).toBeVisible();
    expect(await logOf(userData)).toContain('graphics.without-card');
  } finally {
    await second.close();
  }
});

test('an estate that never opens is told on the page', async ({ userData }) => {
  test.skip(process.platform === 'win32', 'there is no named pipe in a folder here');
  const estate = path.join(userData, 'signalbox.yaml');
  // Nobody ever writes into it.
  execFileSync('mkfifo', [estate]);
  const app = await startApp(path.join(userData, 'data'), ['--estate', estate]);
  try {
    await expect(app.page.getByText('Still opening the estate')).toBeVisible();
  } finally {
    await app.kill();
  }
});
