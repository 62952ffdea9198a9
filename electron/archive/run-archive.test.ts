import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RunView } from '../../shared/domain/actions/run-view';
import { openArchive } from './archive-store';

let folder: string;
const open = () => openArchive(join(folder, 'kept.sqlite'), () => 1);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kept-runs-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const run = (id: number, seenAt = '2026-01-01T00:00:00Z'): RunView => ({
  owner: 'alphagov',
  repo: 'frontend',
  workflow: 'deploy.yml',
  id,
  url: null,
  state: 'running',
  approvals: [],
  jobs: [],
  more: 0,
  seenAt,
});

it('runs and logs of their jobs outlive the process, as they were last seen', () => {
  const before = open();
  before.runs.keepRun('op-1', run(1));
  before.runs.keepRun('op-1', { ...run(1), state: 'succeeded' });
  before.runs.keepJobLog('alphagov/frontend', 7, { text: 'one\n', cut: false });
  before.runs.keepJobLog('alphagov/router', 7, { text: `${'x'.repeat(600_000)}end`, cut: false });
  before.close();
  const after = open();
  expect(after.runs.run('op-1')).toMatchObject({ id: 1, state: 'succeeded' });
  expect(after.runs.run('op-2')).toBeNull();
  expect(after.runs.jobLog('alphagov/frontend', 7)).toEqual({ text: 'one\n', cut: false });
  const long = after.runs.jobLog('alphagov/router', 7);
  expect([long?.text.length, long?.text.endsWith('xend'), long?.cut]).toEqual([512 * 1024, true, true]);
  expect(after.runs.jobLog('alphagov/frontend', 8)).toBeNull();
  after.close();
});

it('the oldest go', () => {
  const archive = open();
  for (let id = 0; id < 510; id += 1)
    archive.runs.keepRun(`op-${id}`, run(id, new Date(Date.UTC(2026, 0, 1) + id * 1000).toISOString()));
  for (let job = 0; job < 310; job += 1)
    archive.runs.keepJobLog('alphagov/frontend', job, { text: 'x', cut: false });
  expect([archive.runs.run('op-9'), archive.runs.run('op-10')?.id]).toEqual([null, 10]);
  expect([
    archive.runs.jobLog('alphagov/frontend', 9),
    archive.runs.jobLog('alphagov/frontend', 10)?.text,
  ]).toEqual([null, 'x']);
  archive.close();
});
