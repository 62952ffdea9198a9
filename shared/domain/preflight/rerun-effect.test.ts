import { describe, expect, it } from 'vitest';
import type { Workflow } from '../workflows/workflow';
import { rerunEffect } from './rerun-effect';

const workflow = (labels: Record<string, string>, change: Partial<Workflow> = {}): Workflow => ({
  environment: 'integration',
  namespace: 'apps',
  name: 'post-sync-a',
  template: 'post-sync',
  title: null,
  labels: {
    repoName: 'frontend',
    application: 'frontend',
    promoteDeployment: 'true',
    automaticDeploysEnabled: 'true',
    ...labels,
  },
  phase: 'Failed',
  progress: null,
  message: null,
  startedAt: null,
  finishedAt: null,
  shutdown: null,
  nodes: [],
  nodesUnavailable: null,
  ...change,
});
const board = (integration: string, staging: string | null) => ({
  environments: [
    { name: 'integration', before: null },
    { name: 'staging', before: 'integration' },
  ],
  cells: [
    { app: 'frontend', environment: 'integration', ledger: { version: integration } },
    { app: 'frontend', environment: 'staging', ledger: staging === null ? null : { version: staging } },
    { app: 'router', environment: 'staging', ledger: { version: 'v900' } },
  ],
});
const [a, b] = ['a'.repeat(40), 'b'.repeat(40)];

describe('a workflow that runs again', () => {
  it.each([
    [
      'tests an old version that goes over a newer one',
      workflow({ imageTag: 'v104' }),
      board('v106', 'v105'),
      'This run tests v104. integration now has v106. If it passes, staging goes back from v105 to v104.',
      true,
    ],
    [
      'tests the version that is there',
      workflow({ imageTag: 'v106' }),
      board('v106', 'v105'),
      'This run tests v106. If it passes, staging goes from v105 to v106.',
      false,
    ],
    [
      'cannot tell which is newer',
      workflow({ imageTag: a }),
      board(a, b),
      'This run tests aaaaaaaa. If it passes, staging changes from bbbbbbbb to aaaaaaaa; which is newer can’t be determined.',
      true,
    ],
    [
      'promotes nothing by its own old answer',
      workflow({ imageTag: 'v104', promoteDeployment: 'false' }),
      board('v106', 'v105'),
      'This run tests v104. integration now has v106. It promotes nothing.',
      false,
    ],
    [
      'is told by its parameters before its labels',
      workflow({ imageTag: 'v106' }, { parameters: [{ name: 'imageTag', value: 'v104' }] }),
      board('v106', 'v105'),
      'This run tests v104. integration now has v106. If it passes, staging goes back from v105 to v104.',
      true,
    ],
    [
      'deploys an old version',
      workflow({ imageTag: 'v104', environment: 'staging' }, { template: 'deploy-image' }),
      board('v106', 'v105'),
      'This run deploys v104: staging goes back from v105 to v104.',
      true,
    ],
    [
      'does not say what it deploys',
      workflow({}, { template: 'deploy-image' }),
      board('v106', 'v105'),
      'It may deploy a version but does not say which: check its parameters.',
      true,
    ],
  ])('%s', (_, one, places, text, goesBack) => {
    expect(rerunEffect(one, places)).toEqual({ text, goesBack });
  });

  it.each([
    ['another template', workflow({ imageTag: 'v104' }, { template: 'db-backup' })],
    [
      'tests of the present version that promote nothing',
      workflow({ imageTag: 'v106', promoteDeployment: 'false' }),
    ],
  ])('deploys nothing: %s', (_, one) => {
    expect(rerunEffect(one, board('v106', 'v105'))).toBeNull();
  });
});
