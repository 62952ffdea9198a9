import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
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

test('what is no estate file, and a release repo that never answers, are told on the page', async ({
  userData,
}) => {
  test.skip(process.platform === 'win32', 'there is no named pipe in a folder here');
  await mkdir(userData, { recursive: true });
  const pipe = path.join(userData, 'pipe.yaml');
  // Nobody ever writes into it: it is not waited for.
  execFileSync('mkfifo', [pipe]);
  const refused = await startApp(path.join(userData, 'first'), ['--estate', pipe]);
  try {
    await expect(refused.page.getByText(/The estate file .*pipe\.yaml can’t be read\./)).toBeVisible();
  } finally {
    await refused.kill();
  }

  // It takes every connection and never says a word.
  const remote = createServer().listen(0, '127.0.0.1');
  await once(remote, 'listening');
  const { port } = remote.address() as AddressInfo;
  const estate = path.join(userData, 'signalbox.yaml');
  await writeFile(
    estate,
    `name: Silent
ledger: { url: 'http://127.0.0.1:${port}/charts.git' }
environments: [{ name: live, tier: production }]
pipelines: [{ name: charts, kind: apps, environments: [live] }]
`,
  );
  const waiting = await startApp(path.join(userData, 'second'), ['--estate', estate]);
  try {
    await expect(waiting.page.getByText('The release repo stopped answering.').first()).toBeVisible();
  } finally {
    await waiting.kill();
    remote.close();
  }
});
