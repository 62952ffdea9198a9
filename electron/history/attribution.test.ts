import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Claim } from '../../shared/domain/attribution/claims';
import type { DeploymentEvent, FeedPage, HistoryEvent } from '../../shared/domain/history/history-event';
import { runGit } from '../systems/git/run-git';
import type { HistoryService } from './service';
import { AttributionRepo, isoOf, operationId } from './testing/attribution-repo';

let scratch = '';
let repo: AttributionRepo;
let history: HistoryService;
beforeEach(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'signalbox-attribution-'));
  repo = await AttributionRepo.make(join(scratch, 'repo.git'));
  history = repo.history(join(scratch, 'index.db'));
});
afterEach(async () => {
  await history.settled();
  history.close();
  rmSync(scratch, { recursive: true, force: true });
});

const ask = <T>(question: Parameters<HistoryService['ask']>[0], input: unknown): T =>
  history.ask(question, input as never) as T;
const feed = (filter: object = {}): HistoryEvent[] => ask<FeedPage>('feed', { limit: 100, ...filter }).events;
const deployments = (filter: object = {}): DeploymentEvent[] =>
  feed(filter).filter((one): one is DeploymentEvent => one.type === 'deployment');
/** Version → who is told. */
const told = (): Record<string, unknown> =>
  Object.fromEntries(deployments().map(({ to, startedBy }) => [to, startedBy ?? null]));

const run = (startedAt: number, finishedAt: number | null = null) => ({
  name: 'frontend 7',
  url: 'https://ci.example/runs/7',
  startedAt: isoOf(startedAt),
  finishedAt: finishedAt === null ? null : isoOf(finishedAt),
});

describe('a deployment that a bot committed', () => {
  it('is told as the person’s whose operation it was, everywhere, and as one row', async () => {
    await repo.deploy('v1');
    const base = await repo.deploy('v2');
    await repo.record(1, { base, imageTag: 'v1' });
    const commit = await repo.deploy('v1');
    await history.update();
    expect(deployments()[0]).toMatchObject({ author: 'govuk-ci', reason: null, operationId: null });
    await repo.record(1, {
      base,
      commit,
      reason: 'five hundreds since v2',
      override: ['migrations'],
      run: run(repo.now - 30),
    });
    await history.update();

    const expected = {
      to: 'v1',
      commit,
      author: 'govuk-ci',
      kind: 'rollback',
      reason: 'five hundreds since v2',
      operationId: operationId(1),
      startedBy: {
        name: 'Ada',
        source: 'record',
        route: 'actions',
        override: ['migrations'],
        run: { name: 'frontend 7', url: 'https://ci.example/runs/7' },
      },
    };
    expect(feed().map(({ type, author }) => [type, author])).toEqual([
      ['deployment', 'govuk-ci'],
      ['deployment', 'govuk-ci'],
      ['deployment', 'govuk-ci'],
      ['appeared', 'govuk-ci'],
    ]);
    expect(feed()[0]).toMatchObject(expected);
    expect(feed({ actors: ['Ada'] })).toMatchObject([expected]);
    expect(feed({ actors: ['govuk-ci'] })).toHaveLength(3);
    for (const text of ['Ada', 'five hundreds', 'ada govuk-ci v1'])
      expect(feed({ text })).toMatchObject([expected]);
    expect(feed({ kinds: ['rollback'], text: 'ada' })).toMatchObject([expected]);
    expect(ask('lastDeployments', null)).toMatchObject([expected]);
    expect(ask('deployments', { app: 'frontend', limit: 1 })).toMatchObject([expected]);
    expect(ask('names', null)).toMatchObject({ actors: ['Ada', 'govuk-ci'] });
    expect(ask('outline', { pageSize: 20, actors: ['Ada'] })).toMatchObject({ total: 1 });
    const period = { environments: ['production'], since: '2025-01-01', until: '2026-01-01' };
    expect(ask('figures', { ...period, by: 'actor' })).toMatchObject([
      { key: 'Ada', deployments: 1 },
      { key: 'govuk-ci', deployments: 2, rolledBack: 1 },
    ]);
  });

  it('through Argo Workflows or a merge is told alike, with what else the commit changed in the file', async () => {
    const base = await repo.deploy('v1', { promote: true });
    await repo.commit(
      { 'charts/app-config/image-tags/production/frontend': 'image_tag: v2\npromote_deployment: false\n' },
      { branch: 'update-image-tag/frontend/production/v2', author: 'govuk-ci' },
    );
    const { stdout } = await runGit(['rev-parse', 'refs/heads/update-image-tag/frontend/production/v2'], {
      gitDir: repo.gitDir,
    });
    expect(stdout.toString()).not.toBe('');
    const commit = await repo.deploy('v2');
    await repo.record(1, { base, commit, imageTag: 'v2', kind: 'deploy', route: 'workflow' });
    await history.update();
    expect(feed({ actors: ['Ada'] }).map(({ type }) => type)).toEqual(['promotion-off', 'deployment']);
  });

  it('that somebody else started stays the bot’s, whatever a record says', async () => {
    const first = await repo.deploy('v1');
    const other = await repo.deploy('v2');
    const staging = await repo.deploy('v3', { environment: 'staging' });
    const both = await repo.commit(
      {
        'charts/app-config/image-tags/production/frontend': 'image_tag: v4\n',
        'charts/app-config/image-tags/production/router': 'image_tag: v4\n',
      },
      { author: 'govuk-ci' },
    );
    const told5 = await repo.commit(
      { 'charts/app-config/image-tags/production/frontend': 'image_tag: v5\n' },
      {
        author: 'Grace',
        message: `Deploy\n\nSignalbox-Operation: ${operationId(99)}\nSignalbox-Kind: deploy\n`,
      },
    );
    const last = await repo.deploy('v6');
    const claims = [
      // Begun, and another console deployed the same version there meanwhile: nothing is claimed.
      { base: first, imageTag: 'v2' },
      // Another version, another environment, another app.
      { base: first, imageTag: 'v1', commit: other },
      { base: first, imageTag: 'v3', commit: staging },
      { base: first, imageTag: 'v2', app: 'router', commit: other },
      // More than this deployment.
      { base: first, imageTag: 'v4', commit: both },
      // It stood there before the operation began.
      { base: other, imageTag: 'v2', commit: other },
      { base: last, imageTag: 'v2', commit: other },
      { base: 'f'.repeat(40), imageTag: 'v2', commit: other },
      // Its run began minutes later.
      { base: first, imageTag: 'v2', commit: other, run: run(repo.now + 600) },
      // Its own trailers say whose it is.
      { base: first, imageTag: 'v5', commit: told5 },
      // It did not land.
      { base: first, imageTag: 'v6', commit: last, state: 'not-landed' as const },
      { base: first, imageTag: 'v6', commit: last, month: '2025-12' },
    ];
    for (const [at, claim] of claims.entries())
      await repo.record(at, claim, 'month' in claim ? { folder: '2025-12' } : {});
    await history.update();
    expect(told()).toEqual({ v1: null, v2: null, v3: null, v4: null, v5: null, v6: null });
    expect(feed({ text: 'Ada' })).toEqual([]);
    expect(feed().every(({ type }) => ['deployment', 'appeared'].includes(type))).toBe(true);
  });

  it('and that two claim is the one’s whose run was at work; else it is possibly either’s', async () => {
    const base = await repo.deploy('v1');
    const commit = await repo.deploy('v2');
    const at = repo.now;
    const mine = { base, imageTag: 'v2', commit };
    await repo.record(1, { ...mine, run: run(at - 20) });
    await repo.record(2, { ...mine, by: 'Grace', run: run(at + 15) });
    await history.update();
    expect(told()).toMatchObject({ v2: { name: 'Ada' } });
    // Both were at work by then.
    await repo.record(2, { ...mine, by: 'Grace', run: run(at - 15) });
    await history.update();
    expect(told()).toMatchObject({ v2: { possibly: ['Ada', 'Grace'] } });
    expect(deployments()[0]).toMatchObject({ author: 'govuk-ci', reason: null, operationId: null });
    expect(feed({ actors: ['Ada'] })).toEqual([]);
    // One of them is taken back.
    await repo.record(1, { base, imageTag: 'v2' });
    await history.update();
    expect(told()).toMatchObject({ v2: { name: 'Grace' } });
    await repo.record(2, { base, imageTag: 'v2' });
    await history.update();
    expect(told()).toEqual({ v1: null, v2: null });
    expect(feed({ text: 'Grace' })).toEqual([]);
    expect(ask('names', null)).toMatchObject({ actors: ['govuk-ci'] });
  });

  it('is not touched by records that are no records', async () => {
    const base = await repo.deploy('v1');
    const commit = await repo.deploy('v2');
    await repo.record(1, { base, imageTag: 'v2', commit });
    const folder = '.signalbox/operations';
    await repo.commit({
      [`${folder}/2025-11/${operationId(2)}.yaml`]: '<<<<<<< HEAD\nby: [',
      [`${folder}/2025-11/${operationId(3)}.yaml`]: `by: ${'x'.repeat(100_000)}\n`,
      [`${folder}/2025-11/${operationId(4)}.yaml`]: '\0\0\0',
      [`${folder}/2025-11/deep/${operationId(5)}.yaml`]: 'version: 1\n',
      [`${folder}/99999-11/${operationId(6)}.yaml`]: 'version: 1\n',
      [`${folder}/${operationId(7)}.yaml`]: 'version: 1\n',
      [`${folder}/2025-10`]: 'a file where a folder belongs',
    });
    await history.update();
    expect(told()).toMatchObject({ v1: null, v2: { name: 'Ada' } });
    // So many can't all be operations: none of them is believed, and nobody is named.
    for (let at = 10; at < 61; at += 1)
      await repo.record(at, { base, imageTag: 'v2', commit, by: 'Mallory' });
    await history.update();
    expect(told()).toEqual({ v1: null, v2: null });
  });

  it('is told where the records lie on a branch of their own', async () => {
    const base = await repo.deploy('v1');
    await repo.commit({ 'readme.md': 'records\n' }, { branch: 'signalbox' });
    const apart = repo.history(join(scratch, 'apart.db'), { repo: repo.gitDir, branch: 'signalbox' });
    await apart.update();
    const commit = await repo.deploy('v2');
    await apart.update();
    await repo.record(1, { base, imageTag: 'v2', commit }, { branch: 'signalbox' });
    await apart.update();
    expect(apart.status.attributed).toBe(1);
    expect(apart.ask('feed', { limit: 1 })).toMatchObject({ events: [{ startedBy: { name: 'Ada' } }] });
    apart.close();
  });

  it('is told where its record was read before the commit itself', async () => {
    const base = await repo.deploy('v1');
    await repo.commit({ 'readme.md': 'records\n' }, { branch: 'signalbox' });
    const commit = await repo.deploy('v2');
    await repo.record(1, { base, imageTag: 'v2', commit }, { branch: 'signalbox' });
    const moveMain = (to: string) => runGit(['update-ref', 'refs/heads/main', to], { gitDir: repo.gitDir });
    await moveMain(base);
    const early = repo.history(join(scratch, 'early.db'), { repo: repo.gitDir, branch: 'signalbox' });
    await early.update();
    expect(early.status.attributed).toBe(0);
    await moveMain(commit);
    await early.update();
    expect(early.ask('feed', { limit: 1 })).toMatchObject({
      events: [{ to: 'v2', startedBy: { name: 'Ada' } }],
    });
    // The branch is rewritten, and comes back.
    await moveMain(base);
    await early.update();
    expect(early.ask('names', null)).toMatchObject({ actors: ['govuk-ci'] });
    await moveMain(commit);
    await early.update();
    expect(early.ask('names', null)).toMatchObject({ actors: ['Ada', 'govuk-ci'] });
    early.close();
  });

  it('is told by the journal of this console where no record could be written, and by a run that GitHub showed', async () => {
    const base = await repo.deploy('v1');
    const commit = await repo.deploy('v2');
    const claim: Claim = {
      source: 'journal',
      operation: operationId(1),
      kind: 'promote',
      app: 'frontend',
      environment: 'production',
      version: 'v2',
      by: 'Ada',
      reason: 'why',
      override: [],
      route: 'workflow',
      run: null,
      base,
      commit,
      earliest: null,
      latest: null,
    };
    const seen: Claim = {
      ...claim,
      source: 'run',
      operation: null,
      by: 'grace-hub',
      base: null,
      kind: 'deploy',
    };
    history.tell([seen]);
    await history.update();
    expect(told()).toMatchObject({ v2: { name: 'grace-hub', source: 'run' } });
    history.tell([seen, claim]);
    await history.update();
    expect(told()).toMatchObject({ v2: { name: 'Ada', source: 'journal' } });
    expect(deployments()[0]).toMatchObject({ kind: 'promote', reason: 'why' });
    // Once there is a record of it, the two are one.
    await repo.record(1, { base, imageTag: 'v2', commit, kind: 'promote' });
    await history.update();
    expect(told()).toMatchObject({ v2: { name: 'Ada', source: 'record' } });
    // It is kept until something else is told.
    history.close();
    history = repo.history(join(scratch, 'index.db'));
    await history.update();
    expect(told()).toMatchObject({ v2: { name: 'Ada' } });
    history.tell([seen, { ...seen, by: 'other', run: { name: 'frontend 8', url: null } }]);
    await repo.record(1, { base, imageTag: 'v2' });
    await history.update();
    expect(told()).toMatchObject({ v2: null });
  });
});
