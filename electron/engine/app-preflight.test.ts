import { describe, expect, it } from 'vitest';
import { askLedgerAgain } from './app-preflight';
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
