import { expect, it } from 'vitest';
import type { AutomaticSync } from '../../../shared/domain/emergency/automatic-sync';
import { fail, ok, type Result } from '../../../shared/domain/failure/failure';
import type { EffectResult, StepContext } from '../operation-context';
import type { Reconcile } from './commit-reconciled';
import { liveAsGit } from './live-as-git';
import { appSyncOff, type Emergency, parentSyncOff } from './switch-off';
import { appSyncOn } from './switch-on';

interface There {
  automaticSync: AutomaticSync;
  /** The app's Applications. */
  names: string[];
  switched?: Result<{ changed: boolean }>;
  /** How the parent compares with Git. */
  sync?: string;
}
const off: AutomaticSync = { policy: null, note: null, keptBy: null, busy: false };
const on: AutomaticSync = { ...off, policy: '{"prune":true}' };

/** A step's context with one app, one cluster and a release repo that wants v1. */
function contextOf<I extends Emergency | Reconcile>(kind: I['kind'], there: There) {
  const results = new Map<string, EffectResult>();
  const { automaticSync, names, switched = ok({ changed: true }), sync = 'Synced' } = there;
  const cluster = {
    actions: {
      parentApplication: 'app-config',
      readApplications: async () => ok(names.map((name) => ({ name, version: 'v1' }))),
      refresh: async () => ok(undefined),
      refreshPending: () => false,
      emergency: {
        automaticSync: async () => ok(automaticSync),
        switchAutomaticSyncOff: async () => switched,
        liveWorkloads: async () => ok([]),
      },
    },
    view: {
      environment: 'production',
      gaps: () => [],
      freshness: () => ({ state: 'live' }),
      access: () => ({ state: 'allowed' }),
      application: () => ({ comparedAt: null, conditions: [], sync, operation: null }),
      applicationDetail: () => null,
      workloads: () => ({ pastImages: [] }),
      onChange: () => () => undefined,
    },
  };
  const context = {
    id: 'op-1',
    intent: { kind, app: 'frontend', environment: 'production', version: 'v1', expected: 'v2', reason: 'x' },
    signal: new AbortController().signal,
    record: () => ({ operation: { intent: { kind } }, effects: new Map() }),
    waiting: () => undefined,
    saw: () => undefined,
    intend: () => undefined,
    result: (effect: string, result: EffectResult) => results.set(effect, result),
    world: {
      clusters: new Map([['production', cluster]]),
      limits: { nudge: 1, sync: 1, terminate: 1 },
      now: () => new Date('2026-03-01T10:00:00Z'),
      identity: () => ({ name: 'Ada' }),
      holder: () => null,
      history: { deployments: () => [] },
      reader: { facts: () => ({ version: 'v1' }) },
      ledger: { snapshot: () => ({ commit: 'c1' }), onChange: () => () => undefined },
    },
  } as unknown as StepContext<I>;
  return { context, results };
}

it('doesn’t know whether automatic sync was switched off when the answer can’t be read', async () => {
  const switched = fail({ code: 'bad-data', message: 'Cut off.', meaning: '', next: [] });
  const { context, results } = contextOf<Emergency>('emergency-rollback', {
    automaticSync: on,
    names: [],
    switched,
  });
  expect(await parentSyncOff(context)).toMatchObject({ state: 'failed' });
  expect(results.get('parent-off')?.outcome).toBe('unknown');
});

it('says that the parent is off, where the app can’t be', async () => {
  const kept = { ...on, keptBy: 'ApplicationSet govuk' };
  for (const names of [['frontend'], []]) {
    const { context } = contextOf<Emergency>('emergency-rollback', { automaticSync: kept, names });
    const meaning = expect.stringContaining('app-config stays off until you reconcile');
    expect(await appSyncOff(context), names.join()).toMatchObject({ state: 'failed', failure: { meaning } });
  }
});

it('does not count as put back what has no Application in sight', async () => {
  const { context } = contextOf<Reconcile>('reconcile', { automaticSync: off, names: [] });
  expect(await appSyncOn(context)).toMatchObject({ state: 'failed', failure: { code: 'not-found' } });
});

it('tells that the parent had not synced in time', async () => {
  const there = { automaticSync: on, names: ['frontend'] };
  expect(await liveAsGit(contextOf<Reconcile>('reconcile', there).context)).toMatchObject({
    state: 'succeeded',
  });
  const late = contextOf<Reconcile>('reconcile', { ...there, sync: 'OutOfSync' });
  expect(await liveAsGit(late.context)).toMatchObject({ state: 'unknown' });
});
