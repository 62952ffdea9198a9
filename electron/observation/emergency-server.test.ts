/** What an emergency does past Git, through Argo CD's own server alone: there is no Kubernetes API here. */
import { afterEach, expect, it } from 'vitest';
import { noLog } from '../log/log';
import { type ArgoCdRehearsal, rehearseArgoCd } from '../practice/argo-servers/testing/rehearse-argo-cd';
import type { Deployment } from '../practice/controllers/kubernetes-shapes';
import { stopRehearsals } from '../practice/controllers/rehearsal';
import { argoNamespace, parentName } from '../practice/controllers/render';
import { connectServer } from '../systems/argo/server/server-connection';
import { observeCluster } from './observe-cluster';
import type { Cluster } from './types';

const never = new AbortController().signal;
let now: ArgoCdRehearsal;
let cluster: Cluster;

async function open(options: Parameters<typeof rehearseArgoCd>[0] = {}, login?: string): Promise<void> {
  now = await rehearseArgoCd(options);
  const token = login === undefined ? now.token() : now.accounts.signIn(login).token;
  const place = { environment: 'production', system: 'argo-cd' as const, url: now.url };
  const session = {
    credential: () => ({ authorization: `Bearer ${token}`, cookie: null }),
    ended: () => undefined,
    woken: () => never,
  };
  cluster = observeCluster({
    connection: null,
    place: {
      environment: 'production',
      argoNamespace,
      workflowsNamespace: 'apps',
      appsNamespace: 'apps',
      parentApplication: parentName,
    },
    argo: { cd: { connection: connectServer({ place, session }) } },
    log: noLog,
  });
  await expect.poll(() => cluster.view.rollouts('frontend').map(({ state }) => state)).toContain('done');
}
afterEach(async () => {
  await cluster.close();
  await now.close();
  await stopRehearsals();
});

const app = (name = 'frontend') => now.cluster.app(name);
const images = (name = 'frontend') =>
  now.cluster.store
    .get<Deployment>('Deployment', 'apps', name)
    ?.spec.template.spec.containers.map(({ image }) => image) ?? [];
const policyOf = async (name: string): Promise<string> => {
  const read = await cluster.actions.emergency.automaticSync(name, never);
  return read.ok ? (read.value.policy ?? 'off') : read.failure.message;
};

it('switches automatic sync off while the Git remote is away, sets the image, and puts both back', async () => {
  await open();
  const { emergency } = cluster.actions;
  await expect.poll(() => cluster.view.access('switch-automatic-sync').state).toBe('allowed');
  expect(cluster.view.access('set-image').state).toBe('allowed');
  now.repo.away = true;
  await cluster.actions.refresh('frontend', 'hard', never);
  await cluster.actions.refresh(parentName, 'hard', never);
  await expect
    .poll(() => app().status?.conditions?.map(({ type }) => type) ?? [])
    .toContain('ComparisonError');
  const specs = [parentName, 'frontend'].map((name) => structuredClone(app(name).spec));
  const policies = [await policyOf(parentName), await policyOf('frontend')];
  expect(policies[0]).toContain('selfHeal');
  for (const [at, name] of [parentName, 'frontend'].entries()) {
    const was = { policy: policies[at] ?? '', note: `op-${at}` };
    expect(await emergency.switchAutomaticSyncOff(name, was, never)).toEqual({
      ok: true,
      value: { changed: true },
    });
    expect(await emergency.switchAutomaticSyncOff(name, was, never)).toEqual({
      ok: true,
      value: { changed: false },
    });
    expect(app(name).spec.syncPolicy?.automated).toBeUndefined();
    expect(app(name).metadata.annotations).toMatchObject({
      'signalbox.dev/automatic-sync-off': `op-${at}`,
    });
  }
  await expect.poll(() => cluster.view.syncOffNotes().get('frontend')).toBe('op-1');

  const live = await emergency.liveWorkloads('frontend', never);
  const workload = live.ok ? live.value.find(({ name }) => name === 'frontend') : undefined;
  if (!workload) throw new Error(JSON.stringify(live));
  const before = images();
  const wanted = workload.containers.map(({ name, image }) => ({
    container: name,
    from: image,
    to: image.replace(':v1', ':v0'),
  }));
  expect(await emergency.setImages(workload, wanted, never)).toEqual({ ok: true, value: { changed: true } });
  expect(images().join()).toContain(':v0');
  expect(await emergency.setImages(workload, wanted, never)).toEqual({ ok: true, value: { changed: false } });
  // Somebody set another one in between.
  const others = wanted.map(({ container, to }) => ({ container, from: 'elsewhere:v9', to: `${to}9` }));
  expect(await emergency.setImages(workload, others, never)).toMatchObject({ failure: { code: 'conflict' } });
  const back = wanted.map(({ container, from, to }) => ({ container, from: to, to: from }));
  await emergency.setImages(workload, back, never);
  expect(images()).toEqual(before);

  for (const [at, name] of [parentName, 'frontend'].entries()) {
    const answer = await emergency.switchAutomaticSyncOn(name, { policy: policies[at] ?? '' }, never);
    expect(answer).toEqual({ ok: true, value: { changed: true } });
    expect(app(name).spec).toEqual(specs[at]);
    expect(app(name).metadata.annotations).not.toHaveProperty(['signalbox.dev/automatic-sync-off']);
  }
  expect(now.problems()).toEqual([]);
});

it('tells what somebody else changed, and leaves it', async () => {
  await open();
  const { emergency } = cluster.actions;
  const policy = await policyOf('frontend');
  now.cluster.store.patch('Application', argoNamespace, 'frontend', 'merge', {
    spec: { syncPolicy: { automated: { prune: null, selfHeal: null, allowEmpty: true } } },
  });
  const off = await emergency.switchAutomaticSyncOff('frontend', { policy, note: 'x' }, never);
  expect(off).toMatchObject({ failure: { code: 'conflict' } });
  expect(app().spec.syncPolicy?.automated).toMatchObject({ allowEmpty: true });
});

it('knows what became of a write whose answer was lost', async () => {
  await open();
  const { emergency } = cluster.actions;
  const policy = await policyOf(parentName);
  now.server.faults.loseAnswer(/^PUT /);
  const off = await emergency.switchAutomaticSyncOff(parentName, { policy, note: 'x' }, never);
  expect(off).toEqual({ ok: true, value: { changed: true } });
  expect(await policyOf(parentName)).toBe('off');
});

it('is refused to whoever may only read, before and when it is tried', async () => {
  await open({ rights: 'govuk' }, 'ivo-larkspur');
  await expect.poll(() => cluster.view.access('switch-automatic-sync').state).toBe('denied');
  expect(cluster.view.access('set-image')).toMatchObject({
    state: 'denied',
    why: expect.stringContaining('update applications'),
  });
  expect(cluster.view.access('read-logs').state).toBe('allowed');
  const { emergency } = cluster.actions;
  const policy = await policyOf('frontend');
  const off = await emergency.switchAutomaticSyncOff('frontend', { policy, note: 'x' }, never);
  expect(off).toMatchObject({ failure: { code: 'forbidden' } });
  const live = await emergency.liveWorkloads('frontend', never);
  const [first] = live.ok ? live.value : [];
  if (!first) throw new Error('no workload');
  const change = first.containers.map(({ name, image }) => ({ container: name, from: image, to: 'x:v0' }));
  expect(await emergency.setImages(first, change, never)).toMatchObject({ failure: { code: 'forbidden' } });
  expect(images().join()).toContain(':v1');
});

it('sets no image of what is part of no Application, and says so', async () => {
  await open();
  const ref = { kind: 'Deployment' as const, namespace: 'apps', name: 'frontend-of-somebody' };
  const answer = await cluster.actions.emergency.setImages(ref, [], never);
  expect(answer).toMatchObject({
    failure: { code: 'refused', message: expect.stringContaining('No Application') },
  });
});
