import { describe, expect, it } from 'vitest';
import type { HookJob } from './hook-job';
import { hookState } from './hook-state';

type Pod = HookJob['pods'][number];
const pod = (change: Partial<Pod>): Pod => ({
  namespace: 'apps',
  name: 'frontend-dbmigrate-1',
  phase: 'Pending',
  containers: ['dbmigrate'],
  reason: null,
  message: null,
  exitCode: null,
  startedAt: null,
  ...change,
});
const job = (pods: Pod[], change: Partial<HookJob> = {}): HookJob => ({
  application: 'frontend',
  namespace: 'apps',
  name: 'frontend-dbmigrate',
  hooks: ['PreSync'],
  state: 'running',
  message: '1 pod running',
  trouble: null,
  active: 1,
  succeeded: 0,
  failed: 0,
  startedAt: null,
  finishedAt: null,
  pods,
  ...change,
});
const hook = {
  application: 'frontend',
  kind: 'Job',
  namespace: 'apps',
  name: 'frontend-dbmigrate',
  type: 'PreSync',
  message: null,
};

describe('a hook that Argo CD waits for', () => {
  it.each<[string, HookJob, 'running' | 'failing', RegExp]>([
    ['runs', job([pod({ phase: 'Running' })]), 'running', /^1 pod running$/],
    [
      'has an image that is not there',
      job([pod({ reason: 'ImagePullBackOff', message: 'Back-off pulling image "x"' })]),
      'failing',
      /^can’t start: ImagePullBackOff: Back-off pulling image "x"$/,
    ],
    [
      'has an image that never was pulled',
      job([pod({ reason: 'ErrImageNeverPull' })]),
      'failing',
      /^can’t start/,
    ],
    ['has an image with a bad name', job([pod({ reason: 'InvalidImageName' })]), 'failing', /^can’t start/],
    [
      'names a Secret that is not there',
      job([pod({ reason: 'CreateContainerConfigError', message: 'secret "db" not found' })]),
      'failing',
      /^can’t start: CreateContainerConfigError: secret "db" not found$/,
    ],
    ['finds no node', job([pod({ reason: 'Unschedulable' })]), 'failing', /^can’t start: Unschedulable$/],
    [
      'fails in an init container',
      job([pod({ reason: 'Error', exitCode: 3 })]),
      'failing',
      /^fails: Error, exit code 3$/,
    ],
    [
      'crashes again and again',
      job([pod({ reason: 'CrashLoopBackOff' })]),
      'failing',
      /^fails: CrashLoopBackOff/,
    ],
    ['was evicted', job([pod({ phase: 'Failed', reason: 'Evicted' })]), 'failing', /^fails: Evicted/],
    [
      'tries again after a failure, and the new pod is well',
      job([pod({ phase: 'Running' }), pod({ name: 'old', phase: 'Failed', reason: 'Error' })], { failed: 1 }),
      'failing',
      /^1 try has failed; it will be retried$/,
    ],
    [
      'has failed, and Argo CD has not looked yet',
      job([pod({ phase: 'Failed', reason: 'Error' })], { state: 'failed', message: 'BackoffLimitExceeded' }),
      'failing',
      /^BackoffLimitExceeded$/,
    ],
  ])('%s', (_title, of, state, text) => {
    const found = hookState({ ...hook, phase: 'Running' }, of, null);
    expect(found?.state).toBe(state);
    expect(found?.text).toMatch(text);
  });

  it('is a pod itself', () => {
    const own = { name: 'frontend-smoke', reason: 'ErrImagePull', message: null, exitCode: null };
    expect(hookState({ ...hook, kind: 'Pod', phase: 'Running' }, null, own)).toMatchObject({
      state: 'failing',
      text: 'can’t start: ErrImagePull',
      pod: 'frontend-smoke',
    });
  });

  it('is of a kind that is not seen', () => {
    const own = { ...hook, kind: 'Workflow', phase: 'Running', message: 'workflow is running' };
    expect(hookState(own, null, null)).toMatchObject({
      state: 'running',
      text: 'workflow is running',
      pod: null,
    });
  });
});

it('a hook that failed says why, as Argo CD and its pod tell', () => {
  const failed = job([pod({ phase: 'Failed', reason: 'Error', exitCode: 1 })], { state: 'failed' });
  const told = { ...hook, phase: 'Failed', message: 'Job has reached the specified backoff limit' };
  expect(hookState(told, failed, null)).toMatchObject({
    state: 'failed',
    text: 'Job has reached the specified backoff limit (frontend-dbmigrate-1: Error, exit code 1)',
  });
  expect(hookState(told, null, null)).toMatchObject({ state: 'failed', text: told.message, pod: null });
});

it('a hook that succeeded is nothing to tell of', () => {
  expect(hookState({ ...hook, phase: 'Succeeded' }, job([]), null)).toBeNull();
});

it('the cause at the end of a long message is kept', () => {
  const message = `Back-off pulling image: ${'failed to unpack: '.repeat(50)}x:v1: not found`;
  const found = hookState(
    { ...hook, phase: 'Running' },
    job([pod({ reason: 'ErrImagePull', message })]),
    null,
  );
  expect(found?.text).toMatch(/^can’t start: ErrImagePull: Back-off.*…[^…]*not found$/);
  expect(found?.text.length).toBeLessThan(260);
});
