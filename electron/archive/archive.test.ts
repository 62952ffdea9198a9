import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Claim } from '../../shared/domain/attribution/claims';
import type { ManualAction } from '../../shared/domain/operation/manual-action';
import type { Workflow } from '../../shared/domain/workflows/workflow';
import { openArchive } from './archive-store';

const workflow = (name: string, more: Partial<Workflow> = {}): Workflow => ({
  environment: 'staging',
  namespace: 'apps',
  name,
  template: 'post-sync',
  title: 'Tests',
  labels: { repoName: 'frontend', imageTag: 'v1' },
  phase: 'Failed',
  progress: '1/2',
  message: 'child failed',
  startedAt: '2026-01-01T00:00:00Z',
  finishedAt: '2026-01-01T00:01:00Z',
  shutdown: null,
  nodes: [],
  nodesUnavailable: null,
  ...more,
});
const action = (id: string, more: Partial<ManualAction> = {}): ManualAction => ({
  id,
  at: `2026-01-01T00:00:0${id}Z`,
  actor: 'Ada',
  kind: 'retry',
  environment: 'staging',
  app: 'frontend',
  object: 'Workflow post-sync-1',
  outcome: 'unknown',
  text: 'Asked.',
  created: null,
  ...more,
});

const claim: Claim = {
  source: 'journal',
  operation: 'o',
  kind: 'deploy',
  app: 'frontend',
  environment: 'staging',
  version: 'v1',
  by: 'Ada',
  reason: null,
  override: [],
  route: 'actions',
  run: null,
  base: null,
  commit: 'c'.repeat(40),
  earliest: null,
  latest: null,
};

describe('what is kept of a cluster', () => {
  let folder: string;
  const open = () => openArchive(join(folder, 'kept.sqlite'), () => 1);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kept-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('outlives the process: workflows as they were last seen, newest first, and actions with their last outcome', () => {
    const before = open();
    before.keepWorkflow(workflow('post-sync-1', { phase: 'Running' }), 'then');
    before.keepWorkflow(workflow('post-sync-1'), 'later');
    before.keepWorkflow(workflow('post-sync-2', { startedAt: '2026-01-02T00:00:00Z' }), 'later');
    before.keepWorkflow(workflow('other', { labels: { repoName: 'router', imageTag: 'v1' } }), 'later');
    before.recordAction(action('1'));
    before.recordAction(action('1', { outcome: 'done', text: 'It goes on.' }));
    before.recordAction(action('2', { app: 'router' }));
    const request = {
      id: 'r',
      procedure: 'application.sync',
      digest: 'd',
      operationId: 'o',
      at: '2026-03-01',
    };
    before.recordRequest(request);
    before.recordRequest({ ...request, digest: 'another' });
    before.keepClaim(claim, '2026-01-01');
    before.keepClaim({ ...claim, by: 'Grace' }, '2026-01-02');
    before.keepClaim({ ...claim, source: 'run', operation: null }, '2026-01-02');
    before.close();

    const after = open();
    const saved = after.workflows({ app: 'frontend', environment: 'staging', limit: 10 });
    expect(saved.map(({ workflow: { name, phase }, seenAt }) => [name, phase, seenAt])).toEqual([
      ['post-sync-2', 'Failed', 'later'],
      ['post-sync-1', 'Failed', 'later'],
    ]);
    expect(after.workflows({ app: 'frontend', environment: 'staging', version: 'v2', limit: 10 })).toEqual(
      [],
    );
    expect(after.actions({ limit: 10 }).map(({ id }) => id)).toEqual(['2', '1']);
    expect(after.actions({ app: 'frontend', limit: 10 })).toMatchObject([{ id: '1', outcome: 'done' }]);
    expect(after.claims().map(({ source, by }) => [source, by])).toEqual([
      ['journal', 'Grace'],
      ['run', 'Ada'],
    ]);
    expect(after.request('r')).toEqual(request);
    expect(after.request('s')).toBeNull();
    expect(after.action('1')).toMatchObject({ text: 'It goes on.' });
    expect(after.action('9')).toBeNull();
    after.close();
  });

  it('keeps a bounded number, the newest, and of a giant everything but its steps', () => {
    const store = open();
    for (let n = 0; n < 70; n += 1)
      store.keepWorkflow(workflow(`w-${n}`, { startedAt: new Date(n * 1000).toISOString() }), 'now');
    const node = {
      id: 'x'.repeat(1000),
      displayName: '',
      type: 'Pod',
      phase: 'Failed' as const,
      message: null,
      startedAt: null,
      finishedAt: null,
      children: [],
      pod: null,
    };
    const giant = workflow('giant', {
      nodes: Array.from({ length: 600 }, () => node),
      startedAt: '2026-01-01T00:00:00Z',
    });
    store.keepWorkflow(giant, 'now');
    const saved = store.workflows({ app: 'frontend', environment: 'staging', limit: 100 });
    expect(saved).toHaveLength(60);
    expect(saved[0]?.workflow).toMatchObject({
      name: 'giant',
      nodes: [],
      nodesUnavailable: expect.stringContaining('too many'),
    });
    expect(saved.at(-1)?.workflow.name).toBe('w-11');
    store.close();
  });

  it('sets a damaged file aside', () => {
    writeFileSync(join(folder, 'kept.sqlite'), 'rubbish'.repeat(1000));
    const store = open();
    expect(store.notice).toContain('kept.sqlite.damaged-1');
    expect(readdirSync(folder)).toContain('kept.sqlite.damaged-1');
    store.close();
  });
});
