import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { imageChanges } from '../../shared/domain/emergency/live-image';
import { noLog } from '../log/log';
import { startTestCluster, type TestCluster } from '../practice/testing/cluster';
import { connect } from '../systems/kubernetes/connection';
import { observeCluster } from './observe-cluster';
import type { Cluster } from './types';

const never = new AbortController().signal;
const place = {
  environment: 'staging',
  argoNamespace: 'cluster-services',
  workflowsNamespace: 'apps',
  appsNamespace: 'apps',
  parentApplication: 'app-config',
};
/** Every key that Argo CD has, one that it has not, and a number that JavaScript can't hold. */
const policy = { prune: true, selfHeal: true, allowEmpty: false, later: { big: '4505012345678901249' } };
const policyText = JSON.stringify(policy);
const digest = `sha256:${'a'.repeat(64)}`;

let there: TestCluster;
let cluster: Cluster;

const stored = <T>(kind: string, namespace: string, name: string): T =>
  there.store.get(kind as 'Application', namespace, name) as unknown as T;
interface Stored {
  metadata: { annotations?: Record<string, string> };
  spec: { syncPolicy: { automated?: unknown; syncOptions?: unknown }; project: string };
}
const app = () => stored<Stored>('Application', 'cluster-services', 'frontend');
const workload = (kind: string, name: string, containers: object[], initContainers: object[] = []) => ({
  metadata: { name, namespace: 'apps', labels: { 'app.govuk/repository-name': 'frontend' } },
  spec: { replicas: 1, template: { spec: { containers, initContainers } } },
  kind,
});
const images = (kind: string, name: string): string[] => {
  const { spec } = stored<ReturnType<typeof workload>>(kind, 'apps', name).spec.template;
  return [...spec.containers, ...spec.initContainers].map((one) => (one as { image: string }).image);
};

beforeEach(async () => {
  there = await startTestCluster();
  there.store.create('Application', {
    metadata: { name: 'frontend', namespace: 'cluster-services', annotations: { repoName: 'frontend' } },
    spec: { project: 'govuk', syncPolicy: { automated: policy, syncOptions: ['PruneLast=true'] } },
  } as never);
  const own = { name: 'app', image: `registry.example/govuk/frontend:v2@${digest}` };
  const sidecar = { name: 'nginx', image: 'registry.example/govuk/nginx:v2' };
  const first = { name: 'assets', image: 'registry.example/govuk/frontend:v2' };
  there.store.create('Deployment', workload('Deployment', 'frontend', [sidecar, own], [first]) as never);
  there.store.create(
    'Deployment',
    workload('Deployment', 'frontend-worker', [
      { ...own, image: 'registry.example/govuk/frontend:v2' },
    ]) as never,
  );
  cluster = observeCluster({
    connection: await connect({ kubeconfig: [there.kubeconfig], context: 'test' }),
    place,
    log: noLog,
  });
  await expect.poll(() => cluster.view.freshness().state).toBe('live');
});
afterEach(async () => {
  await cluster.close();
  await there.close();
});

describe('automatic sync', () => {
  it('is switched off and on again exactly as it was, each as often as asked', async () => {
    const { emergency } = cluster.actions;
    expect(await emergency.automaticSync('frontend', never)).toEqual({
      ok: true,
      value: { policy: policyText, note: null, keptBy: null, busy: false },
    });
    const was = { policy: policyText, note: 'op-1' };
    expect(await emergency.switchAutomaticSyncOff('frontend', was, never)).toMatchObject({
      value: { changed: true },
    });
    expect(app().spec).toEqual({ project: 'govuk', syncPolicy: { syncOptions: ['PruneLast=true'] } });
    expect(await emergency.automaticSync('frontend', never)).toMatchObject({
      value: { policy: null, note: 'op-1' },
    });
    expect(await emergency.switchAutomaticSyncOff('frontend', was, never)).toMatchObject({
      value: { changed: false },
    });
    expect(await emergency.switchAutomaticSyncOn('frontend', was, never)).toMatchObject({
      value: { changed: true },
    });
    expect(app().spec.syncPolicy.automated).toEqual(policy);
    expect(app().metadata.annotations).toEqual({ repoName: 'frontend' });
    expect(await emergency.switchAutomaticSyncOn('frontend', was, never)).toMatchObject({
      value: { changed: false },
    });
  });

  it('is left alone where somebody changed it in between', async () => {
    const { emergency } = cluster.actions;
    const patch = (automated: unknown) =>
      there.store.patch('Application', 'cluster-services', 'frontend', 'merge', {
        spec: { syncPolicy: { automated } },
      });
    patch({ selfHeal: false });
    const was = { policy: policyText, note: 'op-1' };
    expect(await emergency.switchAutomaticSyncOff('frontend', was, never)).toMatchObject({
      failure: { code: 'conflict' },
    });
    patch(null);
    patch(policy);
    await emergency.switchAutomaticSyncOff('frontend', was, never);
    patch({ prune: false });
    // Somebody switched it on again in a way of their own: that stays, and nothing says any more that it is off.
    expect(await emergency.switchAutomaticSyncOn('frontend', was, never)).toMatchObject({
      value: { changed: true },
    });
    expect(app().spec.syncPolicy.automated).toEqual({ prune: false });
    expect(await emergency.automaticSync('frontend', never)).toMatchObject({ value: { note: null } });
    patch({ enabled: false });
    expect(await emergency.switchAutomaticSyncOn('frontend', was, never)).toMatchObject({
      failure: { code: 'conflict' },
    });
  });

  it('tells what would put it back', async () => {
    there.store.patch('Application', 'cluster-services', 'frontend', 'merge', {
      metadata: {
        annotations: { 'argocd.argoproj.io/tracking-id': 'app-config:argoproj.io/Application:x/frontend' },
      },
    });
    const { emergency } = cluster.actions;
    expect(await emergency.automaticSync('frontend', never)).toMatchObject({
      value: { keptBy: 'Application app-config' },
    });
    there.store.patch('Application', 'cluster-services', 'frontend', 'merge', {
      metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'ApplicationSet', name: 'all', uid: 'u' }] },
    });
    expect(await emergency.automaticSync('frontend', never)).toMatchObject({
      value: { keptBy: 'ApplicationSet all' },
    });
  });
});

describe('the image of live workloads', () => {
  const own = new Set(['registry.example/govuk/frontend']);

  it('is set in every container of the app’s repository, without the old digest, and nowhere else', async () => {
    const { emergency } = cluster.actions;
    const live = await emergency.liveWorkloads('frontend', never);
    if (!live.ok) throw new Error(live.failure.message);
    expect(live.value.map(({ name }) => name)).toEqual(['frontend', 'frontend-worker']);
    for (const one of live.value) {
      const changes = imageChanges(one, own, 'v1');
      expect(await emergency.setImages(one, changes, never)).toMatchObject({ value: { changed: true } });
      expect(await emergency.setImages(one, changes, never)).toMatchObject({ value: { changed: false } });
    }
    expect(images('Deployment', 'frontend')).toEqual([
      'registry.example/govuk/nginx:v2',
      'registry.example/govuk/frontend:v1',
      'registry.example/govuk/frontend:v1',
    ]);
    expect(images('Deployment', 'frontend-worker')).toEqual(['registry.example/govuk/frontend:v1']);
  });

  it('is left alone where somebody set another one in between', async () => {
    const { emergency } = cluster.actions;
    const ref = { kind: 'Deployment', namespace: 'apps', name: 'frontend-worker' } as const;
    const from = 'registry.example/govuk/frontend:v3';
    expect(
      await emergency.setImages(
        ref,
        [{ container: 'app', from, to: 'registry.example/govuk/frontend:v1' }],
        never,
      ),
    ).toMatchObject({ failure: { code: 'conflict' } });
    expect(images('Deployment', 'frontend-worker')).toEqual(['registry.example/govuk/frontend:v2']);
  });
});
