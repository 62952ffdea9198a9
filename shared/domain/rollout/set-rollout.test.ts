import { describe, expect, it } from 'vitest';
import {
  type DaemonSetFacts,
  type SetPodFacts,
  type StatefulSetFacts,
  setRolloutOf,
  setState,
} from './set-rollout';

const common = {
  name: 'db',
  namespace: 'apps',
  uid: 'u',
  generation: 1,
  observedGeneration: 1,
  strategy: 'RollingUpdate' as const,
  desired: 3,
  total: 3,
  updated: 3,
  ready: 3,
  available: 3,
  images: ['registry/db:v2'],
};
const stateful = (facts: Partial<StatefulSetFacts> = {}): StatefulSetFacts => ({
  ...common,
  kind: 'StatefulSet',
  partition: 0,
  currentRevision: 'db-b',
  updateRevision: 'db-b',
  ...facts,
});
const daemon = (facts: Partial<DaemonSetFacts> = {}): DaemonSetFacts => ({
  ...common,
  kind: 'DaemonSet',
  templateGeneration: '2',
  ...facts,
});

// kubectl `pkg/polymorphichelpers/rollout_status_test.go`: TestStatefulSetStatusViewerStatus (with the counts of its
// cases) and TestDaemonSetStatusViewerStatus, and what they leave out.
describe('the state of a StatefulSet’s rollout, by the cases of kubectl', () => {
  it.each<[string, Partial<StatefulSetFacts>, string]>([
    ['the change is not seen', { generation: 2, observedGeneration: 1, updated: 0 }, 'waiting'],
    ['it was never seen', { generation: 0, observedGeneration: 0 }, 'waiting'],
    ['pods are not ready', { ready: 2 }, 'progressing'],
    ['a partition that is not reached', { desired: 4, ready: 4, updated: 1, partition: 2 }, 'progressing'],
    ['a partition that is reached', { desired: 4, ready: 4, updated: 2, partition: 2 }, 'done'],
    ['a partition above the pods', { updated: 0, partition: 5 }, 'done'],
    [
      'without a partition, revisions that differ',
      { partition: null, updated: 1, currentRevision: 'db-a' },
      'progressing',
    ],
    ['without a partition, revisions that agree', { partition: null }, 'done'],
    ['all there', {}, 'done'],
    ['not all replaced', { updated: 2, currentRevision: 'db-a' }, 'progressing'],
    ['scaled to nothing', { desired: 0, total: 0, updated: 0, ready: 0, available: 0 }, 'done'],
    // kubectl knows no state of it; Argo CD calls it Healthy.
    ['replaced by hand', { strategy: 'OnDelete', updated: 0, currentRevision: 'db-a' }, 'done'],
  ])('%s', (_name, facts, state) => expect(setState(stateful(facts)).state).toBe(state));
});

describe('the state of a DaemonSet’s rollout, by the cases of kubectl', () => {
  it.each<[string, Partial<DaemonSetFacts>, string]>([
    ['old pods are left', { desired: 1, updated: 0, available: 1 }, 'progressing'],
    ['pods are not available', { desired: 2, updated: 2, available: 1 }, 'progressing'],
    ['all there', { desired: 2, updated: 2, available: 2 }, 'done'],
    ['the change is not seen', { generation: 2, desired: 2, updated: 2, available: 2 }, 'waiting'],
    ['replaced by hand', { strategy: 'OnDelete', updated: 0 }, 'done'],
  ])('%s', (_name, facts, state) => expect(setState(daemon(facts)).state).toBe(state));
});

const pod = (name: string, facts: Partial<SetPodFacts>): SetPodFacts => ({
  name,
  namespace: 'apps',
  owner: 'u',
  createdAt: `2026-01-01T00:00:0${name.at(-1)}Z`,
  deleting: false,
  phase: 'Running',
  ready: true,
  restarts: 0,
  startedAt: null,
  containers: ['db'],
  reason: null,
  message: null,
  lastTermination: null,
  revision: null,
  templateGeneration: null,
  images: ['registry/db:v1'],
  ...facts,
});

describe('a rollout of a set', () => {
  it('tells the pods of the new revision from those of the old, and the one that fails', () => {
    const rollout = setRolloutOf(stateful({ updated: 1, ready: 2, currentRevision: 'db-a' }), [
      pod('db-10', { revision: 'db-b', ready: false, reason: 'CrashLoopBackOff' }),
      pod('db-9', { revision: 'db-a', reason: 'Unschedulable' }),
      pod('db-0', { revision: 'db-a' }),
    ]);
    expect(rollout).toMatchObject({
      kind: 'StatefulSet',
      deployment: 'db',
      state: 'progressing',
      failingPod: 'db-10',
      startedAt: '2026-01-01T00:00:00Z',
      replicaSets: [
        { name: 'db-b', current: true, images: ['registry/db:v2'], desired: 3, ready: 0 },
        { name: 'db-a', current: false, images: ['registry/db:v1'], desired: 2, ready: 2 },
      ],
    });
    expect(rollout.pods.map(({ name, replicaSet }) => [name, replicaSet])).toEqual([
      ['db-10', 'db-b'],
      ['db-0', 'db-a'],
      ['db-9', 'db-a'],
    ]);
    expect(rollout.pods[0]).not.toHaveProperty('revision');
  });

  it('knows the new pods of a DaemonSet by the generation of its template', () => {
    const rollout = setRolloutOf(daemon({ updated: 1 }), [
      pod('db-1', { revision: 'aaa', templateGeneration: '1' }),
      pod('db-2', { revision: 'bbb', templateGeneration: '2' }),
    ]);
    expect(rollout.replicaSets.map(({ name, current }) => [name, current])).toEqual([
      ['db-bbb', true],
      ['db-aaa', false],
    ]);
    const unknown = setRolloutOf(daemon({ templateGeneration: null }), [pod('db-1', { revision: 'aaa' })]);
    expect(unknown.replicaSets.map(({ name, current }) => [name, current])).toEqual([
      ['db', true],
      ['db-aaa', false],
    ]);
  });
});
