import { expect, it } from 'vitest';
import { deploymentWord, laneSentence, laneState, laneText } from './bag-words';
import type { DeploymentView, Lane } from './view';

const deployment = (more: Partial<DeploymentView>): DeploymentView => ({
  by: 'Ada Marsh',
  at: '2026-03-01T10:00:00Z',
  reason: '',
  operation: 'x',
  bag: 20,
  cause: 'manual',
  state: 'abandoned',
  since: '2026-03-01T10:30:00Z',
  replaced: 19,
  failure: null,
  leftRunning: [],
  tests: {},
  ...more,
});
const lane = (one: DeploymentView): Lane => ({
  environment: 'production',
  deployments: [one],
  passes: [],
  bad: null,
  pin: null,
  runs: false,
});

it('still says that tests failed after a rollback took the lock away', () => {
  const failed = deployment({ tests: { smoke: 'passed', functional: 'failed' } });
  expect(laneState(lane(failed))).toBe('failed');
  expect(laneText(lane(failed))).toBe('tests failed');
  expect(laneSentence(20, 'production', lane(failed))).toBe('Bag 20 in production: tests failed');
  expect(deploymentWord(failed)).toBe('Tests failed, abandoned');
});

it('still says that the deploy came to no good end, which the record no longer tells apart from an unknown one', () => {
  const failed = deployment({ failure: 'The workflow deploy-x7 failed.' });
  expect(laneState(lane(failed))).toBe('failed');
  expect(laneText(lane(failed))).toBe('deploy failed or unknown');
  expect(deploymentWord(failed)).toBe('Deploy failed or unknown, abandoned');
});

it('says no more of what was abandoned before it had an end', () => {
  for (const one of [deployment({}), deployment({ tests: { smoke: 'aborted' } })]) {
    expect(laneState(lane(one))).toBe('abandoned');
    expect(deploymentWord(one)).toBe('Abandoned');
  }
});
