import assert from 'node:assert/strict';
import type { Freshness } from '../../../shared/domain/board/freshness';
import { changeObject, deleteObject, patchObject } from '../../systems/kubernetes/objects';
import type { Connection, ResourceRef, WatchBatch, WatchTiming } from '../../systems/kubernetes/types';
import { watchResource } from '../../systems/kubernetes/watch';
import { workflowTemplate } from '../manifests';
import { type Bench, type Case, value } from '../test-ground';

/** Something small that no controller touches: a ConfigMap, or a WorkflowTemplate. */
interface Quiet {
  ref: ResourceRef;
  object(name: string, labels?: Record<string, string>): { metadata: Record<string, unknown> };
}

async function quietKind(bench: Bench): Promise<Quiet> {
  const { namespace, workflowsNamespace, options } = bench;
  const configMaps = { apiVersion: 'v1', plural: 'configmaps', namespace };
  const isServed = await bench.needs('v1', 'configmaps').then(
    () => true,
    () => false,
  );
  if (isServed) {
    await bench.may({ verb: 'create', group: '', resource: 'configmaps', namespace });
    const object = (name: string, labels = {}) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, labels },
      data: { a: '1' },
    });
    return { ref: configMaps, object };
  }
  await bench.needs('argoproj.io/v1alpha1', 'workflowtemplates');
  const ref = {
    apiVersion: 'argoproj.io/v1alpha1',
    plural: 'workflowtemplates',
    namespace: workflowsNamespace,
  };
  return {
    ref,
    object(name, labels = {}) {
      const template = workflowTemplate(options, name, [{ name: 'one', script: 'echo' }]);
      return { ...template, metadata: { ...template.metadata, labels } };
    },
  };
}

/** A watch of the objects with a label, and everything that it tells. */
function follow(
  bench: Bench,
  {
    ref,
    label,
    connection = bench.connection,
    timing,
  }: {
    ref: ResourceRef;
    label: string;
    connection?: Connection;
    timing?: Partial<WatchTiming>;
  },
) {
  const stop = new AbortController();
  const told: string[] = [];
  const versions = new Set<string>();
  const states: Freshness['state'][] = [];
  const meter = { objects: 0, lastEventAt: null, restarts: 0 };
  const done = watchResource<string>({
    connection,
    ...ref,
    labelSelector: `case=${label}`,
    trim: (object) => object.metadata.annotations?.mark ?? '',
    onBatch: ({ upserts, removed }: WatchBatch<string>) => {
      for (const { name, resourceVersion, value: mark } of upserts) {
        assert.ok(!versions.has(`${name} ${resourceVersion}`), `${name} was told twice in one version`);
        versions.add(`${name} ${resourceVersion}`);
        told.push(`${name}=${mark}`);
      }
      for (const { name } of removed) told.push(`-${name}`);
    },
    onState: ({ state }) => states.push(state),
    meter,
    signal: AbortSignal.any([stop.signal, bench.signal]),
    ...(timing ? { timing } : {}),
  });
  return {
    told,
    states,
    meter,
    live: () =>
      bench.until(
        'the watch to be live',
        () => states.at(-1) === 'live',
        () => states,
      ),
    async stop() {
      stop.abort();
      await done;
    },
  };
}

export const watchingCases: readonly Case[] = [
  {
    name: 'watching: creating, changing and deleting are seen once each, of the wanted labels alone',
    async run(bench) {
      const { ref, object } = await quietKind(bench);
      const [label, early, late, other] = [
        bench.name('w'),
        bench.name('a'),
        bench.name('b'),
        bench.name('c'),
      ];
      await bench.create(ref, object(early, { case: label }));
      const watch = follow(bench, { ref, label });
      try {
        await watch.live();
        await bench.create(ref, object(late, { case: label }));
        await bench.create(ref, object(other, { case: 'another' }));
        const mark = { metadata: { annotations: { mark: 'x' } } };
        await bench.until(
          'the new one',
          () => watch.told.length === 2,
          () => watch.told,
        );
        value(await patchObject(bench.connection, { ...ref, name: late }, 'merge', mark, bench));
        await bench.until(
          'the change',
          () => watch.told.length === 3,
          () => watch.told,
        );
        value(await deleteObject(bench.connection, { ...ref, name: early }, bench));
        await bench.until(
          'the end',
          () => watch.told.length === 4,
          () => watch.told,
        );
        assert.deepEqual(watch.told, [`${early}=`, `${late}=`, `${late}=x`, `-${early}`]);
      } finally {
        await watch.stop();
      }
    },
  },
  {
    name: 'watching: an object that leaves the wanted labels goes, one that enters them comes',
    async run(bench) {
      const { ref, object } = await quietKind(bench);
      const [label, name] = [bench.name('w'), bench.name('a')];
      await bench.create(ref, object(name, { case: label }));
      const watch = follow(bench, { ref, label });
      const relabel = (to: string) =>
        patchObject(
          bench.connection,
          { ...ref, name },
          'merge',
          { metadata: { labels: { case: to } } },
          bench,
        );
      try {
        await watch.live();
        value(await relabel('another'));
        await bench.until(
          'it to go',
          () => watch.told.length === 2,
          () => watch.told,
        );
        value(await relabel(label));
        await bench.until(
          'it to come',
          () => watch.told.length === 3,
          () => watch.told,
        );
        assert.deepEqual(watch.told, [`${name}=`, `-${name}`, `${name}=`]);
      } finally {
        await watch.stop();
      }
    },
  },
  {
    name: 'watching: watches that end by themselves lose and repeat nothing',
    async run(bench) {
      const { ref, object } = await quietKind(bench);
      const label = bench.name('w');
      // Each watch lives one or two seconds.
      const watch = follow(bench, { ref, label, timing: { watchFor: 1, backoffBase: 10, backoffLimit: 50 } });
      try {
        await watch.live();
        const names: string[] = [];
        const begun = performance.now();
        for (let index = 0; index < 12 || performance.now() - begun < 5_000; index++) {
          const name = bench.name('n');
          names.push(`${name}=`);
          await bench.create(ref, object(name, { case: label }));
        }
        await bench.until(
          'all of them',
          () => watch.told.length >= names.length,
          () => watch.told.length,
        );
        assert.deepEqual(watch.told, names);
        assert.ok(!watch.states.includes('unreachable'));
      } finally {
        await watch.stop();
      }
    },
  },
  {
    name: 'watching: a connection that breaks loses and repeats nothing, and tells nobody',
    async run(bench) {
      const { ref, object } = await quietKind(bench);
      const { connection, proxy } = await bench.throughProxy();
      const label = bench.name('w');
      const timing = { backoffBase: 10, backoffLimit: 50, steadyAfter: 1_000 };
      const watch = follow(bench, { ref, label, connection, timing });
      try {
        await watch.live();
        const names: string[] = [];
        for (let round = 1; round <= 3; round++) {
          const name = bench.name('n');
          names.push(`${name}=`);
          // What breaks before it has been steady again is told as unreachable, and rightly so.
          const begun = performance.now();
          await bench.until('a second of peace', () => performance.now() - begun > 1_500);
          proxy.cut();
          await bench.create(ref, object(name, { case: label }));
          await bench.until(
            'what came while it was cut',
            () => watch.told.length === round,
            () => watch.told,
          );
        }
        assert.deepEqual(watch.told, names);
        assert.ok(watch.meter.restarts >= 3);
        assert.ok(!watch.states.includes('unreachable'));
      } finally {
        await watch.stop();
      }
    },
  },
  {
    name: 'watching: a half-open connection is noticed and made again',
    async run(bench) {
      const { ref, object } = await quietKind(bench);
      const { connection, proxy } = await bench.throughProxy();
      const label = bench.name('w');
      const watch = follow(bench, {
        ref,
        label,
        connection,
        timing: { stallAfter: 2_000, backoffBase: 10, backoffLimit: 50 },
      });
      try {
        await watch.live();
        proxy.silence();
        const name = bench.name('n');
        await bench.create(ref, object(name, { case: label }));
        await bench.until(
          'what the silent connection lost',
          () => watch.told.length === 1,
          () => watch.told,
        );
        assert.deepEqual(watch.told, [`${name}=`]);
      } finally {
        await watch.stop();
      }
    },
  },
  {
    name: 'writing: whoever comes second is refused, and decides again',
    async run(bench) {
      const { ref, object } = await quietKind(bench);
      const name = bench.name('a');
      const created = await bench.create(ref, object(name));
      const mark = (text: string) => ({ metadata: { annotations: { mark: text } } });
      value(await patchObject(bench.connection, { ...ref, name }, 'merge', mark('theirs'), bench));
      const { resourceVersion } = created.metadata;
      const late = { metadata: { resourceVersion, annotations: { mark: 'late' } } };
      const blind = await patchObject(bench.connection, { ...ref, name }, 'merge', late, bench);
      assert.ok(!blind.ok);
      assert.deepEqual([blind.failure.code, blind.failure.reason], ['conflict', 'Conflict']);
      const changed = value(
        await changeObject(
          bench.connection,
          { ...ref, name },
          () => ({ patch: { metadata: { annotations: { ours: 'too' } } } }),
          bench,
        ),
      );
      assert.deepEqual(
        [changed.metadata.annotations?.mark, changed.metadata.annotations?.ours],
        ['theirs', 'too'],
      );
    },
  },
];
