import { afterEach, expect, it } from 'vitest';
import type { Workflow } from './kubernetes-shapes';
import {
  type Cluster,
  MemoryFaults,
  MemoryRepo,
  rehearsalApps,
  startCluster,
  stopRehearsals,
} from './rehearsal';
import { appsNamespace } from './render';

afterEach(stopRehearsals);

const newRepo = () => new MemoryRepo(['staging', 'production'], rehearsalApps, 'v1');

/** Stops a cluster's controllers and starts new ones over what was dumped, as a restart of the process does. */
async function restarted(cluster: Cluster, repo: MemoryRepo, faults?: MemoryFaults): Promise<Cluster> {
  await cluster.controllers.stop();
  const text = JSON.stringify({ objects: cluster.store.dump(), logs: cluster.logs.dump() });
  return startCluster({ repo, resumed: JSON.parse(text), ...(faults ? { faults } : {}) });
}

it('a cluster at rest is left as it is', async () => {
  const repo = newRepo();
  const before = await startCluster({ repo });
  const uids = (cluster: Cluster) => cluster.store.list('Pod').map((pod) => pod.metadata.uid);
  const after = await restarted(before, repo);
  expect(uids(after)).toEqual(uids(before));
  const at = after.app('frontend').metadata.resourceVersion;
  await after.until('a poll', () => after.app('frontend').metadata.resourceVersion !== at);
  expect(uids(after)).toEqual(uids(before));
  expect(after.store.list('Workflow')).toEqual([]);
  expect(after.settled('frontend', 'v1')).toBe(true);
});

it('a sync that waits for its migration goes on', async () => {
  const repo = newRepo();
  const before = await startCluster({ repo, speed: 20 });
  repo.set('production', 'publishing-api', { imageTag: 'v2' });
  before.refresh();
  await before.until('the migration', () =>
    before.pods('publishing-api', 'dbmigrate').some((pod) => pod.status?.phase === 'Running'),
  );
  const after = await restarted(before, repo);
  expect(after.app('publishing-api').operation).toBeDefined();
  await after.until('v2', () => after.settled('publishing-api', 'v2'));
});

it('a rollout, and the smoke tests after it, go on', async () => {
  const repo = newRepo();
  const faults = new MemoryFaults();
  faults.ready = 10;
  const before = await startCluster({ repo, faults, speed: 20 });
  repo.set('production', 'frontend', { imageTag: 'v2' });
  before.refresh();
  await before.until('a half-done rollout', () => {
    const { status } = before.deployment('frontend');
    return (status?.updatedReplicas ?? 0) > 0 && (status?.updatedReplicas ?? 0) < 3;
  });
  const middle = await restarted(before, repo, faults);
  const running = await middle.until('the tests', () =>
    middle
      .workflows('post-sync')
      .find(
        (workflow) =>
          workflow.metadata.labels?.application === 'frontend' &&
          Object.values(workflow.status?.nodes ?? {}).some(
            (node) => node.displayName === 'smoke-test(0)' && node.phase === 'Running',
          ),
      ),
  );
  expect(middle.app('frontend').status?.health.status).toBe('Healthy');
  expect(middle.deployment('frontend').status?.updatedReplicas).toBe(3);
  const after = await restarted(middle, repo, faults);
  await after.until(
    'the end of the tests',
    () =>
      after.store.get<Workflow>('Workflow', appsNamespace, running.metadata.name)?.status?.phase ===
      'Succeeded',
  );
});

it('a crash loop goes on counting', async () => {
  const repo = newRepo();
  const faults = new MemoryFaults();
  faults.crashing.add('v2');
  const before = await startCluster({ repo, faults });
  repo.set('production', 'frontend', { imageTag: 'v2' });
  before.refresh();
  const restarts = (cluster: Cluster) =>
    Math.max(...cluster.pods('frontend').map((pod) => pod.status?.containerStatuses?.[0]?.restartCount ?? 0));
  await before.until('a restart', () => restarts(before) >= 1);
  const after = await restarted(before, repo, faults);
  await after.until('more restarts', () => restarts(after) >= 3);
});
