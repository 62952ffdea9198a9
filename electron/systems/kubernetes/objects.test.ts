import { describe, expect, it } from 'vitest';
import type { KubeObject as Stored } from '../../practice/cluster/stored-objects';
import { somePod } from '../../practice/testing/cluster';
import { changeObject, createObject, deleteObject, getObject, listObjects, patchObject } from './objects';
import { clusterForEachTest } from './testing/cluster';

const now = clusterForEachTest();
const workflows = { apiVersion: 'argoproj.io/v1alpha1', plural: 'workflows', namespace: 'apps' };
const pods = { apiVersion: 'v1', plural: 'pods', namespace: 'apps' };

describe('objects', () => {
  const make = (name: string) =>
    createObject(now.connection, workflows, { metadata: { name }, spec: { n: 0 } });

  it('creates, reads, patches, lists and deletes', async () => {
    expect(await make('a')).toMatchObject({ ok: true });
    expect(await make('a')).toMatchObject({
      ok: false,
      failure: { code: 'conflict', reason: 'AlreadyExists' },
    });
    const ref = { ...workflows, name: 'a' };
    await patchObject(now.connection, ref, 'merge', { spec: { shutdown: 'Stop' } });
    const json = await patchObject(now.connection, ref, 'json', [{ op: 'test', path: '/spec/n', value: 1 }]);
    expect(json).toMatchObject({ ok: false, failure: { code: 'refused', status: 422 } });
    expect(await getObject(now.connection, ref)).toMatchObject({
      ok: true,
      value: { spec: { n: 0, shutdown: 'Stop' } },
    });
    expect(await deleteObject(now.connection, ref)).toEqual({ ok: true, value: undefined });
    expect(await deleteObject(now.connection, ref)).toEqual({ ok: true, value: undefined });
    expect(await getObject(now.connection, ref)).toMatchObject({
      ok: false,
      failure: { code: 'not-found', status: 404 },
    });
  });

  it.each([false, true])('lists in pages, also when they expire on the way: %s', async (expire) => {
    const { server, store } = now.cluster;
    for (let i = 0; i < 1100; i++) store.create('Pod', somePod(`pod-${i}`));
    server.faults.delay(60);
    const listing = listObjects(now.connection, pods);
    // The second page has been asked for, and is not answered yet.
    await expect.poll(() => server.requests(), { interval: 1 }).toBe(2);
    if (expire) store.compact();
    const whole = await listing;
    expect(whole.ok && whole.value.length).toBe(1100);
    expect(server.requests()).toBe(3);
  });

  it('says conflict for a stale resourceVersion', async () => {
    await make('a');
    const ref = { ...workflows, name: 'a' };
    const read = await getObject(now.connection, ref);
    if (!read.ok) throw new Error('unread');
    const { resourceVersion } = read.value.metadata;
    await patchObject(now.connection, ref, 'merge', { spec: { n: 1 } });
    const late = { metadata: { resourceVersion }, spec: { n: 2 } };
    expect(await patchObject(now.connection, ref, 'merge', late)).toMatchObject({
      ok: false,
      failure: { code: 'conflict', reason: 'Conflict', status: 409 },
    });
  });

  it('changes what a controller writes all the time, once it pauses', async () => {
    await make('a');
    let rounds = 0;
    const changed = await changeObject(now.connection, { ...workflows, name: 'a' }, () => {
      rounds += 1;
      if (rounds <= 6)
        now.cluster.store.modify<Stored & { status?: unknown }>('Workflow', 'apps', 'a', (one) => {
          one.status = { rounds };
        });
      return { patch: { spec: { suspend: true } } };
    });
    expect(changed).toMatchObject({ ok: true, value: { spec: { suspend: true } } });
    expect(rounds).toBe(7);
  });

  it('loses no change when many write at once', async () => {
    await make('a');
    const add = () =>
      changeObject(
        now.connection,
        { ...workflows, name: 'a' },
        // A number of an exact reading is no number of JavaScript's.
        ({ spec }) => ({ patch: { spec: { n: Number(String((spec as { n: unknown }).n)) + 1 } } }),
        { attempts: 50 },
      );
    const results = await Promise.all(Array.from({ length: 8 }, add));
    expect(results.every((result) => result.ok)).toBe(true);
    expect(now.cluster.store.get<Stored & { spec: unknown }>('Workflow', 'apps', 'a')?.spec).toEqual({
      n: 8,
    });
  });
});
