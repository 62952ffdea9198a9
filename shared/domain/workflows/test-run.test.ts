import { expect, it } from 'vitest';
import { failedInPromotionAlone } from './test-run';
import type { Workflow, WorkflowNode } from './workflow';

const node = (displayName: string, type: string, phase: WorkflowNode['phase']): WorkflowNode => ({
  id: `${displayName} ${type}`,
  displayName,
  type,
  phase,
  message: null,
  startedAt: null,
  finishedAt: null,
  children: [],
  pod: null,
});
const run = (nodes: WorkflowNode[], phase: Workflow['phase'] = 'Failed', shutdown: string | null = null) =>
  failedInPromotionAlone({ phase, shutdown, nodes } as Workflow);
const whole = node('post-sync-1', 'DAG', 'Failed');
const passed = node('smoke-test', 'Pod', 'Succeeded');
const notPromoted = [
  node('promote-release', 'Retry', 'Failed'),
  node('promote-release(0)', 'Pod', 'Failed'),
  node('promote-release(1)', 'Pod', 'Error'),
];

it('a promotion that fails after tests that passed is no failure of the tests', () => {
  expect(run([whole, passed, ...notPromoted])).toBe(true);
  expect(run([whole, passed, ...notPromoted], 'Error')).toBe(true);
});

it.each<[string, WorkflowNode[], Workflow['phase']?, string?]>([
  [
    'the tests failed',
    [whole, node('smoke-test', 'Pod', 'Failed'), node('promote-release', 'Omitted', 'Omitted')],
  ],
  ['both failed', [whole, passed, node('other-test', 'Pod', 'Failed'), ...notPromoted]],
  ['no test is seen to have passed', [whole, ...notPromoted]],
  ['the nodes are missing', []],
  ['another step failed', [whole, passed, node('notify-slack', 'Pod', 'Failed')]],
  ['it was stopped', [whole, passed, ...notPromoted], 'Failed', 'Stop'],
  ['it runs yet', [whole, passed, ...notPromoted], 'Running'],
])('it is not said where %s', (_, nodes, phase = 'Failed', shutdown) => {
  expect(run(nodes, phase, shutdown ?? null)).toBe(false);
});
