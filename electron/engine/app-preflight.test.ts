import { describe, expect, it } from 'vitest';
import type { AppIntent } from '../../shared/domain/operation/intent';
import type { Operation } from '../../shared/domain/operation/operation';
import { askLedgerAgain, mayStepIn } from './app-preflight';
import type { World } from './world';

/** A ledger that counts as unreachable until it is asked; `answers`: whether it does then. */
function worldWith(state: 'live' | 'unreachable', answers: boolean) {
  let freshness = state;
  let asked = 0;
  const world = {
    limits: { look: 20 },
    ledger: {
      freshness: () => ({ state: freshness }),
      refresh: (signal: AbortSignal) => {
        asked++;
        if (answers) {
          freshness = 'live';
          return Promise.resolve();
        }
        return new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      },
    },
  } as unknown as World;
  return { world, asked: () => asked };
}
const { signal } = new AbortController();

describe('a ledger that did not answer a moment ago', () => {
  it('is asked once more before somebody is turned away', async () => {
    const { world } = worldWith('unreachable', true);
    await askLedgerAgain(world, signal);
    expect(world.ledger.freshness().state).toBe('live');
  });
  it('is waited for a moment only', async () => {
    const { world, asked } = worldWith('unreachable', false);
    await askLedgerAgain(world, signal);
    expect([asked(), world.ledger.freshness().state]).toEqual([1, 'unreachable']);
  });
  it('is not asked while it answers', async () => {
    const { world, asked } = worldWith('live', true);
    await askLedgerAgain(world, signal);
    expect(asked()).toBe(0);
  });
});

describe('an operation may begin beside another', () => {
  const intent = (kind: AppIntent['kind']) => ({ kind, app: 'a', environment: 'p' }) as AppIntent;
  const running = (kind: AppIntent['kind'], commit: string | null) =>
    ({ intent: intent(kind), commit, steps: [], jobs: [] }) as unknown as Operation;

  it('an emergency rollback beside what only watches by now, not beside what may still commit', () => {
    expect(mayStepIn(intent('emergency-rollback'), running('deploy', 'abc'))).toBe(true);
    expect(mayStepIn(intent('emergency-rollback'), running('deploy', null))).toBe(false);
    expect(mayStepIn(intent('emergency-rollback'), running('nudge', null))).toBe(true);
  });
  it('nothing beside an emergency rollback, and a nudge beside nothing', () => {
    for (const kind of ['deploy', 'rollback', 'hold', 'nudge', 'reconcile', 'emergency-rollback'] as const)
      expect(mayStepIn(intent(kind), running('emergency-rollback', null)), kind).toBe(false);
    expect(mayStepIn(intent('nudge'), running('deploy', 'abc'))).toBe(false);
    expect(mayStepIn(intent('rollback'), running('nudge', null))).toBe(true);
  });
});
