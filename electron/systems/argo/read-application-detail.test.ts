import { describe, expect, it } from 'vitest';
import { readApplication, settleOlderSpec } from './application';

const application = (more: Record<string, unknown> = {}) => ({
  metadata: { name: 'frontend', namespace: 'team-a', annotations: { repoName: 'frontend' } },
  ...more,
});
const detail = (more: Record<string, unknown> = {}) => readApplication(application(more))?.detail;
const state = (operationState: object) => detail({ status: { operationState } })?.currentOperation;

// argo-cd `pkg/apis/application/v1alpha1/types.go`, `controller/sync.go`, `controller/appcontroller.go`.
describe('the details of an Application', () => {
  it('are there without a status, in any namespace', () => {
    expect(detail()).toMatchObject({
      namespace: 'team-a',
      project: 'default',
      sources: [],
      currentOperation: null,
      history: [],
      autoSync: { enabled: false },
      hydrated: false,
    });
  });
  it('are of several sources with a revision each', () => {
    expect(
      detail({
        spec: {
          sources: [
            {
              repoURL: 'https://x/charts',
              chart: 'app',
              targetRevision: '1.2.0',
              helm: { valueFiles: ['$values/a'] },
            },
            { repoURL: 'https://x/values', ref: 'values' },
          ],
          destination: { name: 'in-cluster', namespace: 'apps' },
        },
        status: {
          sync: { status: 'Synced', revisions: ['1.2.0', 'abc'] },
          history: [
            { id: 1, revisions: ['1.1.0', 'abb'], deployedAt: 'then', initiatedBy: { username: 'ada' } },
            { id: 2, revisions: ['1.2.0', 'abc'], deployedAt: 'now', initiatedBy: { automated: true } },
          ],
        },
      }),
    ).toMatchObject({
      sources: [
        { chart: 'app', targetRevision: '1.2.0' },
        { ref: 'values', path: null },
      ],
      destination: { server: null, name: 'in-cluster' },
      revisions: ['1.2.0', 'abc'],
      history: [
        { id: 2, revisions: ['1.2.0', 'abc'], initiatedBy: 'Argo CD (automatic sync)' },
        { id: 1, initiatedBy: 'ada' },
      ],
    });
  });
  it('count no hook as something to prune, however Argo CD lists it', () => {
    const job = { group: 'batch', version: 'v1', kind: 'Job', namespace: 'apps' };
    const resources = detail({
      status: {
        resources: [
          // As Argo CD 3.5 lists a migration that is over (`controller/state.go`).
          { ...job, name: 'frontend-dbmigrate', hook: true, requiresPruning: true },
          { ...job, name: 'frontend-old', status: 'OutOfSync', requiresPruning: true },
        ],
      },
    })?.resources;
    expect(resources).toMatchObject([
      { name: 'frontend-dbmigrate', hook: true, requiresPruning: false, sync: null },
      { name: 'frontend-old', hook: false, requiresPruning: true, sync: 'OutOfSync' },
    ]);
  });
  it('leave out what cannot be read, and nothing else', () => {
    const read = readApplication(
      application({
        spec: { source: 'nonsense', syncPolicy: { automated: { enabled: false, prune: true } } },
        status: {
          conditions: [
            { type: 'ComparisonError', message: 'no', lastTransitionTime: 'then' },
            'x',
            { type: 'OrphanedResourceWarning', message: 'o' },
          ],
          resources: [{ kind: 'ConfigMap', name: 'c', version: 'v1' }, { name: 'no kind' }],
          history: 'none',
        },
      }),
    );
    expect(read?.detail).toMatchObject({
      conditions: [
        { type: 'ComparisonError', severity: 'error', since: 'then' },
        { severity: 'warning', since: null },
      ],
      resources: [{ kind: 'ConfigMap', sync: null, health: { from: 'none' } }],
      // Argo CD 3.1: switched off, with its settings kept.
      autoSync: { enabled: false, prune: true },
    });
  });
  it.each([
    [{ phase: 'Running' }, 'running'],
    [{ phase: 'Running', finishedAt: 'then', retryCount: 2 }, 'waiting-to-retry'],
    [{ phase: 'Running', message: 'Sync operation blocked by sync window' }, 'blocked'],
    [
      { phase: 'Running', message: 'Sync operation blocked by sync window: cannot parse schedule' },
      'blocked',
    ],
    [{ phase: 'Terminating' }, 'terminating'],
    [{ phase: 'Succeeded', finishedAt: 'then' }, 'ended'],
    [{ phase: 'Error', finishedAt: 'then' }, 'ended'],
  ])('%j is %s', (operationState, expected) => {
    expect(state(operationState)?.state).toBe(expected);
  });
  it('tell of the sync with its hooks, who asked, and the one that was only asked for', () => {
    const running = state({
      phase: 'Running',
      startedAt: 'then',
      operation: {
        initiatedBy: { username: 'ada' },
        info: [{ name: 'signalbox-operation', value: 'op-1' }],
        retry: { limit: 5 },
        sync: { prune: true, syncOptions: ['A=true'], resources: [{ kind: 'Deployment', name: 'a' }] },
      },
      syncResult: {
        revision: 'abc',
        resources: [
          {
            kind: 'Job',
            name: 'migrate',
            namespace: 'apps',
            hookType: 'PreSync',
            hookPhase: 'Running',
            syncPhase: 'PreSync',
          },
          { kind: 'Deployment', group: 'apps', name: 'a', status: 'SyncFailed', message: 'denied' },
        ],
      },
    });
    expect(running).toMatchObject({
      initiatedBy: 'ada',
      operationId: 'op-1',
      retryLimit: 5,
      revisions: ['abc'],
      prune: true,
      partial: true,
      runningHook: { phase: 'PreSync', kind: 'Job', name: 'migrate' },
      results: [{ hookPhase: 'Running' }, { status: 'SyncFailed', message: 'denied' }],
    });
    const asked = detail({
      operation: { initiatedBy: { username: 'bob' }, sync: { dryRun: true } },
      status: { operationState: { phase: 'Succeeded', startedAt: 'then' } },
    });
    expect(asked?.currentOperation).toMatchObject({
      state: 'requested',
      phase: null,
      initiatedBy: 'bob',
      dryRun: true,
    });
  });
});

describe('a spec that looks newer than its comparison', () => {
  const at = (reconciledAt: string, tag = 'v2') =>
    readApplication(
      application({
        spec: { source: { repoURL: 'r', helm: { values: tag } } },
        status: {
          reconciledAt,
          sync: { status: 'Synced', comparedTo: { source: { repoURL: 'r', helm: { values: 'v1' } } } },
        },
      }),
    );
  it('is unknown until two comparisons were stored that leave it so: then Argo CD is believed', () => {
    const seen: Parameters<typeof settleOlderSpec>[1] = new Map();
    const syncOf = (reconciledAt: string, tag?: string) => {
      const read = at(reconciledAt, tag);
      return read && settleOlderSpec(read, seen).shown.sync;
    };
    expect([syncOf('1'), syncOf('1'), syncOf('2')]).toEqual(['Unknown', 'Unknown', 'Unknown']);
    // One comparison may have begun before the spec changed; a second one cannot.
    expect(syncOf('3')).toBe('Synced');
    // Another change begins again.
    expect(syncOf('3', 'v3')).toBe('Unknown');
  });
  it('is also one that went from several sources to one', () => {
    const moved = readApplication(
      application({
        spec: { source: { repoURL: 'r' } },
        status: { sync: { status: 'Synced', comparedTo: { sources: [{ repoURL: 'a' }, { repoURL: 'b' }] } } },
      }),
    );
    expect(moved?.shown.sync).toBe('Unknown');
  });
});
