import { afterEach, describe, expect, it } from 'vitest';
import type { Application, Deployment, Job } from './kubernetes-shapes';
import { MemoryFaults, MemoryRepo, rehearsalApps, startCluster, stopRehearsals } from './rehearsal';
import { appsNamespace, argoNamespace, parentName } from './render';

afterEach(stopRehearsals);

const newRepo = () => new MemoryRepo(['integration', 'staging', 'production'], rehearsalApps, 'v1');
const refreshKey = 'argocd.argoproj.io/refresh';

describe('an empty cluster', () => {
  it('is filled at once, synced and healthy, without tests or syncs starting', async () => {
    const cluster = await startCluster({ repo: newRepo() });
    for (const name of ['publishing-api', 'frontend', 'draft-frontend']) {
      expect(cluster.settled(name, 'v1'), name).toBe(true);
    }
    expect(cluster.app(parentName).status?.sync.status).toBe('Synced');
    expect(cluster.pods('frontend')).toHaveLength(3);
    expect(cluster.pods('publishing-api', 'worker')).toHaveLength(1);
    expect(cluster.app('frontend').metadata.annotations).toMatchObject({
      repoName: 'frontend',
      imageTag: 'v1',
      promoteDeployment: 'true',
      automaticDeploysEnabled: 'true',
      postSyncWorkflowEnabled: 'true',
    });
    // A whole round of polling changes nothing but reconciledAt.
    const versions = cluster.store.list('Pod').map((pod) => pod.metadata.resourceVersion);
    const at = cluster.app('frontend').metadata.resourceVersion;
    await cluster.until('a poll', () => cluster.app('frontend').metadata.resourceVersion !== at);
    expect(cluster.store.list('Pod').map((pod) => pod.metadata.resourceVersion)).toEqual(versions);
    expect(cluster.store.list('Workflow')).toEqual([]);
    expect(cluster.app('frontend').status?.history).toHaveLength(1);
  });

  it('waits with only the parent while the repo is away, and fills when it is back', async () => {
    const repo = newRepo();
    repo.away = true;
    const cluster = await startCluster({ repo });
    await cluster.until('a comparison error', () =>
      cluster.app(parentName).status?.conditions?.find((one) => one.type === 'ComparisonError'),
    );
    expect(cluster.store.list('Application')).toHaveLength(1);
    repo.away = false;
    cluster.refresh();
    await cluster.until(
      'the apps',
      () => cluster.store.list('Application').length === 4 && cluster.settled('frontend', 'v1'),
    );
  });
});

describe('a new image tag', () => {
  it('reaches an app through the parent: refresh, sync, child, rollout', async () => {
    const repo = newRepo();
    const cluster = await startCluster({ repo });
    const commit = repo.set('production', 'frontend', { imageTag: 'v2' });
    const seen: string[] = [];
    cluster.store.subscribe<Application>('Application', ({ object }) => {
      if (object.metadata.name === 'frontend') seen.push(object.status?.health.status ?? '');
    });
    cluster.refresh();
    await cluster.until(
      'v2',
      () => cluster.settled('frontend', 'v2') && cluster.settled('draft-frontend', 'v2'),
    );
    const { status, metadata } = cluster.app('frontend');
    expect(metadata.annotations?.[refreshKey]).toBeUndefined();
    expect(seen).toContain('Progressing');
    expect(status?.operationState).toMatchObject({
      phase: 'Succeeded',
      operation: { initiatedBy: { automated: true } },
      syncResult: { revision: commit },
    });
    expect(status?.history?.at(-1)).toMatchObject({ id: 1, revision: commit });
    // The images follow when the last old pod is gone.
    await cluster.until(
      'the new image alone',
      () => cluster.app('frontend').status?.summary?.images?.join() === 'registry.example/govuk/frontend:v2',
    );
    expect(status?.resources).toEqual([
      expect.objectContaining({ kind: 'Deployment', name: 'frontend', status: 'Synced' }),
    ]);
    expect(status?.resources?.[0]).not.toHaveProperty('health');
    // The other app's Deployment was not touched.
    expect(cluster.deployment('publishing-api').metadata.generation).toBe(1);
  });

  it('is found by polling when nobody nudges', async () => {
    const repo = newRepo();
    const cluster = await startCluster({ repo, speed: 1000 });
    repo.set('production', 'frontend', { imageTag: 'v2' });
    await cluster.until('v2', () => cluster.settled('frontend', 'v2'));
  });

  it('waits for its migration, a real Job with a pod and a log', async () => {
    const repo = newRepo();
    const cluster = await startCluster({ repo });
    repo.set('production', 'publishing-api', { imageTag: 'v2' });
    cluster.refresh();
    await cluster.until('the hook', () =>
      cluster
        .app('publishing-api')
        .status?.operationState?.message?.includes('batch/Job/publishing-api-dbmigrate'),
    );
    expect(cluster.deployment('publishing-api').metadata.generation).toBe(1);
    await cluster.until('v2', () => cluster.settled('publishing-api', 'v2'));
    const [pod] = cluster.pods('publishing-api', 'dbmigrate');
    expect(cluster.log(pod?.metadata.name ?? '', 'dbmigrate')).toContain('migrated');
    expect(cluster.app('publishing-api').status?.operationState?.syncResult?.resources).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ kind: 'Job', hookType: 'PreSync', hookPhase: 'Succeeded' }),
        expect.objectContaining({ kind: 'Deployment', name: 'publishing-api-worker', status: 'Synced' }),
      ]),
    );
  });

  it('leaves its hook among the resources as real Argo CD does: to be pruned, without a sync status or an effect', async () => {
    const repo = newRepo();
    const cluster = await startCluster({ repo });
    repo.set('production', 'publishing-api', { imageTag: 'v2' });
    cluster.refresh();
    await cluster.until('v2', () => cluster.settled('publishing-api', 'v2'));
    const hook = () =>
      cluster.app('publishing-api').status?.resources?.find((one) => one.name === 'publishing-api-dbmigrate');
    await cluster.until('the hook in the list', hook);
    expect(hook()).toEqual({
      group: 'batch',
      version: 'v1',
      kind: 'Job',
      namespace: appsNamespace,
      name: 'publishing-api-dbmigrate',
      hook: true,
      requiresPruning: true,
    });
    expect(cluster.app('publishing-api').status).toMatchObject({
      sync: { status: 'Synced' },
      health: { status: 'Healthy' },
    });
  });

  it('is retried as what it began with while the spec wants another version, until it is terminated', async () => {
    const repo = newRepo();
    const faults = new MemoryFaults();
    faults.failingMigrations.add('v2');
    const cluster = await startCluster({ repo, faults, speed: 20 });
    repo.set('production', 'publishing-api', { imageTag: 'v2' });
    cluster.refresh();
    const state = () => cluster.app('publishing-api').status?.operationState;
    const waits = () => state()?.phase === 'Running' && state()?.finishedAt !== undefined;
    await cluster.until('a first failure', waits);
    const first = state();
    expect(first).toMatchObject({ retryCount: 1, message: expect.stringMatching(/Retrying attempt #1 at /) });
    repo.set('production', 'publishing-api', { imageTag: 'v1' });
    cluster.refresh();
    await cluster.until(
      'the spec of v1',
      () => cluster.app('publishing-api').metadata.annotations?.imageTag === 'v1',
    );
    await cluster.until('a second failure', () => waits() && state()?.retryCount === 2);
    expect(state()?.startedAt).toBe(first?.startedAt);
    expect(state()?.syncResult?.source.helm?.values).toMatch(/tag: "?v2/);
    cluster.store.modify<Application>('Application', argoNamespace, 'publishing-api', (draft) => {
      if (draft.status?.operationState) draft.status.operationState.phase = 'Terminating';
    });
    await cluster.until('the end', () => state()?.phase === 'Failed' || state()?.operation.sync?.revision);
    await cluster.until('v1', () => cluster.settled('publishing-api', 'v1'));
  });

  it('stays out when its migration fails, after the retries, and is not tried again at that revision', async () => {
    const repo = newRepo();
    const faults = new MemoryFaults();
    faults.failingMigrations.add('v2');
    const cluster = await startCluster({ repo, faults, speed: 1000 });
    repo.set('production', 'publishing-api', { imageTag: 'v2' });
    cluster.refresh();
    const app = await cluster.until('a failed sync', () => {
      const found = cluster.app('publishing-api');
      return found.status?.operationState?.phase === 'Failed' && !found.operation && found;
    });
    expect(app.status?.operationState).toMatchObject({ retryCount: 2 });
    expect(cluster.deployment('publishing-api').metadata.generation).toBe(1);
    await cluster.until('the condition', () =>
      cluster.app('publishing-api').status?.conditions?.some((one) => one.type === 'SyncError'),
    );
    expect(cluster.app('publishing-api').operation).toBeUndefined();
    expect(cluster.workflows('post-sync')).toEqual([]);
  });
});

describe('a repo that goes away', () => {
  it('leaves the annotation and reconciledAt, says why, and recovers', async () => {
    const repo = newRepo();
    const cluster = await startCluster({ repo });
    const before = cluster.app(parentName).status?.reconciledAt;
    repo.away = true;
    cluster.refresh(parentName, 'hard');
    const broken = await cluster.until('a comparison error', () => {
      const app = cluster.app(parentName);
      return app.status?.conditions?.some((one) => one.type === 'ComparisonError') && app;
    });
    expect(broken.metadata.annotations?.[refreshKey]).toBe('hard');
    expect(broken.status?.reconciledAt).toBe(before);
    expect(broken.status?.sync.status).toBe('Unknown');
    repo.away = false;
    repo.set('production', 'frontend', { imageTag: 'v2' });
    await cluster.until('the annotation gone', () => {
      const app = cluster.app(parentName);
      return app.metadata.annotations?.[refreshKey] === undefined && app.status?.conditions?.length === 0;
    });
    await cluster.until('v2', () => cluster.settled('frontend', 'v2'));
  });
});

/** What a client writes to sync. */
function sync(
  cluster: Awaited<ReturnType<typeof startCluster>>,
  name: string,
  id: string,
  more: object = {},
) {
  cluster.store.modify<Application>('Application', argoNamespace, name, (draft) => {
    draft.operation = {
      initiatedBy: { username: 'release-manager' },
      info: [{ name: 'signalbox', value: id }],
      sync: { syncOptions: draft.spec.syncPolicy?.syncOptions, ...more },
    };
    if (draft.status) delete draft.status.operationState;
  });
}

describe('a manual operation', () => {
  it('is taken over, echoes its info, and goes away', async () => {
    const cluster = await startCluster({ repo: newRepo() });
    sync(cluster, 'frontend', 'op-1');
    await cluster.until('running', () => cluster.app('frontend').status?.operationState?.phase === 'Running');
    const done = await cluster.until('done', () => {
      const app = cluster.app('frontend');
      return app.status?.operationState?.phase === 'Succeeded' && app;
    });
    expect(done.operation).toBeUndefined();
    expect(done.status?.operationState?.operation.info).toEqual([{ name: 'signalbox', value: 'op-1' }]);
    expect(done.status?.operationState?.finishedAt).toBeDefined();
  });

  it('loses a second one that is written over it', async () => {
    const cluster = await startCluster({ repo: newRepo() });
    sync(cluster, 'publishing-api', 'op-1');
    await cluster.until(
      'running',
      () => cluster.app('publishing-api').status?.operationState?.phase === 'Running',
    );
    cluster.store.modify<Application>('Application', argoNamespace, 'publishing-api', (draft) => {
      draft.operation = { info: [{ name: 'signalbox', value: 'op-2' }], sync: {} };
    });
    const done = await cluster.until('done', () => {
      const app = cluster.app('publishing-api');
      return app.status?.operationState?.phase === 'Succeeded' && app;
    });
    expect(done.operation).toBeUndefined();
    expect(done.status?.operationState?.operation.info?.[0]?.value).toBe('op-1');
  });

  it('ends when terminated, and its hook is deleted', async () => {
    const cluster = await startCluster({ repo: newRepo() });
    sync(cluster, 'publishing-api', 'op-1');
    await cluster.until('the Job', () =>
      cluster.store.get<Job>('Job', appsNamespace, 'publishing-api-dbmigrate'),
    );
    await cluster.until(
      'the hook',
      () => cluster.app('publishing-api').status?.operationState?.syncResult?.resources?.length,
    );
    cluster.store.patch('Application', argoNamespace, 'publishing-api', 'merge', {
      status: { operationState: { phase: 'Terminating' } },
    });
    const done = await cluster.until('done', () => {
      const app = cluster.app('publishing-api');
      return app.status?.operationState?.phase === 'Failed' && app;
    });
    expect(done.status?.operationState?.message).toContain('Operation terminated');
    expect(done.operation).toBeUndefined();
    expect(cluster.store.get('Job', appsNamespace, 'publishing-api-dbmigrate')).toBeUndefined();
    await cluster.until('no pod', () => cluster.pods('publishing-api', 'dbmigrate').length === 0);
  });

  it('skips hooks and history when it names resources', async () => {
    const cluster = await startCluster({ repo: newRepo() });
    sync(cluster, 'publishing-api', 'op-1', {
      resources: [{ group: 'apps', kind: 'Deployment', name: 'publishing-api' }],
    });
    const done = await cluster.until('done', () => {
      const app = cluster.app('publishing-api');
      return app.status?.operationState?.phase === 'Succeeded' && app;
    });
    const { resources = [] } = done.status?.operationState?.syncResult ?? {};
    expect(resources.some((one) => one.hookType !== undefined)).toBe(false);
    expect(done.status?.history).toHaveLength(1);
    expect(cluster.store.list('Job')).toEqual([]);
  });

  it('to an older revision of the parent is synced back', async () => {
    const repo = newRepo();
    const cluster = await startCluster({ repo });
    const old = await repo.head();
    repo.set('production', 'frontend', { imageTag: 'v2' });
    cluster.refresh();
    await cluster.until('v2', () => cluster.settled('frontend', 'v2'));
    const tags: string[] = [];
    cluster.store.subscribe<Application>('Application', ({ object }) => {
      if (object.metadata.name === 'frontend') tags.push(object.metadata.annotations?.imageTag ?? '');
    });
    sync(cluster, parentName, 'op-1', { revision: old });
    await cluster.until('v1 for a moment', () => tags.includes('v1'));
    await cluster.until('v2 again', () => tags.at(-1) === 'v2' && cluster.settled('frontend', 'v2'));
  });

  it('that is only tried changes nothing, runs no hook and is no entry of the history', async () => {
    const repo = newRepo();
    const cluster = await startCluster({ repo });
    const version = () =>
      cluster.store.get('Deployment', appsNamespace, 'frontend')?.metadata.resourceVersion;
    const before = { version: version(), history: cluster.app('frontend').status?.history?.length };
    sync(cluster, 'frontend', 'op-1', { dryRun: true, syncOptions: [] });
    await cluster.until('tried', () => {
      const state = cluster.app('frontend').status?.operationState;
      return state?.operation.sync?.dryRun === true && state.phase === 'Succeeded';
    });
    const state = cluster.app('frontend').status?.operationState;
    expect(state?.syncResult?.resources).toMatchObject([
      { kind: 'Deployment', name: 'frontend', message: 'deployment.apps/frontend unchanged (dry run)' },
    ]);
    expect({ version: version(), history: cluster.app('frontend').status?.history?.length }).toEqual(before);
  });

  it('waits for a sync window that denies it, and runs when the window is gone', async () => {
    const cluster = await startCluster({ repo: newRepo() });
    const windows = (syncWindows: object[]) =>
      cluster.store.patch('AppProject', argoNamespace, 'govuk', 'merge', { spec: { syncWindows } });
    windows([{ kind: 'deny', schedule: '* * * * *', duration: '1h', applications: ['front*'] }]);
    sync(cluster, 'frontend', 'op-1');
    await cluster.until('blocked', () =>
      cluster.app('frontend').status?.operationState?.message?.includes('blocked by sync window'),
    );
    expect(cluster.app('frontend').status?.operationState?.phase).toBe('Running');
    windows([]);
    await cluster.until('done', () => cluster.app('frontend').status?.operationState?.phase === 'Succeeded');
  });
});

describe('drift', () => {
  it('of a Deployment is healed', async () => {
    const cluster = await startCluster({ repo: newRepo() });
    cluster.store.modify<Deployment>('Deployment', appsNamespace, 'frontend', (draft) => {
      const [container] = draft.spec.template.spec.containers;
      if (container) container.image = 'registry.example/govuk/frontend:hand-made';
    });
    await cluster.until('out of sync', () => cluster.app('frontend').status?.sync.status === 'OutOfSync');
    await cluster.until('healed', () => cluster.settled('frontend', 'v1'));
  });

  it('of a deleted Deployment shows as Missing, and is healed', async () => {
    const cluster = await startCluster({ repo: newRepo() });
    cluster.store.delete('Deployment', appsNamespace, 'frontend');
    await cluster.until('missing', () => cluster.app('frontend').status?.health.status === 'Missing');
    await cluster.until(
      'healed',
      () => cluster.store.get('Deployment', appsNamespace, 'frontend') && cluster.settled('frontend', 'v1'),
    );
  });
});
