import { expect, it } from 'vitest';
import { newPodsReady, type Rollout } from './rollout';

const set = (current: boolean, ready: number): Rollout['replicaSets'][number] => ({
  name: current ? 'new' : 'old',
  current,
  revision: current ? 2 : 1,
  images: [],
  desired: 3,
  ready,
});
const rollout = (change: Partial<Rollout>): Rollout => ({
  deployment: 'app',
  namespace: 'apps',
  state: 'progressing',
  message: '',
  desired: 3,
  updated: 1,
  ready: 3,
  available: 3,
  total: 4,
  replicaSets: [set(true, 0), set(false, 3)],
  pods: [],
  failingPod: null,
  ...change,
});

it('does not count old pods as new ones that serve', () => {
  expect(newPodsReady(rollout({}))).toBe(0);
  expect(newPodsReady(rollout({ replicaSets: [set(true, 1), set(false, 2)] }))).toBe(1);
});

it('takes the lesser of updated and available where no ReplicaSet is seen', () => {
  expect(newPodsReady(rollout({ replicaSets: [] }))).toBe(1);
});
