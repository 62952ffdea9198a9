import { describe, expect, it } from 'vitest';
import type { OperationEvent } from '../../shared/domain/operation/operation-events';
import type { Journal } from './journal';
import { createRunner } from './runner';
import type { World } from './world';

const at = (second: number): string => `2026-03-01T10:00:${String(second).padStart(2, '0')}Z`;
const supersededBy = {
  operationId: 'op-2',
  version: 'v107',
  text: 'staging got v107 2026-03-01 10:00 UTC by Ada, so Signalbox no longer watches v106.',
};

/** What an operation comes to whose journal ends after these events: Signalbox was killed there. */
async function resumed(events: OperationEvent[]) {
  const journal: Pick<Journal, 'append' | 'read'> = {
    append: (_, event) => events.push(event),
    read: () => [{ id: 'op-1', events: [...events], damaged: false }],
  };
  const runner = createRunner({
    journal,
    world: () => ({ limits: { resume: 1 } }) as World,
    now: () => new Date(at(59)),
    onChanged: () => undefined,
  });
  runner.resume();
  await runner.idle();
  return runner.get('op-1');
}

const watched: OperationEvent[] = [
  {
    type: 'requested',
    at: at(0),
    id: 'op-1',
    intent: { kind: 'deploy', app: 'frontend', environment: 'staging', version: 'v106', expected: 'v105' },
    actor: 'Ada',
    seen: [],
  },
  { type: 'step-started', at: at(1), step: 'preflight' },
  { type: 'step-succeeded', at: at(1), step: 'preflight' },
  { type: 'step-started', at: at(2), step: 'commit' },
  { type: 'side-effect-intended', at: at(2), step: 'commit', effect: 'commit', text: 'Push.' },
  {
    type: 'side-effect-result',
    at: at(3),
    step: 'commit',
    effect: 'commit',
    outcome: 'done',
    text: 'There.',
    commit: 'c1',
  },
  { type: 'step-succeeded', at: at(3), step: 'commit' },
];
const succeeded = (step: 'nudge' | 'sync' | 'rollout'): OperationEvent[] => [
  { type: 'step-started', at: at(4), step },
  { type: 'step-succeeded', at: at(5), step },
];

describe('an operation that another one took over from', () => {
  it('ends as superseded after a kill between the step and the end', async () => {
    const operation = await resumed([
      ...watched,
      ...succeeded('nudge'),
      ...succeeded('sync'),
      ...succeeded('rollout'),
      { type: 'step-started', at: at(6), step: 'tests' },
      { type: 'step-skipped', at: at(7), step: 'tests', because: supersededBy.text, supersededBy },
    ]);
    expect(operation).toMatchObject({ state: 'superseded', failure: null, supersededBy, commit: 'c1' });
  });

  it('begins none of its further steps after a kill', async () => {
    const operation = await resumed([
      ...watched,
      ...succeeded('nudge'),
      { type: 'step-started', at: at(6), step: 'sync' },
      { type: 'step-skipped', at: at(7), step: 'sync', because: supersededBy.text, supersededBy },
    ]);
    expect(operation?.state).toBe('superseded');
    expect(operation?.steps.slice(3).map(({ state, startedAt }) => [state, startedAt])).toEqual([
      ['skipped', at(6)],
      ['skipped', new Date(at(59)).toISOString()],
      ['skipped', new Date(at(59)).toISOString()],
    ]);
  });
});

describe('an emergency rollback that was killed and is started again late', () => {
  const intent = {
    kind: 'emergency-rollback',
    app: 'frontend',
    environment: 'production',
    version: 'v1',
    expected: 'v2',
    reason: 'GitHub is down',
  } as const;
  const requested = {
    type: 'requested',
    at: at(0),
    id: 'op-1',
    intent,
    actor: 'Ada',
    seen: [] as never[],
  } as const;

  it('sets no image any more, and says what is switched off', async () => {
    const operation = await resumed([
      requested,
      { type: 'step-started', at: at(1), step: 'parent-sync-off' },
      {
        type: 'side-effect-intended',
        at: at(1),
        step: 'parent-sync-off',
        effect: 'parent-off',
        text: 'Off.',
      },
    ]);
    expect(operation).toMatchObject({
      state: 'failed',
      failure: { code: 'timeout', meaning: expect.stringContaining('Reconcile switches it on again') },
    });
    expect(await resumed([requested])).toMatchObject({
      state: 'failed',
      failure: { meaning: 'Nothing was changed.' },
    });
  });
});
