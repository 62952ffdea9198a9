import { expect, test } from 'vitest';
import { leavingText, watched } from './leaving';
import type { Operation } from './operation';
import type { StepName } from './steps';

const operation = (
  app: string,
  step: StepName,
  rest: Partial<Pick<Operation, 'state' | 'jobs'>> = {},
): Operation => ({
  id: app,
  intent: {
    kind: 'deploy',
    app,
    environment: 'staging',
    version: 'v2',
    expected: 'v1',
    reason: '',
    override: [],
  },
  actor: 'Ada',
  requestedAt: '2026-12-01T00:00:00Z',
  finishedAt: null,
  state: 'running',
  steps: [{ name: step, state: 'running', startedAt: null, finishedAt: null, waitingFor: null, saw: [] }],
  findings: [],
  commit: null,
  requestToCommitMs: null,
  workflows: [],
  jobs: [],
  failure: null,
  supersededBy: null,
  cancel: { allowed: true },
  ...rest,
});
const review: Operation['jobs'] = [
  {
    name: 'pull request',
    phase: 'deploy',
    kind: 'pull-request',
    state: 'running',
    text: null,
    workflow: null,
    url: null,
    startedAt: null,
    finishedAt: null,
  },
];

test('every operation that runs is watched, whatever its step; what only waits for a review is not', () => {
  const all = [
    operation('commits', 'commit'),
    operation('rolls', 'rollout'),
    operation('tests', 'test'),
    operation('waits', 'commit', { jobs: review }),
    operation('over', 'rollout', { state: 'succeeded' }),
  ];
  expect(watched(all).map(({ id }) => id)).toEqual(['commits', 'rolls', 'tests']);
});

test('whoever leaves reads what runs, in which step, and what becomes of it', () => {
  const one = leavingText([operation('router', 'rollout')]);
  expect(one).toMatchObject({
    title: 'An operation is running',
    message: 'Deploy router v2 to staging (rollout)',
  });
  expect(one.detail).toMatch(/Signalbox continues from there when you start it again/);
  expect(one.detail).not.toMatch(/locked/);
  expect(leavingText([operation('bag', 'deploy')]).detail).toMatch(/stays locked/);
  const many = leavingText(Array.from({ length: 12 }, (_, index) => operation(`app-${index}`, 'sync')));
  expect(many.title).toBe('Operations are running');
  expect(many.message.split('\n')).toHaveLength(9);
  expect(many.message).toMatch(/\nand 4 more$/);
});
