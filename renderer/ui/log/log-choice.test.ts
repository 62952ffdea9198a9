import { describe, expect, it } from 'vitest';
import type { HookJob } from '../../../shared/domain/rollout/hook-job';
import { devRollouts, devWorkflow } from '../../dev/operations';
import { allPods, hookLog, type LogChoice, nodeLog, podLog, renewed, workflowLog } from './log-choice';

const hookPod = (name: string): HookJob['pods'][number] => ({
  namespace: 'apps',
  name,
  phase: 'Failed',
  // As `trimPod` gives them: init containers after the others.
  containers: ['migrate', 'wait-for-db'],
  reason: null,
  message: null,
  exitCode: null,
  startedAt: null,
});
const hook = (...pods: string[]): HookJob => ({
  application: 'frontend',
  namespace: 'apps',
  name: 'frontend-migrate',
  hooks: ['PreSync'],
  trouble: null,
  state: 'running',
  message: '',
  active: 1,
  succeeded: 0,
  failed: 0,
  startedAt: null,
  finishedAt: null,
  pods: pods.map(hookPod),
});
const names = ({ sources }: LogChoice): string[] =>
  sources.map(({ pod, container, previous }) => `${pod}/${container}${previous ? ' (previous)' : ''}`);

describe('the log of a hook', () => {
  it('is of every try and every container, init containers too, and says whose it is', () => {
    const log = hookLog('staging', hook('second', 'first'));
    expect(names(log)).toEqual([
      'second/migrate',
      'second/wait-for-db',
      'first/migrate',
      'first/wait-for-db',
    ]);
    expect(log.sources[0]).toMatchObject({
      environment: 'staging',
      namespace: 'apps',
      role: 'hook frontend-migrate',
    });
  });
  it('is joined by a later try, and stays when the pods are gone', () => {
    const log = hookLog('staging', hook('first'));
    expect(names(renewed(log, 'staging', [], [], [hook('second', 'first')]))).toHaveLength(4);
    expect(renewed(log, 'staging', [], [], [hook()])).toBe(log);
    expect(renewed(log, 'staging', [], [devWorkflow], [])).toBe(log);
  });
});

describe('the log of a workflow', () => {
  const log = workflowLog({ ...devWorkflow, nodes: [] });
  it('is joined by the pods of its later steps', () => {
    expect(log.sources).toEqual([]);
    expect(renewed(log, 'staging', [], [devWorkflow], []).sources.length).toBeGreaterThan(0);
  });
  it('is not taken for what has the same name elsewhere, nor for one of its steps', () => {
    for (const other of [{ namespace: 'elsewhere' }, { environment: 'elsewhere' }])
      expect(renewed(log, 'staging', [], [{ ...devWorkflow, ...other }], [])).toBe(log);
    expect(renewed(log, 'staging', [], [], [{ ...hook('first'), name: devWorkflow.name }])).toBe(log);
    const [node] = devWorkflow.nodes;
    if (!node) throw new Error('The sample has a workflow with a step.');
    // A workflow of one step has a pod of its own name.
    const step = nodeLog(devWorkflow, { ...node, pod: devWorkflow.name });
    expect(renewed(step, 'staging', [], [devWorkflow], [])).toBe(step);
  });
});

describe('the log of a pod', () => {
  const [rollout] = devRollouts;
  const pod = rollout?.pods[0];
  if (!rollout || !pod) throw new Error('The sample has a rollout with a pod.');

  it('is of the run before for an init container that crashes, which comes first', () => {
    const crashing = {
      ...pod,
      name: 'a',
      ready: false,
      reason: 'CrashLoopBackOff',
      containers: ['app', 'wait-for-db'],
      lastTermination: { container: 'wait-for-db', reason: 'Error', exitCode: 1, finishedAt: null },
    };
    expect(names(podLog('staging', rollout, crashing))).toEqual(['a/wait-for-db (previous)', 'a/app']);
  });
  it('is joined by the other pods where all are shown', () => {
    const shown = renewed({ name: allPods, sources: [] }, 'staging', devRollouts, [], []);
    expect(new Set(shown.sources.map((source) => source.pod))).toEqual(
      new Set(devRollouts.flatMap(({ pods }) => pods.map(({ name }) => name))),
    );
  });
});
