import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { until } from '../testing/until';
import { saveDiagnostics, takeDiagnostics } from './diagnostics';
import { type SmallEstate, smallEstate } from './testing/small-estate';

const app = { version: '1', runtime: 'r', chromium: 'c', node: 'n', platform: 'p', fallbackRuntime: false };
let there: SmallEstate;
let folder: string;

beforeEach(async () => {
  there = await smallEstate();
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-diagnostics-'));
});
afterEach(async () => {
  await there.close();
  await rm(folder, { recursive: true, force: true });
});

it('tells of connections, index and files of the estate that is open', async () => {
  const session = await there.open();
  await until(() => expect(session.history.status().phase).toBe('ready'));
  const taken = await takeDiagnostics(session, app, {
    userData: there.userData,
    logFile: path.join(folder, 'none.log'),
    faults: () => [],
  });
  expect(taken.estate).toMatchObject({ name: 'Small', environments: 1, apps: 2 });
  expect(taken.connections.map(({ name, freshness }) => [name, freshness.state])).toEqual([
    ['Release repo', 'live'],
    ['Cluster of staging', 'live'],
  ]);
  expect(taken.history).toEqual({ state: 'up to date', beginning: expect.any(String), failure: null });
  const bytes = new Map(taken.files.parts.map((part) => [part.name, part.bytes]));
  expect(bytes.get('Copy of the release repo')).toBeGreaterThan(1000);
  expect(bytes.get('History index')).toBeGreaterThan(1000);
  expect(taken.files.free).toBeGreaterThan(0);
});

it('saves the end of the log from a whole line on, without what is secret', async () => {
  const session = await there.open();
  const logFile = path.join(folder, 'main.log');
  const cut = `token: ${'planted'.repeat(50_000)}`;
  await writeFile(logFile, `${cut}\nlogin with https://me:planted-password@git.example\nthe last line\n`);
  const own = { userData: there.userData, logFile, faults: () => [] };
  const file = path.join(folder, 'out.txt');
  await saveDiagnostics(file, await takeDiagnostics(session, app, own), own);
  const text = await readFile(file, 'utf8');
  expect(text).toContain('the last line');
  expect(text).not.toContain('planted');
});

it('is saved where there is no log', async () => {
  const session = await there.open();
  const own = { userData: there.userData, logFile: path.join(folder, 'none.log'), faults: () => [] };
  const file = path.join(folder, 'out.txt');
  await saveDiagnostics(file, await takeDiagnostics(session, app, own), own);
  expect(await readFile(file, 'utf8')).toContain('The log could not be read');
});
