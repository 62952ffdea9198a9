import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { Health } from '../../shared/domain/rollout/resource-health';
import recorded from './health-answers.json' with { type: 'json' };
import { healthSample, sampledKinds } from './health-samples';
import { trimDeployment, trimPod, trimReplicaSet } from './trim';
import { trimJob } from './trim-job';
import { otherKinds } from './trim-resources';
import { trimDaemonSet, trimStatefulSet } from './trim-sets';

const trims: Record<string, (raw: unknown) => { health: Health }> = {
  Deployment: trimDeployment,
  ReplicaSet: trimReplicaSet,
  StatefulSet: trimStatefulSet,
  DaemonSet: trimDaemonSet,
  Pod: trimPod,
  Job: trimJob,
  ...Object.fromEntries(Object.values(otherKinds).map(({ kind, trim }) => [kind, trim])),
};

/** One letter for each health, since thousands are recorded. */
const letter = (status: string): string => status.slice(0, 1);
const ours = (kind: string, seed: number): string =>
  letter(trims[kind]?.(healthSample(kind, seed)).health.status ?? '?');

/**
 * What Argo CD says of the same objects: `GetResourceHealth` of gitops-engine (argo-cd 3.6), by
 * `electron/testing/oracles/health.go`. Recorded; to ask it again, with more objects, name the program:
 * `SIGNALBOX_HEALTH_ORACLE=<program> npx vitest run electron/observation/health-oracle.test.ts`.
 */
const oracle = process.env.SIGNALBOX_HEALTH_ORACLE;
function theirs(kind: string, seeds: readonly number[]): string {
  if (oracle === undefined) return (recorded as Record<string, string>)[kind] ?? '';
  const input = seeds.map((seed) => JSON.stringify(healthSample(kind, seed))).join('\n');
  const told = execFileSync(oracle, { input, maxBuffer: 1 << 28 })
    .toString()
    .trim()
    .split('\n');
  return told.map(letter).join('');
}

describe('the health of live objects is the one that Argo CD gives them', () => {
  it.each(sampledKinds)('%s', (kind) => {
    const count = oracle === undefined ? (recorded as Record<string, string>)[kind]?.length : 5000;
    const seeds = Array.from({ length: count ?? 0 }, (_, seed) => seed);
    expect(seeds.length).toBeGreaterThan(0);
    const told = theirs(kind, seeds);
    const wrong = seeds.flatMap((seed) => {
      const mine = ours(kind, seed);
      return mine === told[seed]
        ? []
        : [{ seed, mine, theirs: told[seed], object: healthSample(kind, seed) }];
    });
    expect(wrong.slice(0, 3)).toEqual([]);
  });
});

describe('a live object', () => {
  const identity = { name: 'x', namespace: 'apps', uid: 'u' };
  const pulling = {
    phase: 'Pending',
    containerStatuses: [{ name: 'app', state: { waiting: { reason: 'ImagePullBackOff', message: 'no' } } }],
  };
  const ignoring = { 'argocd.argoproj.io/ignore-restart-policy': 'true' };
  const pod = (annotations: object) =>
    trimPod({ metadata: { ...identity, annotations }, spec: { restartPolicy: 'Never' }, status: pulling });

  it('that is a Job which was resumed is Healthy to Argo CD, and runs', () => {
    const job = trimJob({
      metadata: identity,
      spec: { suspend: false },
      status: { active: 1, conditions: [{ type: 'Suspended', status: 'False', reason: 'JobResumed' }] },
    });
    expect(job).toMatchObject({ state: 'running', health: { status: 'Healthy' } });
  });

  it('that is the pod of a hook is judged by its restart policy, whatever its annotation says', () => {
    expect(pod(ignoring).health.status).toBe('Degraded');
    for (const hook of [
      { 'argocd.argoproj.io/hook': 'PreSync' },
      { 'argocd.argoproj.io/hook': 'PostSync,Skip' },
      { 'helm.sh/hook': 'pre-upgrade' },
    ])
      expect(pod({ ...ignoring, ...hook }).health.status).toBe('Progressing');
    for (const none of [{ 'argocd.argoproj.io/hook': 'Skip' }, { 'helm.sh/hook': 'crd-install' }])
      expect(pod({ ...ignoring, ...none }).health.status).toBe('Degraded');
  });

  it.each([
    [{ 'argocd.argoproj.io/hook': ' PreSync, PostSync,' }, ['PreSync', 'PostSync']],
    [
      { 'argocd.argoproj.io/hook': 'Unheard', 'helm.sh/hook': 'pre-install,post-upgrade' },
      ['PreSync', 'PostSync'],
    ],
    [{ 'argocd.argoproj.io/hook': 'Sync', 'helm.sh/hook': 'pre-install' }, ['Sync']],
    [{ 'helm.sh/hook': 'test' }, []],
    [null, []],
  ])('that is a Job with %j is of the hooks %j', (annotations, hooks) => {
    expect(trimJob({ metadata: { ...identity, annotations } }).hooks).toEqual(hooks);
  });

  it.each(sampledKinds)('of the kind %s needs its identity and nothing else', (kind) => {
    const trim = trims[kind] as (raw: unknown, onOdd?: (places: readonly string[]) => void) => object;
    for (const rest of [{}, { spec: null, status: null }, { spec: 5, status: 'x' }, { spec: [], status: [] }])
      expect(trim({ metadata: identity, ...rest })).toMatchObject({ health: expect.anything() });
    const nulls = {
      labels: null,
      annotations: null,
      ownerReferences: null,
      finalizers: [null],
      generation: null,
    };
    const odd: string[] = [];
    trim({ metadata: { ...identity, ...nulls } }, (places) => odd.push(...places));
    expect(odd).toEqual([]);
    trim({ metadata: { ...identity, labels: { a: 5, b: 'x' }, generation: 'x' } }, (places) =>
      odd.push(...places),
    );
    expect(odd.sort()).toEqual(['metadata.generation', 'metadata.labels.a']);
    for (const metadata of [null, {}, { ...identity, name: null }, { ...identity, uid: 5 }, 'x'])
      expect(() => trim({ metadata })).toThrow();
    for (const whole of [null, undefined, 5, 'x', []]) expect(() => trim(whole)).toThrow();
  });
});
