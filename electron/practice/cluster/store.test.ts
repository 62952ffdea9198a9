import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClusterStore, type StoreEvent } from './store';
import type { KubeObject } from './stored-objects';
import { ApiError } from './stored-objects';

interface Thing extends KubeObject {
  spec?: Record<string, unknown>;
  status?: Record<string, unknown>;
}

const refusal = (action: () => unknown): ApiError => {
  try {
    action();
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
  throw new Error('was not refused');
};

const pod = (
  name: string,
  extra: Partial<KubeObject['metadata']> = {},
  spec: Record<string, unknown> = {},
) => ({
  metadata: { name, namespace: 'apps', ...extra },
  spec,
});

describe('objects', () => {
  it('fills in metadata and generates names', () => {
    const store = new ClusterStore({ now: () => new Date('2026-01-02T03:04:05.678Z') });
    const made = store.create<Thing>('Workflow', {
      metadata: { generateName: 'post-sync-', namespace: 'apps' },
      spec: {},
    });
    expect(made.metadata.name).toMatch(/^post-sync-[a-z0-9]{5}$/);
    expect(made).toMatchObject({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Workflow',
      metadata: {
        creationTimestamp: '2026-01-02T03:04:05Z',
        generation: 1,
        resourceVersion: store.resourceVersion,
      },
    });
    expect(refusal(() => store.create('Pod', pod('Not_A_Name'))).code).toBe(422);
    store.create('Pod', pod('a'));
    expect(refusal(() => store.create('Pod', pod('a'))).toStatus()).toMatchObject({
      reason: 'AlreadyExists',
      message: 'pods "a" already exists',
      code: 409,
    });
  });

  it('hands out frozen objects, so that nobody changes the store behind its back', () => {
    const store = new ClusterStore();
    const made = store.create<Thing>('Pod', pod('a', {}, { x: { y: 1 } }));
    expect(() => Object.assign(made.spec?.x as object, { y: 2 })).toThrow(TypeError);
  });

  it('refuses a stale resourceVersion and bumps generations for spec changes alone', () => {
    const store = new ClusterStore();
    const first = store.create<Thing>('Deployment', {
      metadata: { name: 'a', namespace: 'apps' },
      spec: { replicas: 1 },
    });
    const second = store.update<Thing>('Deployment', { ...first, spec: { replicas: 2 } });
    expect(second.metadata.generation).toBe(2);
    expect(refusal(() => store.update<Thing>('Deployment', { ...first, spec: { replicas: 3 } })).code).toBe(
      409,
    );
    const third = store.modify<Thing>('Deployment', 'apps', 'a', (draft) => {
      draft.status = { replicas: 2 };
    });
    expect(third.metadata.generation).toBe(2);
    const application = store.create<Thing>('Application', {
      metadata: { name: 'a', namespace: 'apps' },
      spec: {},
    });
    expect(
      store.update<Thing>('Application', { ...application, status: { health: 1 } }).metadata.generation,
    ).toBe(2);
  });

  it('makes no event and no version of a write that changes nothing', () => {
    const store = new ClusterStore();
    store.create('Pod', pod('a', { labels: { a: 'b' } }));
    const before = store.resourceVersion;
    const seen: StoreEvent[] = [];
    store.subscribe('Pod', (event) => seen.push(event));
    store.patch('Pod', 'apps', 'a', 'merge', { metadata: { labels: { a: 'b' } } });
    expect(store.resourceVersion).toBe(before);
    expect(seen).toEqual([]);
  });

  it('keeps status from writes of the main resource and all else from writes of status', () => {
    const store = new ClusterStore();
    const made = store.create<Thing>('Deployment', {
      metadata: { name: 'a', namespace: 'apps' },
      spec: { replicas: 1 },
      status: { replicas: 1 },
    });
    const main = store.update<Thing>(
      'Deployment',
      { ...made, spec: { replicas: 2 }, status: { replicas: 9 } },
      'main',
    );
    expect(main).toMatchObject({ spec: { replicas: 2 }, status: { replicas: 1 } });
    const status = store.update<Thing>(
      'Deployment',
      { ...main, spec: { replicas: 7 }, status: { replicas: 2 } },
      'status',
    );
    expect(status).toMatchObject({ spec: { replicas: 2 }, status: { replicas: 2 } });
  });

  it('lists by namespace, labels and name', () => {
    const store = new ClusterStore();
    store.create('Pod', pod('b', { labels: { app: 'x', tier: 'web' } }));
    store.create('Pod', pod('a', { labels: { app: 'x' } }));
    store.create('Pod', pod('c', { namespace: 'other', labels: { app: 'y' } }));
    const names = (options: Parameters<typeof store.list>[1]) =>
      store.list('Pod', options).map((object) => object.metadata.name);
    expect(names({})).toEqual(['a', 'b', 'c']);
    expect(names({ namespace: 'apps' })).toEqual(['a', 'b']);
    expect(names({ labelSelector: 'app=x,!tier' })).toEqual(['a']);
    expect(names({ labelSelector: 'app in (x, y),tier!=web' })).toEqual(['a', 'c']);
    expect(names({ labelSelector: 'app notin (x)' })).toEqual(['c']);
    expect(names({ fieldSelector: 'metadata.name=b' })).toEqual(['b']);
    expect(refusal(() => names({ labelSelector: 'app ~ x' })).code).toBe(400);
    expect(refusal(() => names({ fieldSelector: 'spec.secret=1' })).code).toBe(400);
  });
});

describe('garbage collection', () => {
  const ownedBy = (owner: KubeObject) => ({
    ownerReferences: [
      { apiVersion: owner.apiVersion, kind: owner.kind, name: owner.metadata.name, uid: owner.metadata.uid },
    ],
  });

  it('collects what was owned, down the line, in the background', async () => {
    const store = new ClusterStore();
    const deployment = store.create('Deployment', { metadata: { name: 'a', namespace: 'apps' } });
    const set = store.create('ReplicaSet', {
      metadata: { name: 'a-1', namespace: 'apps', ...ownedBy(deployment) },
    });
    store.create('Pod', pod('a-1-x', ownedBy(set)));
    await Promise.resolve();
    store.delete('Deployment', 'apps', 'a');
    expect(store.list('ReplicaSet')).toHaveLength(1);
    await expect.poll(() => [store.list('ReplicaSet'), store.list('Pod')]).toEqual([[], []]);
  });

  it('leaves orphans when asked, and collects an object whose owner never was', async () => {
    const store = new ClusterStore();
    const set = store.create('ReplicaSet', { metadata: { name: 'a', namespace: 'apps' } });
    store.create('Pod', pod('a-x', ownedBy(set)));
    store.delete('ReplicaSet', 'apps', 'a', { propagationPolicy: 'Orphan' });
    store.create('Pod', pod('b-x', ownedBy(set)));
    await expect.poll(() => store.list('Pod').map((p) => p.metadata.name)).toEqual(['a-x']);
  });

  it('marks graceful kinds first', () => {
    const store = new ClusterStore({ gracefulKinds: ['Pod'] });
    store.create('Pod', pod('a'));
    expect(store.delete('Pod', 'apps', 'a').metadata.deletionTimestamp).toBeDefined();
    expect(store.get('Pod', 'apps', 'a')).toBeDefined();
    store.delete('Pod', 'apps', 'a', { gracePeriodSeconds: 0 });
    expect(store.get('Pod', 'apps', 'a')).toBeUndefined();
  });
});

describe('watching', () => {
  it('tells everybody in order, though a listener writes', () => {
    const store = new ClusterStore();
    const seen: string[] = [];
    store.subscribe('Pod', (event) => {
      if (event.type === 'ADDED')
        store.modify<Thing>('Pod', 'apps', event.object.metadata.name, (draft) => {
          draft.status = { phase: 'Running' };
        });
    });
    store.subscribe('Pod', (event) => seen.push(`${event.type} ${event.object.metadata.name}`));
    store.create('Pod', pod('a'));
    expect(seen).toEqual(['ADDED a', 'MODIFIED a']);
  });

  it('goes on after a listener throws', () => {
    const errors: unknown[] = [];
    const store = new ClusterStore({ onListenerError: (error) => errors.push(error) });
    const seen: string[] = [];
    store.subscribe('Pod', () => {
      throw new Error('mine');
    });
    store.subscribe('Pod', (event) => seen.push(event.type));
    store.create('Pod', pod('a'));
    expect([errors.length, seen]).toEqual([1, ['ADDED']]);
  });

  it('replays history from a resourceVersion, 410 when it was compacted or has overflown', () => {
    const store = new ClusterStore({ history: 20 });
    const start = store.resourceVersion;
    store.create('Pod', pod('a'));
    const middle = store.resourceVersion;
    store.delete('Pod', 'apps', 'a');
    const seen: string[] = [];
    store.watch('Pod', middle, (event) => seen.push(event.type));
    expect(seen).toEqual(['DELETED']);
    store.compact();
    expect(refusal(() => store.watch('Pod', start, () => {})).toStatus()).toMatchObject({
      code: 410,
      reason: 'Expired',
    });
    const now = store.resourceVersion;
    for (let i = 0; i < 25; i++) store.create('Pod', pod(`p${i}`));
    expect(refusal(() => store.watch('Pod', now, () => {})).code).toBe(410);
  });

  it('a watch from any version rebuilds what a list says now (property)', () => {
    const step = fc.record({
      action: fc.constantFrom('create', 'modify', 'delete'),
      name: fc.constantFrom('a', 'b', 'c'),
      value: fc.nat(3),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.nat(40), (steps, cut) => {
        const store = new ClusterStore();
        let known = new Map<string, KubeObject>();
        let since = store.resourceVersion;
        steps.forEach(({ action, name, value }, at) => {
          if (at === cut % (steps.length + 1)) {
            known = new Map(store.list('Pod').map((object) => [object.metadata.name, object]));
            since = store.resourceVersion;
          }
          const exists = store.get('Pod', 'apps', name);
          if (action === 'create' && !exists) store.create('Pod', pod(name));
          if (action === 'modify' && exists)
            store.modify<Thing>('Pod', 'apps', name, (draft) => {
              draft.status = { value };
            });
          if (action === 'delete' && exists) store.delete('Pod', 'apps', name);
        });
        store.watch('Pod', since, (event) => {
          if (event.type === 'DELETED') known.delete(event.object.metadata.name);
          else known.set(event.object.metadata.name, event.object);
        });
        expect([...known.values()].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))).toEqual(
          store.list('Pod'),
        );
      }),
    );
  });

  it('survives a dump and load', async () => {
    const store = new ClusterStore();
    const set = store.create('ReplicaSet', { metadata: { name: 'a', namespace: 'apps' } });
    store.create(
      'Pod',
      pod('a-x', {
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'a', uid: set.metadata.uid }],
      }),
    );
    const copy = new ClusterStore();
    copy.load(JSON.parse(JSON.stringify(store.dump())));
    expect(copy.dump().objects).toEqual(store.dump().objects);
    // What the first store did after the dump must not be mistaken for the second one's history.
    for (let i = 0; i < 10; i++) store.create('Pod', pod(`b${i}`));
    expect(refusal(() => copy.watch('Pod', store.resourceVersion, () => {})).code).toBe(410);
    copy.delete('ReplicaSet', 'apps', 'a');
    await expect.poll(() => copy.list('Pod')).toEqual([]);
  });
});
