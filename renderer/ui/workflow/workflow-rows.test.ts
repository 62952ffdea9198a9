import { describe, expect, it } from 'vitest';
import type { WorkflowNode } from '../../../shared/domain/workflows/workflow';
import { devRollouts, devWorkflow } from '../../dev/operations';
import { suggested } from '../log/log-choice';
import { nodeRows, telling } from './workflow-rows';

describe('a workflow as lines', () => {
  it('leaves scaffolding out and shows tries under their retry', () => {
    expect(nodeRows(devWorkflow).map(({ node, depth }) => [node.displayName, depth])).toEqual([
      ['check-annotations', 0],
      ['smoke-tests', 0],
      ['smoke-tests(0)', 1],
      ['smoke-tests(1)', 1],
    ]);
  });
  it('shows the one pod of a workflow that is nothing but a pod: its node is called like the workflow', () => {
    const root = (type: string, children: string[] = []): WorkflowNode => ({
      id: devWorkflow.name,
      displayName: devWorkflow.name,
      type,
      phase: 'Failed',
      message: 'Error (exit code 1)',
      startedAt: null,
      finishedAt: null,
      children,
      pod: type === 'Pod' ? devWorkflow.name : null,
    });
    const only = (type: string) => nodeRows({ ...devWorkflow, nodes: [root(type)] });
    expect(only('Pod').map(({ node, depth }) => [node.type, depth])).toEqual([['Pod', 0]]);
    expect(telling(only('Pod'))?.pod).toBe(devWorkflow.name);
    for (const type of ['HTTP', 'Plugin', 'Suspend', 'Skipped']) expect(only(type), type).toHaveLength(1);
    // One that is tried again holds its tries, which stand for it.
    const tried = { ...root('Pod'), id: 'try', displayName: `${devWorkflow.name}(0)` };
    expect(
      nodeRows({ ...devWorkflow, nodes: [root('Retry', ['try']), tried] }).map(({ node }) => node.id),
    ).toEqual(['try']);
  });
  it('loses nothing and ends, whatever the links say', () => {
    const node = (id: string, children: string[]): WorkflowNode => ({
      id,
      displayName: id,
      type: 'Pod',
      phase: 'Running',
      message: null,
      startedAt: null,
      finishedAt: null,
      children,
      pod: null,
    });
    const round = { ...devWorkflow, nodes: [node('a', ['b', 'gone']), node('b', ['a']), node('c', [])] };
    expect(
      nodeRows(round)
        .map((row) => row.node.id)
        .sort(),
    ).toEqual(['a', 'b', 'c']);
  });
  it('points at the test that runs, before one that failed', () => {
    expect(telling(nodeRows(devWorkflow))?.displayName).toBe('smoke-tests(1)');
  });
});

describe('the log to open by itself', () => {
  it('is of the running test', () => {
    expect(suggested('staging', devRollouts, [devWorkflow])?.name).toBe('post-sync-frontend-8tq2p-smoke-2');
  });
  it('is of the previous run of the first crashing pod once the rollout failed', () => {
    const failed = devRollouts.map((each) => ({ ...each, state: 'failed' as const }));
    expect(suggested('staging', failed, [devWorkflow])?.sources[0]).toMatchObject({
      pod: 'frontend-7d9c-cc3',
      container: 'app',
      previous: true,
    });
  });
  it('is none where there is nothing', () => {
    expect(suggested('staging', [], [])).toBeNull();
  });
});
