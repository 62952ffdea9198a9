import { describe, expect, it } from 'vitest';
import type { Workflow, WorkflowNode } from '../workflows/workflow';
import type { Application } from './board';
import { cellTests, type TestFacts } from './cell-tests';

const application = { name: 'frontend', postSyncWorkflowEnabled: true } as Application;
const workflow = (phase: Workflow['phase'], change: Partial<Workflow> = {}): Workflow => ({
  environment: 'integration',
  namespace: 'apps',
  name: `post-sync-${phase || 'new'}`,
  template: 'post-sync',
  title: null,
  labels: { repoName: 'frontend', application: 'frontend', imageTag: 'v106' },
  phase,
  progress: null,
  message: null,
  startedAt: '2026-03-01T12:02:00Z',
  finishedAt: null,
  shutdown: null,
  nodes: [],
  nodesUnavailable: null,
  ...change,
});
const step = (displayName: string, phase: WorkflowNode['phase']): WorkflowNode => ({
  id: displayName,
  displayName,
  type: 'Pod',
  phase,
  message: null,
  startedAt: null,
  finishedAt: null,
  children: [],
  pod: null,
});
const facts = (change: Partial<TestFacts>): TestFacts => ({
  version: 'v106',
  since: '2026-03-01T12:00:00Z',
  applications: [application],
  workflows: [],
  observed: [],
  visible: true,
  runs: true,
  ...change,
});
const observed = (what: 'tests-passed' | 'tests-failed', at: string, version = 'v106') => ({
  version,
  what,
  at,
});
const draft = { repoName: 'frontend', application: 'draft-frontend', imageTag: 'v106' };

describe('what the tests of a cell say', () => {
  it.each<[string, Partial<TestFacts>, string | null]>([
    ['they failed, whoever deployed', { workflows: [workflow('Failed')] }, 'failed'],
    ['they ended by a fault of their own', { workflows: [workflow('Error')] }, 'failed'],
    [
      'they passed, and the promotion failed',
      {
        workflows: [
          workflow('Failed', { nodes: [step('smoke-test', 'Succeeded'), step('promote-release', 'Failed')] }),
        ],
      },
      'promotion-failed',
    ],
    ['they passed', { workflows: [workflow('Succeeded')] }, 'passed'],
    ['they are running', { workflows: [workflow('Running')] }, 'running'],
    ['they have not begun', { workflows: [workflow('')] }, 'running'],
    ['somebody stopped them', { workflows: [workflow('Failed', { shutdown: 'Stop' })] }, 'stopped'],
    [
      'one was run again and passed',
      { workflows: [workflow('Failed'), workflow('Succeeded', { startedAt: '2026-03-01T12:30:00Z' })] },
      'passed',
    ],
    [
      'one was run again and is running',
      { workflows: [workflow('Failed'), workflow('Running', { startedAt: '2026-03-01T12:30:00Z' })] },
      'running',
    ],
    [
      'the twin’s failed',
      { workflows: [workflow('Succeeded'), workflow('Failed', { labels: draft })] },
      'failed',
    ],
    [
      'those of another version don’t count',
      { workflows: [workflow('Failed', { labels: { ...draft, imageTag: 'v105' } })] },
      'unknown',
    ],
    [
      'those of an earlier deployment of the same version don’t count',
      { workflows: [workflow('Failed', { startedAt: '2026-02-20T12:00:00Z' })] },
      'unknown',
    ],
    [
      'the cluster forgot them, and they were seen failing',
      { observed: [observed('tests-failed', '2026-03-01T12:10:00Z')] },
      'failed',
    ],
    [
      'the cluster forgot them, and the last ones passed',
      {
        observed: [
          observed('tests-failed', '2026-03-01T12:10:00Z'),
          observed('tests-passed', '2026-03-01T12:40:00Z'),
        ],
      },
      'passed',
    ],
    [
      'what was seen before this deployment does not count',
      { observed: [observed('tests-failed', '2026-02-20T12:10:00Z')] },
      'unknown',
    ],
    [
      'what was seen of another version does not count',
      { observed: [observed('tests-failed', '2026-03-01T12:10:00Z', 'v105')] },
      'unknown',
    ],
    ['none was seen', {}, 'unknown'],
    ['workflows can’t be seen', { visible: false }, 'unknown'],
    ['it does not run yet', { runs: false }, null],
    ['none are set up', { applications: [{ ...application, postSyncWorkflowEnabled: false }] }, null],
    ['its file names no version', { version: null }, null],
  ])('%s', (_title, change, expected) => {
    expect(cellTests(facts(change))?.state ?? null).toBe(expected);
  });
});
