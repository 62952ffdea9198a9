import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { podSchema } from './pod-object';
import { quickPod } from './quick-pod';

/** A pod in which everything that is read is there, as the API server writes it, and something that is not read. */
const whole = {
  apiVersion: 'v1',
  metadata: {
    name: 'frontend-abc-1',
    namespace: 'apps',
    uid: 'u',
    generation: 1,
    creationTimestamp: '2026-01-01T00:00:00Z',
    deletionTimestamp: '2026-01-01T00:00:00Z',
    finalizers: ['a'],
    labels: { app: 'frontend' },
    annotations: { a: 'b' },
    ownerReferences: [{ kind: 'ReplicaSet', name: 'frontend-abc', uid: 'v', controller: true }],
    managedFields: [{ manager: 'kubelet' }],
  },
  spec: {
    restartPolicy: 'Always',
    containers: [{ name: 'app', image: 'frontend:v1', env: [] }],
    initContainers: [{ name: 'copy' }],
  },
  status: {
    phase: 'Running',
    reason: 'Evicted',
    message: 'text',
    startTime: '2026-01-01T00:00:00Z',
    conditions: [{ type: 'Ready', status: 'False', reason: 'r', message: 'm', observedGeneration: 1 }],
    containerStatuses: [
      {
        name: 'app',
        ready: false,
        restartCount: 3,
        imageID: 'frontend@sha256:x',
        state: { waiting: { reason: 'CrashLoopBackOff', message: 'm' } },
        lastState: { terminated: { exitCode: 1, reason: 'Error', message: 'm', finishedAt: '2026' } },
      },
    ],
    initContainerStatuses: [
      { name: 'copy', ready: true, restartCount: 0, state: { terminated: { exitCode: 0 } } },
    ],
  },
};

/** Every place in it, as a path. */
function placesIn(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  const inner =
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([name, one]) => placesIn(one, [...path, name]))
      : [];
  return [path, ...inner];
}
const places = placesIn(whole);

/** A copy with something else at a place; `undefined` takes the field away. */
function put(value: unknown, [first, ...rest]: readonly string[], given: unknown): unknown {
  if (first === undefined) return given;
  if (typeof value !== 'object' || value === null) return value;
  const inner = put((value as Record<string, unknown>)[first], rest, given);
  if (Array.isArray(value)) return value.map((one, index) => (String(index) === first ? inner : one));
  return { ...value, [first]: inner };
}
/** As it comes over the network: without what is `undefined`. */
const wired = (value: unknown): unknown => JSON.parse(JSON.stringify(value) ?? 'null');

/** What the schema reads of it as it is, `odd` where something would have to be left out. */
function bySchema(object: unknown): unknown {
  const read = podSchema.safeParse(object);
  return read.success ? read.data : 'odd';
}

const instead = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    null,
    '',
    'text',
    true,
    0,
    -1,
    1.5,
    2 ** 53,
    1e300,
    [],
    {},
    [null],
    [[]],
  ),
  fc.constantFrom<unknown>(['text'], [1], [{}], { a: 'b' }, { a: 1 }, { name: 'x' }, { uid: 'x' }),
  fc.constantFrom<unknown>(JSON.parse('{"__proto__":{"name":"x"}}'), JSON.parse('{"constructor":1}')),
  fc.jsonValue(),
);

describe('a pod that is read quickly', () => {
  it('is read as its schema reads it', () => {
    expect(quickPod(whole)).toEqual(bySchema(whole));
    expect(quickPod(whole)?.status?.containerStatuses[0]?.lastState?.terminated?.exitCode).toBe(1);
  });

  it('is so with anything at any place; what is odd is left to the schema, and nothing else is', () => {
    const odds = fc.array(fc.tuple(fc.constantFrom(...places), instead), { maxLength: 4 });
    let left = 0;
    let read = 0;
    fc.assert(
      fc.property(odds, (given) => {
        const object = wired(given.reduce((value: unknown, [place, one]) => put(value, place, one), whole));
        const quick = quickPod(object);
        if (quick === null) left += 1;
        else read += 1;
        expect(quick ?? 'odd').toEqual(bySchema(object));
      }),
      { numRuns: 3000 },
    );
    expect(Math.min(left, read)).toBeGreaterThan(300);
  });

  it('is so where one place holds each of what it must not', () => {
    const each = fc.sample(instead, { numRuns: 60, seed: 1 });
    for (const place of places)
      for (const one of each) {
        const object = wired(put(whole, place, one));
        expect(quickPod(object) ?? 'odd', `${place.join('.')} ${JSON.stringify(one)}`).toEqual(
          bySchema(object),
        );
      }
  });
});
