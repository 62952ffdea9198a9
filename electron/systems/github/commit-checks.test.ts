import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createGitHub } from './github-client';
import { createGitHubSources } from './github-sources';

let server: Server;
let runs: { name: string; status: string; conclusion: string | null; check_suite?: { id: number } }[];
let workflowRuns: { path: string; check_suite_id: number }[];
let statuses: { context: string; state: string }[];
let refuse: ((path: string) => { status: number; message: string } | null) | null;
let endless: boolean;
let asked: string[];
const sha = '1'.repeat(40);

const answer = ({ url = '' }: IncomingMessage): [number, unknown] => {
  const { pathname, searchParams } = new URL(url, 'http://x');
  asked.push(pathname);
  const refused = refuse?.(pathname);
  if (refused) return [refused.status, { message: refused.message }];
  const page = Number(searchParams.get('page') ?? 1);
  const part = <T>(all: T[]): T[] => (endless ? all.slice(0, 100) : all.slice((page - 1) * 100, page * 100));
  if (pathname.includes('/git/ref/')) return [200, { ref: 'refs/tags/v1', object: { type: 'commit', sha } }];
  if (pathname.endsWith('/check-runs'))
    return [200, { total_count: endless ? 1e6 : runs.length, check_runs: part(runs) }];
  if (pathname.endsWith('/actions/runs')) {
    const times = { created_at: '2026-03-01T10:00:00Z', updated_at: '2026-03-01T10:00:00Z' };
    const shaped = workflowRuns.map((one, id) => ({ id, ...one, ...times, repository: { name: 'app' } }));
    return [200, { total_count: shaped.length, workflow_runs: part(shaped) }];
  }
  if (pathname.endsWith('/status'))
    return [200, { state: 'pending', total_count: statuses.length, statuses: part(statuses) }];
  return [404, { message: 'Not Found' }];
};

beforeEach(async () => {
  runs = [];
  workflowRuns = [];
  statuses = [];
  refuse = null;
  endless = false;
  asked = [];
  server = createServer((request, response) => {
    const [status, body] = answer(request);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

const checks = (deployWorkflows = ['deploy.yml']) =>
  createGitHubSources({
    deployWorkflows,
    github: createGitHub({
      apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      token: async () => null,
    }),
    owner: 'example',
    repos: {},
    memory: null,
    urlTemplate: 'https://x/{app}',
    now: Date.now,
  }).checks?.('app', 'v1');
const run = (name: string, conclusion: string | null, status = 'completed') => ({ name, status, conclusion });

it('check runs and statuses are told together, as GitHub knows them', async () => {
  runs = [
    run('build', 'success'),
    run('skipped one', 'skipped'),
    run('neutral one', 'neutral'),
    run('lint', 'failure'),
    run('slow', 'timed_out'),
    run('stopped', 'cancelled'),
    run('a person', 'action_required'),
    run('one day', 'something_new'),
    run('none', null),
    run('e2e', null, 'in_progress'),
    run('gate', null, 'waiting'),
  ];
  statuses = [
    { context: 'ci/jenkins', state: 'success' },
    { context: 'ci/old', state: 'error' },
    { context: 'ci/older', state: 'failure' },
    { context: 'ci/queue', state: 'pending' },
  ];
  expect(await checks()).toEqual({
    state: 'known',
    failed: ['lint', 'slow', 'stopped', 'a person', 'one day', 'none', 'ci/old', 'ci/older'],
    pending: ['e2e', 'gate', 'ci/queue'],
    passed: 4,
    partial: false,
  });
  // Of the commit, since a branch may be called like the version.
  expect(asked.filter((path) => path.includes('/commits/'))).toEqual(
    expect.arrayContaining([expect.stringContaining(`/commits/${sha}/`)]),
  );
});

it('none is none', async () => {
  expect(await checks()).toMatchObject({
    state: 'known',
    failed: [],
    pending: [],
    passed: 0,
    partial: false,
  });
});

it('those of further pages count; more than are read are told as partial', async () => {
  runs = Array.from({ length: 250 }, (_, index) =>
    run(`check ${index}`, index === 240 ? 'failure' : 'success'),
  );
  expect(await checks()).toMatchObject({ failed: ['check 240'], passed: 249, partial: false });
  endless = true;
  expect(await checks()).toMatchObject({ partial: true, passed: 1_000 });
});

it.each([
  [403, 'Resource not accessible by personal access token', 'does not allow'],
  [404, 'Not Found', 'did not find this'],
])('what the token may not see is unknown (%i)', async (status, message, words) => {
  for (const part of ['/check-runs', '/status']) {
    refuse = (path) => (path.endsWith(part) ? { status, message } : null);
    expect(await checks()).toMatchObject({ state: 'unknown', because: expect.stringContaining(words) });
  }
});

it('a run of the deploy workflow is no check of the commit: it must keep back neither itself nor the next', async () => {
  runs = [
    { ...run('Test', 'success'), check_suite: { id: 1 } },
    { ...run('Trigger deploy', null, 'in_progress'), check_suite: { id: 2 } },
    { ...run('Check the team', 'failure'), check_suite: { id: 3 } },
    { ...run('Roll out', null, 'waiting'), check_suite: { id: 4 } },
  ];
  workflowRuns = [
    { path: '.github/workflows/ci.yml', check_suite_id: 1 },
    { path: '.github/workflows/deploy.yml', check_suite_id: 2 },
    { path: '.github/workflows/deploy.yml@refs/heads/main', check_suite_id: 3 },
    { path: '.github/workflows/roll-out.yml', check_suite_id: 4 },
  ];
  expect(await checks()).toMatchObject({ failed: [], pending: ['Roll out'], passed: 1 });
  expect(await checks(['roll-out.yml'])).toMatchObject({
    failed: ['Check the team'],
    pending: ['Trigger deploy'],
  });
  // A workflow that is only called like one in its folder's name is none.
  workflowRuns = [{ path: 'deploy.yml/ci.yml', check_suite_id: 2 }];
  expect(await checks()).toMatchObject({
    failed: ['Check the team'],
    pending: ['Trigger deploy', 'Roll out'],
  });
});

it('where runs may not be read, every check counts; where all passed, runs are not asked for', async () => {
  runs = [{ ...run('Trigger deploy', null, 'in_progress'), check_suite: { id: 2 } }];
  workflowRuns = [{ path: '.github/workflows/deploy.yml', check_suite_id: 2 }];
  refuse = (path) => (path.endsWith('/actions/runs') ? { status: 403, message: 'No.' } : null);
  expect(await checks()).toMatchObject({ pending: ['Trigger deploy'] });
  asked = [];
  runs = [run('Test', 'success')];
  expect(await checks()).toMatchObject({ passed: 1 });
  expect(asked.some((path) => path.endsWith('/actions/runs'))).toBe(false);
});
