import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { doneBy } from '../../shared/domain/attribution/done-by';
import { type ArchiveStore, openArchive } from '../archive/archive-store';
import { type History, openHistory } from '../history/open-history';
import { AttributionRepo, isoOf } from '../history/testing/attribution-repo';
import { createGitHub } from '../systems/github/github-client';
import { runsBetween } from '../systems/github/workflow-history';
import { builtProgram } from '../testing/programs';
import { startedRuns } from './started-runs';
import { toldClaims } from './tell-claims';

let folder = '';
let repo: AttributionRepo;
let server: Server;
let history: History;
let archive: ArchiveStore;
/** What GitHub has: the runs of the app's workflow. */
let runs: object[] = [];
let status = 200;
const asked: string[] = [];

const run = (id: number, startedAt: number, change: object = {}) => ({
  id,
  name: 'Deploy',
  display_title: 'Deploy v2 to production',
  event: 'workflow_dispatch',
  status: 'completed',
  conclusion: 'success',
  actor: { login: 'ada-hub' },
  triggering_actor: { login: 'ada-hub' },
  run_attempt: 1,
  created_at: isoOf(startedAt),
  run_started_at: isoOf(startedAt),
  updated_at: isoOf(startedAt + 40),
  html_url: `https://git.example/example/frontend/actions/runs/${id}`,
  ...change,
});

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-runs-'));
  repo = await AttributionRepo.make(join(folder, 'repo.git'));
  [runs, status] = [[], 200];
  asked.length = 0;
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ total_count: runs.length, workflow_runs: runs }));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  history = openHistory({
    repo: repo.gitDir,
    branch: 'main',
    indexFile: join(folder, 'index.db'),
    builtWorker: builtProgram('history-worker'),
  });
  archive = openArchive(join(folder, 'kept.sqlite'));
});
afterEach(async () => {
  await history.close();
  archive.close();
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What looks at the runs, an hour after the newest commit. */
function looking() {
  const { port } = server.address() as AddressInfo;
  const github = createGitHub({ apiUrl: `http://127.0.0.1:${port}`, token: async () => 'token' });
  const failures: unknown[] = [];
  const claims = toldClaims({
    engine: { claims: () => [] },
    archive,
    history,
    now: () => isoOf(repo.now),
    onFailure: (failure) => expect(failure).toBeNull(),
    onTold: () => void history.update().catch((error) => failures.push(error)),
    onRefused: (error) => failures.push(error),
  });
  const looker = startedRuns({
    history,
    archive,
    workflowOf: (app) => ({ owner: 'example', repo: app, workflow: 'deploy.yml' }),
    runs: (place, from, to, signal) => runsBetween(github, place, from, to, signal),
    onFound: (found) => claims.tell(found),
    onFailure: (error) => failures.push(error),
    now: () => (repo.now + 3600) * 1000,
  });
  return { ...looker, failures, claims };
}

const newest = async (): Promise<string> => {
  const [event] = (await history.feed({ types: ['deployment'], limit: 1 })).events;
  return event ? doneBy(event) : '';
};

it('a deployment that somebody started in Actions is told as theirs, and stays so without GitHub', async () => {
  await repo.deploy('v1');
  await repo.deploy('v2');
  runs = [
    run(7, repo.now - 60),
    run(8, repo.now - 30, { display_title: 'Deploy v3 to production', actor: { login: 'grace' } }),
  ];
  await history.update();
  const looker = looking();
  looker.look();
  await looker.idle();
  await expect.poll(newest).toBe('ada-hub in Actions');
  const [event] = (await history.feed({ actors: ['ada-hub'], limit: 5 })).events;
  expect(event).toMatchObject({
    author: 'govuk-ci',
    to: 'v2',
    kind: 'manual',
    startedBy: { source: 'run', run: { name: 'frontend 7', url: expect.stringContaining('/runs/7') } },
  });
  expect(asked).toHaveLength(2);
  expect(decodeURIComponent(asked[0] ?? '')).toContain(
    '/repos/example/frontend/actions/workflows/deploy.yml/runs',
  );
  // Each is asked about once.
  looker.look();
  await looker.idle();
  expect(asked).toHaveLength(2);
  looker.close();
  expect(looker.failures).toEqual([]);

  // Another start, with the index gone, and GitHub away.
  await history.close();
  status = 503;
  history = openHistory({
    repo: repo.gitDir,
    branch: 'main',
    indexFile: join(folder, 'another.db'),
    builtWorker: builtProgram('history-worker'),
  });
  looking().claims.tell();
  await expect.poll(newest).toBe('ada-hub in Actions');
});

it.each([
  [
    'two people started the same',
    (at: number) => [run(7, at - 60), run(8, at - 50, { actor: { login: 'grace' } })],
  ],
  ['nobody did', () => []],
  ['the run began after it', (at: number) => [run(7, at + 10)]],
  ['the answer is none', () => [{ id: 'seven' }]],
])('it stays the bot’s where %s', async (_, make) => {
  await repo.deploy('v1');
  await repo.deploy('v2');
  runs = make(repo.now);
  await history.update();
  const looker = looking();
  looker.look();
  await looker.idle();
  looker.close();
  expect(asked.length).toBeGreaterThan(0);
  expect(archive.claims()).toEqual([]);
  expect(await newest()).toBe('govuk-ci');
});

it('asks nothing about releases, promotions and what people committed themselves', async () => {
  await repo.deploy('v1', { promote: true });
  await repo.deploy('v1', { promote: true, environment: 'staging' });
  await repo.commit(
    { 'charts/app-config/image-tags/production/frontend': 'image_tag: v2\n' },
    { message: 'Deploy by hand', author: 'Grace' },
  );
  await history.update();
  const looker = looking();
  looker.look();
  await looker.idle();
  looker.close();
  expect(asked).toEqual([]);
});
