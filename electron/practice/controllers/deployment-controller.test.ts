import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { Deployment, KubeEvent, ReplicaSet } from './kubernetes-shapes';
import {
  type Cluster,
  MemoryFaults,
  MemoryRepo,
  rehearsalApps,
  startCluster,
  stopRehearsals,
} from './rehearsal';
import { appsNamespace } from './render';
import { fraction, planRollout } from './rollout-plan';

afterEach(stopRehearsals);

async function start(faults = new MemoryFaults(), speed = 200) {
  const repo = new MemoryRepo(['production'], rehearsalApps, 'v1');
  const cluster = await startCluster({ repo, faults, speed });
  const deploy = (imageTag: string, app = 'frontend') => {
    repo.set('production', app, { imageTag });
    cluster.refresh();
  };
  return { cluster, faults, deploy };
}

const setsOf = (cluster: Cluster, name: string) =>
  cluster.store
    .list<ReplicaSet>('ReplicaSet', { namespace: appsNamespace })
    .filter((set) => set.metadata.ownerReferences?.[0]?.name === name);
const imageOf = (set: ReplicaSet | undefined) => set?.spec.template.spec.containers[0]?.image ?? '';
const condition = (deployment: Deployment, type: string) =>
  deployment.status?.conditions?.find((one) => one.type === type);

describe('a rolling update', () => {
  it('keeps within surge and unavailability, and ends with a real Deployment’s status', async () => {
    const { cluster, deploy } = await start();
    const replicas: number[] = [];
    const available: number[] = [];
    cluster.store.subscribe<Deployment>('Deployment', ({ object }) => {
      if (object.metadata.name !== 'frontend') return;
      replicas.push(object.status?.replicas ?? 0);
      available.push(object.status?.availableReplicas ?? 0);
    });
    deploy('v2');
    await cluster.until('v2', () => cluster.settled('frontend', 'v2'));
    expect(Math.max(...replicas)).toBe(4);
    expect(Math.min(...available)).toBeGreaterThanOrEqual(3);

    const deployment = cluster.deployment('frontend');
    expect(deployment.metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('2');
    const { conditions, ...counts } = deployment.status ?? {};
    expect(counts).toEqual({
      observedGeneration: 2,
      replicas: 3,
      updatedReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
    });
    expect(conditions?.map(({ type, status, reason }) => [type, status, reason])).toEqual([
      ['Available', 'True', 'MinimumReplicasAvailable'],
      ['Progressing', 'True', 'NewReplicaSetAvailable'],
    ]);
    const [old, current] = setsOf(cluster, 'frontend').sort((a, b) => imageOf(a).localeCompare(imageOf(b)));
    expect(old?.spec.replicas).toBe(0);
    expect(current?.spec.replicas).toBe(3);
    const pod = cluster.pods('frontend')[0];
    expect(pod?.metadata.labels).toMatchObject({
      'app.govuk/repository-name': 'frontend',
      'app.kubernetes.io/instance': 'frontend',
      'app.kubernetes.io/component': 'app',
      'pod-template-hash': current?.metadata.labels?.['pod-template-hash'],
    });
    expect(pod?.metadata.ownerReferences?.[0]).toMatchObject({
      kind: 'ReplicaSet',
      uid: current?.metadata.uid,
    });
    expect(current?.metadata.ownerReferences?.[0]?.uid).toBe(deployment.metadata.uid);
    expect(cluster.log(pod?.metadata.name ?? '', 'app')).toContain('release v2');
  });

  it('back to an old template uses its ReplicaSet again, as a new revision', async () => {
    const { cluster, deploy } = await start();
    const first = setsOf(cluster, 'frontend')[0]?.metadata.uid;
    deploy('v2');
    await cluster.until('v2', () => cluster.settled('frontend', 'v2'));
    deploy('v1');
    await cluster.until('v1', () => cluster.settled('frontend', 'v1'));
    const sets = setsOf(cluster, 'frontend');
    expect(sets).toHaveLength(2);
    const current = sets.find((set) => set.spec.replicas === 3);
    expect(current?.metadata.uid).toBe(first);
    expect(current?.metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('3');
    expect(cluster.deployment('frontend').metadata.annotations?.['deployment.kubernetes.io/revision']).toBe(
      '3',
    );
  });

  it('keeps as many old ReplicaSets as revisionHistoryLimit says', async () => {
    const { cluster, deploy } = await start(new MemoryFaults(), 1000);
    for (let n = 2; n <= 8; n += 1) {
      deploy(`v${n}`);
      await cluster.until(`v${n}`, () => cluster.settled('frontend', `v${n}`));
    }
    await cluster.until('five old ones', () => setsOf(cluster, 'frontend').length === 6);
  });
});

describe('a version that crashes', () => {
  it('loops in CrashLoopBackOff, degrades after the deadline, leaves the old pods, and is rolled back', async () => {
    const { cluster, faults, deploy } = await start();
    faults.crashing.add('v2');
    deploy('v2');
    const pod = await cluster.until('a crash loop', () =>
      cluster.pods('frontend').find((one) => {
        const [status] = one.status?.containerStatuses ?? [];
        return status?.state.waiting?.reason === 'CrashLoopBackOff' && status.restartCount >= 1;
      }),
    );
    const [status] = pod.status?.containerStatuses ?? [];
    expect(pod.status?.phase).toBe('Running');
    expect(status).toMatchObject({
      ready: false,
      lastState: { terminated: { exitCode: 1, reason: 'Error' } },
    });
    expect(status?.state.waiting?.message).toMatch(
      /^back-off 10s restarting failed container=app pod=frontend-/,
    );
    expect(cluster.log(pod.metadata.name, 'app')).toContain('KeyError');
    expect(cluster.log(pod.metadata.name, 'app', true)).toContain('KeyError');
    const events = cluster.store.list<KubeEvent>('Event', { namespace: appsNamespace });
    expect(
      events.find((event) => event.reason === 'BackOff' && event.involvedObject.uid === pod.metadata.uid),
    ).toMatchObject({ type: 'Warning', involvedObject: { kind: 'Pod' } });

    const failed = await cluster.until('the deadline', () => {
      const deployment = cluster.deployment('frontend');
      return condition(deployment, 'Progressing')?.reason === 'ProgressDeadlineExceeded' && deployment;
    });
    expect(condition(failed, 'Progressing')?.status).toBe('False');
    expect(condition(failed, 'Available')?.status).toBe('True');
    expect(failed.status).toMatchObject({ replicas: 4, updatedReplicas: 1, availableReplicas: 3 });
    expect(failed.status?.unavailableReplicas).toBe(1);
    await cluster.until('degraded', () => cluster.app('frontend').status?.health.status === 'Degraded');
    expect(cluster.app('frontend').status?.operationState?.phase).toBe('Succeeded');
    expect(cluster.workflows('post-sync')).toEqual([]);

    deploy('v1');
    await cluster.until('v1', () => cluster.settled('frontend', 'v1'));
    expect(condition(cluster.deployment('frontend'), 'Progressing')?.reason).toBe('NewReplicaSetAvailable');
    expect(cluster.pods('frontend')).toHaveLength(3);
  });

  it('falls over where it serves already, and the app is degraded without a deployment', async () => {
    const { cluster, faults } = await start();
    faults.crashing.add('v1');
    cluster.controllers.faultsChanged('frontend');
    await cluster.until('all in a crash loop', () =>
      cluster
        .pods('frontend')
        .every((pod) => pod.status?.containerStatuses?.[0]?.state.waiting?.reason === 'CrashLoopBackOff'),
    );
    // The Deployment follows its pods.
    await cluster.until(
      'none available',
      () => condition(cluster.deployment('frontend'), 'Available')?.status === 'False',
    );
    expect(cluster.deployment('frontend').status).toMatchObject({ replicas: 3, unavailableReplicas: 3 });
    await cluster.until('unhealthy', () => cluster.app('frontend').status?.health.status === 'Progressing');
    expect(cluster.settled('publishing-api', 'v1')).toBe(true);
  });

  it('heals by itself when the reason goes away', async () => {
    const { cluster, faults, deploy } = await start();
    faults.crashing.add('v2');
    deploy('v2');
    await cluster.until('a crash', () =>
      cluster.pods('frontend').some((pod) => (pod.status?.containerStatuses?.[0]?.restartCount ?? 0) > 0),
    );
    faults.crashing.clear();
    await cluster.until('v2', () => cluster.settled('frontend', 'v2'));
  });
});

it('a slow rollout ends when the slowness is taken away', async () => {
  const { cluster, faults, deploy } = await start();
  faults.ready = 3000;
  deploy('v2');
  await cluster.until('a started pod', () =>
    cluster.pods('frontend').some((pod) => pod.status?.containerStatuses?.[0]?.ready === false),
  );
  faults.ready = 2;
  await cluster.until('v2', () => cluster.settled('frontend', 'v2'));
});

it('a pod that is deleted by hand is replaced', async () => {
  const { cluster } = await start();
  const [pod] = cluster.pods('frontend');
  cluster.store.delete('Pod', appsNamespace, pod?.metadata.name ?? '');
  await cluster.until('three others', () => {
    const pods = cluster.pods('frontend');
    return (
      pods.length === 3 &&
      pods.every((one) => one.metadata.uid !== pod?.metadata.uid) &&
      cluster.deployment('frontend').status?.readyReplicas === 3
    );
  });
});

describe('a step of a rollout', () => {
  const size = fc.record({ replicas: fc.nat(12), ready: fc.nat(12) }).map(({ replicas, ready }) => ({
    replicas,
    available: Math.min(replicas, ready),
  }));
  it('never goes above the surge nor takes away what has to be available', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10 }),
        fc.constantFrom('25%', '50%', '100%', 1, 2),
        fc.constantFrom('25%', '0%', 0, 1),
        size,
        fc.array(size, { maxLength: 3 }),
        (desired, maxSurge, maxUnavailable, current, old) => {
          const plan = planRollout({ desired, maxSurge, maxUnavailable, current, old });
          const total = (replicas: number[]) => replicas.reduce((sum, n) => sum + n, 0);
          const before = current.replicas + total(old.map((set) => set.replicas));
          const after = plan.current + total(plan.old);
          const most = desired + fraction(maxSurge, desired, Math.ceil);
          if (after > before) expect(after).toBeLessThanOrEqual(most);
          const least = desired - fraction(maxUnavailable, desired, Math.floor);
          const available = (i: number) => Math.min(old[i]?.available ?? 0, plan.old[i] ?? 0);
          const left =
            Math.min(current.available, plan.current) + total(plan.old.map((_, i) => available(i)));
          const had = current.available + total(old.map((set) => set.available));
          // Scaling the new one down to what is desired is not the rollout's doing.
          if (plan.current >= current.replicas && had >= least) expect(left).toBeGreaterThanOrEqual(least);
          expect(plan.old.every((replicas, i) => replicas >= 0 && replicas <= (old[i]?.replicas ?? 0))).toBe(
            true,
          );
        },
      ),
    );
  });

  it('always moves while something is left to do and all pods are available', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.constantFrom('25%', '0%', 0, 1),
        (desired, maxUnavailable) => {
          let current = 0;
          let old = desired;
          for (let step = 0; step < 200 && !(current === desired && old === 0); step += 1) {
            const plan = planRollout({
              desired,
              maxSurge: '25%',
              maxUnavailable,
              current: { replicas: current, available: current },
              old: [{ replicas: old, available: old }],
            });
            expect([plan.current, plan.old[0]]).not.toEqual([current, old]);
            current = plan.current;
            old = plan.old[0] ?? 0;
          }
          expect([current, old]).toEqual([desired, 0]);
        },
      ),
    );
  });
});
