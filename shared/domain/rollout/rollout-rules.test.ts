import { describe, expect, it } from 'vitest';
import {
  areOfVersion,
  type DeploymentFacts,
  type PodFacts,
  type ReplicaSetFacts,
  rolloutOf,
  rolloutState,
  servingTags,
} from './rollout-rules';

const deployment = (facts: Partial<DeploymentFacts> = {}): DeploymentFacts => ({
  name: 'frontend',
  namespace: 'apps',
  uid: 'd',
  generation: 2,
  observedGeneration: 2,
  revision: 2,
  desired: 3,
  total: 3,
  updated: 3,
  ready: 3,
  available: 3,
  paused: false,
  conditions: [],
  ...facts,
});
const deadline = {
  type: 'Progressing',
  status: 'False',
  reason: 'ProgressDeadlineExceeded',
  message: 'too slow',
};

describe('the state of a rollout, in the order of kubectl', () => {
  it.each<[string, Partial<DeploymentFacts>, string]>([
    ['not seen yet, whatever else it says', { observedGeneration: 1, conditions: [deadline] }, 'waiting'],
    ['past its deadline, even when all seems there', { conditions: [deadline] }, 'failed'],
    ['new pods missing', { updated: 2, available: 3 }, 'progressing'],
    ['old pods left', { total: 4, available: 2 }, 'terminating-old'],
    ['new pods not available', { available: 2 }, 'progressing'],
    ['all there', {}, 'done'],
    ['scaled to nothing', { desired: 0, total: 0, updated: 0, ready: 0, available: 0 }, 'done'],
  ])('%s', (_name, facts, state) => {
    expect(rolloutState(deployment(facts)).state).toBe(state);
  });
});

// kubectl `pkg/polymorphichelpers/rollout_status_test.go`, `TestDeploymentStatusViewerStatus`: generation, spec.replicas,
// then of the status observedGeneration, replicas, updatedReplicas, availableReplicas.
describe('the state of a rollout, by the cases of kubectl', () => {
  it.each<[[number, number, number, number, number, number], string]>([
    [[0, 1, 1, 1, 0, 1], 'progressing'],
    [[1, 1, 1, 2, 1, 2], 'terminating-old'],
    [[1, 2, 1, 2, 2, 1], 'progressing'],
    [[1, 2, 1, 2, 2, 2], 'done'],
    [[2, 2, 1, 2, 2, 2], 'waiting'],
  ])('%j is %s', ([generation, desired, observedGeneration, total, updated, available], state) => {
    const facts = { generation, desired, observedGeneration, total, updated, available };
    expect(rolloutState(deployment(facts)).state).toBe(state);
  });
});

describe('the picture of a rollout', () => {
  const set = (name: string, revision: number, facts: Partial<ReplicaSetFacts> = {}): ReplicaSetFacts => ({
    name,
    uid: name,
    owner: 'd',
    revision,
    desired: 1,
    ready: 1,
    images: [`frontend:v${revision}`],
    ...facts,
  });
  const pod = (name: string, owner: string, facts: Partial<PodFacts> = {}): PodFacts => ({
    name,
    namespace: 'apps',
    owner,
    phase: 'Running',
    ready: true,
    restarts: 0,
    startedAt: null,
    createdAt: '2026-01-01T00:00:00Z',
    deleting: false,
    containers: ['app'],
    reason: null,
    message: null,
    lastTermination: null,
    ...facts,
  });

  it('names the first failing pod of the current ReplicaSet, not of an old one', () => {
    const pods: Record<string, PodFacts[]> = {
      old: [pod('old-1', 'old', { reason: 'CrashLoopBackOff' })],
      new: [
        pod('new-2', 'new', { reason: 'CrashLoopBackOff', createdAt: '2026-01-01T00:00:02Z' }),
        pod('new-1', 'new', { reason: 'ImagePullBackOff', createdAt: '2026-01-01T00:00:01Z' }),
      ],
    };
    const rollout = rolloutOf(deployment(), [set('old', 1), set('new', 2)], (uid) => pods[uid] ?? []);
    expect(rollout.failingPod).toBe('new-1');
    expect(rollout.replicaSets.map(({ name, current }) => [name, current])).toEqual([
      ['new', true],
      ['old', false],
    ]);
  });

  it('leaves out what is history or somebody else’s', () => {
    const sets = [
      set('history', 1, { desired: 0, ready: 0 }),
      set('other', 2, { owner: 'x' }),
      set('new', 2),
    ];
    expect(rolloutOf(deployment(), sets, () => []).replicaSets.map(({ name }) => name)).toEqual(['new']);
  });

  it('does not blame a pod that is being deleted', () => {
    const rollout = rolloutOf(deployment(), [set('new', 2)], () => [
      pod('p', 'new', { reason: 'Error', deleting: true }),
    ]);
    expect(rollout.failingPod).toBeNull();
  });
});

describe('the version of rollouts, by their images', () => {
  const rollout = (...images: string[]) => ({
    replicaSets: [
      { name: 'new', current: true, revision: 2, images, desired: 1, ready: 1 },
      { name: 'old', current: false, revision: 1, images: ['r:5000/app:v1'], desired: 0, ready: 0 },
    ],
  });
  it.each<[string, string[][], boolean]>([
    ['its tag, whatever runs beside it', [['r:5000/app:v2', 'nginx:1.27']], true],
    ['its tag with a digest', [['r:5000/app:v2@sha256:00ff']], true],
    ['a worker that still has the old one', [['r:5000/app:v2'], ['r:5000/app:v1']], false],
    ['a Deployment of something else', [['r:5000/app:v2'], ['redis:7']], true],
    ['the old one alone', [['r:5000/app:v1']], false],
    ['no tag at all', [['r:5000/app@sha256:00ff']], false],
    ['nothing', [], false],
  ])('%s', (_name, images, expected) => {
    expect(
      areOfVersion(
        images.map((one) => rollout(...one)),
        'v2',
      ),
    ).toBe(expected);
  });
});

describe('the tags that serve', () => {
  const workload = (...sets: [ready: number, ...images: string[]][]) => ({
    replicaSets: sets.map(([ready, ...images], at) => ({
      name: `set-${at}`,
      current: at === 0,
      revision: at,
      images,
      desired: 1,
      ready,
    })),
  });

  it('are those of ready pods, old and new ones', () => {
    const frontend = workload(
      [1, 'r/frontend:v2', 'r/proxy:1.4'],
      [2, 'r/frontend:v1'],
      [0, 'r/frontend:v0'],
    );
    expect(servingTags([frontend])).toEqual(['1.4', 'v1', 'v2']);
    expect(servingTags([workload([0, 'r/frontend:v2'])])).toEqual([]);
  });

  it('leave out what came up in a twin alone', () => {
    const app = workload([3, 'r/content-store:v505'], [0, 'r/content-store:v506']);
    const twin = workload([3, 'r/content-store:v506']);
    expect(servingTags([app, twin])).toEqual([]);
    expect(servingTags([app, workload([1, 'r/content-store:v505'])])).toEqual(['v505']);
    // One that is scaled to zero, or runs another image, takes nothing away.
    expect(servingTags([app, workload([0, 'r/content-store:v506']), workload([1, 'r/nginx:1.27'])])).toEqual([
      '1.27',
      'v505',
    ]);
  });
});
