import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FailureError } from '../../shared/domain/failure/failure';
import { commitFiles, makeEstate, type TestEstate, tagFile, tagPath } from '../ledger/testing/release-repo';
import { runGit } from '../systems/git/run-git';
import { readReleaseRepo } from './choose-estate';

let estate: TestEstate;
let front: Server;
let url: string;
/** Everybody may read the repo through it: `--ledger` is opened before anybody has given credentials. */
beforeEach(async () => {
  estate = await makeEstate({ [tagPath('production', 'router')]: tagFile('v1') });
  const authorization = `Basic ${Buffer.from('x-access-token:reader-token').toString('base64')}`;
  front = createServer((asked, answer) => {
    const to = new URL(asked.url ?? '/', estate.url);
    const onward = request(
      to,
      { method: asked.method, headers: { ...asked.headers, host: to.host, authorization } },
      (got) => got.pipe(answer.writeHead(got.statusCode ?? 502, got.headers)),
    );
    asked.pipe(onward.on('error', () => answer.destroy()));
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(front.address() as AddressInfo).port}/demo/release.git`;
});
const goOffline = (): Promise<void> =>
  new Promise((resolve) => {
    front.close(() => resolve());
    front.closeAllConnections();
  });
afterEach(async () => {
  await goOffline();
  await estate.close();
});

const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => (error instanceof FailureError ? error.failure : error),
  );

it('opens a release repo offline that was opened before, whatever its branch is called', async () => {
  await runGit(['branch', '-m', 'main', 'trunk'], { gitDir: estate.gitDir });
  const dir = path.join(estate.folder, 'user-data');
  const online = await readReleaseRepo(url, dir);
  expect(online.estate.ledger.branch).toBe('trunk');
  await goOffline();
  expect(await readReleaseRepo(url, dir)).toEqual(online);
  // Another address of the same host was never seen.
  const other = await failureOf(readReleaseRepo(url.replace('release.git', 'other.git'), dir));
  expect(other).toMatchObject({ code: 'unreachable' });
});

it('asks for the branch again while the remote answers', async () => {
  const dir = path.join(estate.folder, 'user-data');
  await readReleaseRepo(url, dir);
  await runGit(['branch', '-m', 'main', 'trunk'], { gitDir: estate.gitDir });
  await commitFiles(estate.gitDir, { [tagPath('staging', 'router')]: tagFile('v2') }, { branch: 'trunk' });
  const again = await readReleaseRepo(url, dir);
  expect(again.estate.ledger.branch).toBe('trunk');
  expect(again.estate.environments.map(({ name }) => name)).toEqual(['staging', 'production']);
  // Offline it is the one that was opened last.
  await goOffline();
  expect(await readReleaseRepo(url, dir)).toEqual(again);
});
