import { describe, expect, it } from 'vitest';
import type { Operation } from '../../shared/domain/operation/operation';
import { devOperations } from '../dev/operations';
import { isInSight, phaseChanges, phaseOf } from './phase-watch';
import { trayOf } from './tray';

const find = (state: Operation['state']): Operation => {
  const found = devOperations.find((each) => each.state === state);
  if (!found) throw new Error(`the fixtures have lost their ${state} operation`);
  return found;
};
const running = find('running');
const seen = (operations: Operation[]) => new Map(operations.map((each) => [each.id, phaseOf(each)]));

describe('what is announced', () => {
  it('is nothing at the first look', () => {
    expect(phaseChanges(null, devOperations)).toEqual([]);
  });
  it('is a new step, and the end', () => {
    const later: Operation = {
      ...running,
      steps: running.steps.map((step) =>
        step.name === 'rollout'
          ? { ...step, state: 'succeeded' }
          : step.name === 'tests'
            ? { ...step, state: 'running' }
            : step,
      ),
    };
    expect(phaseChanges(seen([running]), [running])).toEqual([]);
    expect(phaseChanges(seen([running]), [later])).toMatchObject([
      { text: 'Deploy frontend v1059 to staging: Tests', ended: false },
    ]);
    const ended: Operation = { ...later, state: 'succeeded', finishedAt: later.requestedAt };
    expect(phaseChanges(seen([later]), [ended])).toMatchObject([
      { text: 'Deploy frontend v1059 to staging: Succeeded', ended: true },
    ]);
  });
  it('is an operation that begins, but not one that had ended before it was seen', () => {
    expect(phaseChanges(new Map(), [running])).toHaveLength(1);
    expect(phaseChanges(new Map(), [find('failed')])).toEqual([]);
  });
});

describe('the tray', () => {
  it('holds what is open or ended lately, the worst first', () => {
    const now = Date.now();
    expect(trayOf(devOperations, now).map((each) => each.state)).toEqual(['failed', 'running']);
    expect(trayOf(devOperations, now + 60 * 60_000).map((each) => each.state)).toEqual(['running']);
  });
});

describe('what the window shows already', () => {
  it('needs no notification: an operation on its own screen, one on bags on that of its pipeline', () => {
    const intent = {
      kind: 'lock',
      pipeline: 'notify',
      environment: 'staging',
      reason: 'x',
      until: null,
    } as const;
    const locking: Operation = { ...running, intent, state: 'succeeded' };
    expect(isInSight(running, `#/operations/${running.id}`)).toBe(true);
    expect(isInSight(running, '#/')).toBe(false);
    expect(isInSight(locking, '#/pipelines/notify?view=timeline')).toBe(true);
    expect(isInSight(locking, '#/pipelines/other')).toBe(false);
    const refused: Operation = { ...locking, state: 'failed', jobs: [] };
    expect(isInSight(refused, '#/pipelines/notify')).toBe(false);
    const job = { name: 'smoke-tests', phase: 'test', kind: 'workflow', state: 'failed' } as const;
    const blank = { text: null, workflow: null, url: null, startedAt: null, finishedAt: null };
    const failed: Operation = { ...refused, jobs: [{ ...job, ...blank }] };
    expect(isInSight(failed, '#/pipelines/notify')).toBe(true);
    expect(isInSight(failed, '#/')).toBe(false);
    expect(isInSight(running, '#/pipelines/notify')).toBe(false);
  });
});
