import { describe, expect, it } from 'vitest';
import type { StepContext, VersionIntent } from '../operation-context';
import { superseded } from './wait';

/** As much of a step's context as {@link superseded} looks at: a ledger at a commit that says a version. */
function contextAt(commit: string, version: string): StepContext<VersionIntent> {
  const effects = new Map([['commit', { outcome: 'done', data: { base: 'base', commit: 'own' } }]]);
  return {
    id: 'op-1',
    intent: { kind: 'rollback', app: 'frontend', environment: 'production', version: 'v1', expected: 'v2' },
    record: () => ({ effects }),
    world: {
      ledger: { snapshot: () => ({ commit }) },
      reader: { facts: () => ({ version }) },
      history: { deployments: () => [] },
      holder: () => null,
    },
  } as unknown as StepContext<VersionIntent>;
}

describe('whether another version is wanted meanwhile', () => {
  it('is not said while the own version is there', () => {
    expect(superseded(contextAt('own', 'v1'))).toBeNull();
  });
  it('is said when the ledger moved on to another version', () => {
    expect(superseded(contextAt('later', 'v3'))).toMatchObject({
      state: 'superseded',
      by: { operationId: null, version: 'v3', text: expect.stringContaining('got v3') },
    });
  });
  it('is said once an emergency rollback has switched automatic sync off, and not before', () => {
    const over = (state: 'running' | 'succeeded') => {
      const context = contextAt('own', 'v1');
      const steps = [{ name: 'parent-sync-off', state }];
      const newer = { id: 'op-2', intent: { kind: 'emergency-rollback', version: 'v0' }, steps };
      return superseded({
        ...context,
        world: { ...context.world, holder: () => newer },
      } as unknown as StepContext<VersionIntent>);
    };
    expect(over('running')).toBeNull();
    expect(over('succeeded')).toMatchObject({
      state: 'superseded',
      by: { operationId: 'op-2', version: 'v0' },
    });
  });
  it('is not said of a view that is older than the own commit: it just was not fetched yet', () => {
    expect(superseded(contextAt('base', 'v2'))).toBeNull();
  });
});
