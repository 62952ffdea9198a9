import { describe, expect, it } from 'vitest';
import type { Application } from '../../../shared/domain/board';
import { fail, ok, type Result } from '../../../shared/domain/failure';
import type { StepContext, StepEnd } from '../operation-context';
import { sync } from './sync';

const application = (facts: Partial<Application>): Partial<Application> => ({
  name: 'frontend',
  version: 'v1',
  sync: 'OutOfSync',
  health: 'Degraded',
  conditions: [],
  operation: null,
  ...facts,
});
const operation = (phase: string, startedAt: string) => ({ phase, startedAt, message: 'migration failed' });

/** The step on a cluster that shows one picture after the other, each as soon as the step waits. */
async function endOf(
  pictures: Partial<Application>[],
  asked: Result<void>,
): Promise<{ end: StepEnd; waits: string[]; syncs: number }> {
  let seen = 0;
  let syncs = 0;
  const waits: string[] = [];
  const listeners = new Set<(changes: { topic: string; app: null }[]) => void>();
  const view = {
    environment: 'production',
    freshness: () => ({ state: 'live', asOf: 'now' }),
    applications: () => [pictures[seen]],
    onChange: (listener: () => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const actions = {
    refresh: async () => ok(undefined),
    refreshPending: () => false,
    syncedBy: () => 'somebody-else',
    sync: async () => {
      syncs++;
      return asked;
    },
  };
  const context = {
    id: 'op-1',
    intent: { kind: 'rollback', app: 'frontend', environment: 'production', version: 'v1', expected: 'v2' },
    signal: new AbortController().signal,
    record: () => ({ effects: new Map() }),
    intend: () => undefined,
    result: () => undefined,
    waiting: (text: string) => {
      waits.push(text);
      if (seen === pictures.length - 1) return;
      setImmediate(() => {
        seen++;
        for (const listener of [...listeners]) listener([{ topic: 'application', app: null }]);
      });
    },
    world: {
      limits: { sync: 60_000 },
      clusters: new Map([['production', { view, actions }]]),
      ledger: { snapshot: () => ({ commit: 'own' }), onChange: () => () => undefined },
      reader: { facts: () => ({ version: 'v1' }) },
      history: { deployments: () => [] },
      identity: () => ({ name: 'Ada Morrow' }),
    },
  } as unknown as StepContext;
  return { end: await sync('v1')(context), waits, syncs };
}

const busy = fail({ code: 'busy', message: 'Argo CD syncs already.', meaning: '', next: [] });

describe('a sync that is watched', () => {
  it('fails with the sync of somebody else that was under way when it asked', async () => {
    const { end, syncs } = await endOf(
      [
        application({ operation: operation('Failed', '2026-03-01T09:00:00Z') }),
        application({ operation: operation('Running', '2026-03-01T10:00:00Z') }),
        application({ operation: operation('Failed', '2026-03-01T10:00:00Z') }),
      ],
      busy,
    );
    expect(end).toMatchObject({ state: 'failed', failure: { detail: 'migration failed' } });
    expect(syncs).toBe(1);
  });
  it('fails with the automatic sync of this version that it watched, and does not run its hooks again', async () => {
    const began = '2026-03-01T10:00:00Z';
    const { end, syncs } = await endOf(
      [
        application({ operation: { ...operation('Running', began), ofSpec: true } }),
        application({ operation: { ...operation('Failed', began), ofSpec: true } }),
      ],
      ok(undefined),
    );
    expect(end).toMatchObject({ state: 'failed', failure: { detail: 'migration failed' } });
    expect(syncs).toBe(0);
  });
  it('asks for a sync after one of another version has failed', async () => {
    const began = '2026-03-01T10:00:00Z';
    const { end, syncs } = await endOf(
      [
        application({ operation: { ...operation('Running', began), ofSpec: false } }),
        application({ operation: { ...operation('Failed', began), ofSpec: false } }),
        application({ sync: 'Synced', operation: operation('Succeeded', '2026-03-01T10:01:00Z') }),
      ],
      ok(undefined),
    );
    expect(end).toMatchObject({ state: 'succeeded' });
    expect(syncs).toBe(1);
  });
  it('does not take the failure from before for one', async () => {
    const { end } = await endOf(
      [
        application({ operation: operation('Failed', '2026-03-01T09:00:00Z') }),
        application({ sync: 'Synced', operation: operation('Succeeded', '2026-03-01T10:00:00Z') }),
      ],
      ok(undefined),
    );
    expect(end).toMatchObject({ state: 'succeeded' });
  });
  it('asks for no second sync while Argo CD has not compared since the first ended', async () => {
    const running = operation('Running', '2026-03-01T10:00:00Z');
    const succeeded = {
      ...operation('Succeeded', '2026-03-01T10:00:00Z'),
      finishedAt: '2026-03-01T10:00:17Z',
    };
    const { end, syncs, waits } = await endOf(
      [
        application({ operation: running, comparedAt: '2026-03-01T10:00:00Z' }),
        application({ operation: succeeded, comparedAt: '2026-03-01T10:00:00Z' }),
        application({ operation: succeeded, comparedAt: '2026-03-01T10:00:18Z', sync: 'Synced' }),
      ],
      ok(undefined),
    );
    expect(end).toMatchObject({ state: 'succeeded' });
    expect(waits.join(' ')).toContain('Argo CD to compare frontend');
    expect(syncs).toBe(0);
  });
  it('asks for one where what is out of sync was compared after the last sync', async () => {
    const succeeded = {
      ...operation('Succeeded', '2026-03-01T10:00:00Z'),
      finishedAt: '2026-03-01T10:00:17Z',
    };
    const { syncs } = await endOf(
      [
        application({ operation: succeeded, comparedAt: '2026-03-01T10:00:17Z' }),
        application({ sync: 'Synced' }),
      ],
      ok(undefined),
    );
    expect(syncs).toBe(1);
  });
  it('says what Argo CD says while it cannot compare', async () => {
    const { waits } = await endOf(
      [
        application({
          sync: 'Unknown',
          conditions: [{ type: 'ComparisonError', message: 'repo server is away' }],
        }),
        application({ sync: 'Synced' }),
      ],
      ok(undefined),
    );
    expect(waits.join(' ')).toContain('repo server is away');
  });
});
