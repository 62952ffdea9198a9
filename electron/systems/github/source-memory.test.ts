import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Log, noLog } from '../../log/log';
import { createGitHub } from './github-client';
import { createGitHubSources, type Sources } from './github-sources';
import { openSourceMemory, type SourceMemory } from './source-memory';

const sha = (of: number): string => of.toString(16).padStart(40, '0');
let folder: string;
let server: Server;
let url: string;
let status: number;
const opened: SourceMemory[] = [];

beforeEach(async () => {
  status = 200;
  folder = await mkdtemp(join(tmpdir(), 'sources-'));
  server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '', 'http://x').pathname);
    const [, version = ''] = /git\/ref\/tags\/v(\d)$/.exec(path) ?? [];
    const body =
      status !== 200
        ? { message: 'No.' }
        : path.endsWith('/tags')
          ? ['v1', 'v2'].map((name, index) => ({ name, commit: { sha: sha(index + 1) } }))
          : version
            ? { ref: `refs/tags/v${version}`, object: { type: 'commit', sha: sha(Number(version)) } }
            : path.includes('/compare/')
              ? {
                  status: 'ahead',
                  total_commits: 0,
                  commits: [],
                  files: [{ filename: 'db/migrate/1_a.rb' }],
                  merge_base_commit: { sha: sha(1) },
                }
              : [];
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  for (const one of opened.splice(0)) one.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

/** A console that is started; `log` for its faults. */
const start = (log: Log = noLog): Sources => {
  const memory = openSourceMemory(join(folder, 'sources.sqlite'), Date.now, log);
  opened.push(memory);
  return createGitHubSources({
    github: createGitHub({ apiUrl: url, token: async () => null }),
    owner: 'example',
    repos: {},
    urlTemplate: 'https://x/{app}',
    memory,
    now: () => Date.parse('2026-06-01T12:00:00Z'),
  });
};
const stop = (): void => opened.pop()?.close();
const goAway = (): Promise<unknown> => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
};

it('what was seen stays readable without GitHub, also after a restart, and is told as old', async () => {
  const before = start();
  await before.candidates('app', '', 10);
  const change = await before.change('app', 'v1', 'v2');
  expect(change).toMatchObject({ state: 'known', migrations: ['db/migrate/1_a.rb'] });
  stop();
  await goAway();
  const after = start();
  expect(change).not.toHaveProperty('asOf');
  expect(await after.change('app', 'v1', 'v2')).toEqual({
    ...change,
    asOf: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/),
  });
  const { listed, partial } = await after.candidates('app', 'v2', 10);
  expect(listed).toMatchObject([{ name: 'v2', version: 'v2' }]);
  expect(partial).toContain('This is the list of 2026-06-01 12:00 UTC.');
  expect(after.freshness()).toMatchObject({ state: 'unreachable' });
  // What was not seen is unknown, and nothing that may have changed since counts as asked.
  expect(await after.change('app', 'v2', 'v1')).toMatchObject({ state: 'unknown' });
  expect(await after.published('app', 'v2')).toBeNull();
  await expect(after.candidates('other', '', 10)).rejects.toThrow('did not answer');
});

it('a repo that is not there any more has no versions, whatever it had', async () => {
  await start().candidates('app', '', 10);
  stop();
  status = 404;
  await expect(start().candidates('app', '', 10)).rejects.toThrow('did not find this');
});

it('what another version wrote is left out', async () => {
  await start().candidates('app', '', 10);
  opened.at(-1)?.keepListing('odd', 'x', { listed: [{ kind: 'nothing' }], partial: 7 } as never);
  expect(opened.at(-1)?.listing('odd')).toBeNull();
});

it.each<[string, (file: string) => Promise<unknown>, boolean]>([
  ['random', (file) => writeFile(file, 'rubbish'.repeat(1_000)), true],
  ['cut off', async (file) => writeFile(file, (await readFile(file)).subarray(0, 5_000)), true],
  ['empty', (file) => writeFile(file, ''), true],
  ['missing', (file) => rm(file), false],
  ['a folder', (file) => rm(file).then(() => mkdir(file)), true],
])('a file that is %s costs what it held', async (_, damage, isTold) => {
  await start().candidates('app', '', 10);
  stop();
  await damage(join(folder, 'sources.sqlite'));
  const told: string[] = [];
  const after = start((_, event) => told.push(event));
  expect(told).toEqual(isTold ? ['sources.set-aside'] : []);
  expect((await after.candidates('app', '', 10)).listed).toHaveLength(2);
});
