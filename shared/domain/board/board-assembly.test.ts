import { describe, expect, it } from 'vitest';
import { claimsOn } from '../hold/flag-claims';
import { shutGate } from '../hold/hold-plan';
import type { HoldRecord } from '../hold/hold-record';
import { holdState, shutGateState } from '../hold/hold-state';
import type { Rollout } from '../rollout/rollout';
import type { Workflow } from '../workflows/workflow';
import type { Application } from './board';
import { assembleBoard, type BoardInput, isInStep, type LedgerCell, rolloutSummary } from './board-assembly';
import { worstHealth } from './cell-state';
import { driftOf } from './drift';
import type { Freshness } from './freshness';

const environments = ['integration', 'staging', 'preproduction', 'production'];
const asOf = '2026-01-01T00:00:00.000Z';

const application = (change: Partial<Application> = {}): Application => ({
  name: 'frontend',
  version: 'v1',
  automaticDeploysEnabled: true,
  promoteDeployment: true,
  sync: 'Synced',
  health: 'Healthy',
  operation: null,
  conditions: [],
  images: [],
  ...change,
});

function input(apps: number): BoardInput {
  const file = (version: string): LedgerCell => ({
    version,
    automaticDeploys: true,
    promote: true,
    problem: null,
  });
  const names = Array.from({ length: apps }, (_, index) => `app-${index}`);
  const rollout: Rollout = {
    deployment: 'app',
    namespace: 'apps',
    state: 'progressing',
    message: '1 of 3 updated',
    desired: 3,
    updated: 1,
    ready: 3,
    available: 3,
    total: 3,
    replicaSets: [],
    pods: [],
    failingPod: null,
  };
  return {
    emergency: { away: null, debts: [] },
    chains: {
      environments: environments.map((name) => ({ name, tier: 'standard' })),
      pipelines: [{ kind: 'apps', name: 'main', environments }],
    },
    commit: 'c'.repeat(40),
    committedAt: asOf,
    ledger: { state: 'live', asOf },
    history: { ready: true, indexed: 1, notice: null },
    files: new Map(
      environments.map((environment, place) => [
        environment,
        new Map(names.map((name, index) => [name, file(`v${100 + index - place}`)])),
      ]),
    ),
    claims: () => [],
    hold: () => null,
    deployments: (app, environment) =>
      Array.from({ length: 20 }, (_, index) => ({
        app,
        environment,
        from: `v${index}`,
        to: `v${index + 1}`,
        at: asOf,
        commit: 'c',
        author: 'Ada',
        kind: 'automatic' as const,
        reason: null,
        operationId: null,
      })),
    observed: () => [],
    rollbackTarget: () => null,
    lock: () => null,
    cluster: () => ({
      freshness: () => ({ state: 'live', asOf }),
      gaps: () => [],
      applications: (name) => [application({ name, version: 'v1' })],
      rollouts: () => [rollout],
      workloads: () => ({ pods: [], templates: [], pastImages: [] }),
      hooks: () => [],
      workflows: () => [],
      syncWindows: () => ({
        state: 'manual-only',
        project: 'govuk',
        text: 'Automatic syncs are blocked: Budget day.',
        opensAt: null,
        windows: [],
        runningSync: null,
      }),
    }),
    operation: () => null,
    problems: [],
  };
}

it('says of when Argo CD’s word is, as soon as it is not followed any more', () => {
  const known = input(1);
  const board = (freshness: Freshness) =>
    assembleBoard({
      ...known,
      cluster: (name) => {
        const cluster = known.cluster(name);
        return (
          cluster && {
            ...cluster,
            freshness: (...topics) =>
              topics.includes('applications') ? freshness : cluster.freshness(...topics),
          }
        );
      },
    }).cells[0];
  const failure = {
    code: 'unauthorised' as const,
    message: 'Your session has ended.',
    meaning: '',
    next: [],
  };
  const ended = { state: 'unreachable' as const, asOf, since: asOf, failure };
  expect(board(ended)).toMatchObject({ applications: [{ health: 'Healthy' }], applicationsAsOf: asOf });
  expect(board({ state: 'live', asOf })?.applicationsAsOf).toBeNull();
});

describe('the board', () => {
  it('has a cell for every file, with what it stands for', () => {
    const board = assembleBoard(input(2));
    expect(board.apps).toEqual(['app-0', 'app-1']);
    expect(board.cells[0]?.syncWindow).toMatchObject({ state: 'manual-only', project: 'govuk' });
    expect(board.cells).toHaveLength(8);
    expect(board.environments.map((one) => one.before)).toEqual([
      null,
      'integration',
      'staging',
      'preproduction',
    ]);
    const cell = board.cells.find((one) => one.environment === 'production' && one.app === 'app-0');
    expect(cell).toMatchObject({
      drift: { state: 'behind', by: 3, of: 'integration' },
      // Argo CD still has v1, and the rollout that is under way is of that.
      stage: { state: 'committed', failing: false, since: null },
      health: 'Progressing',
      rollout: { state: 'progressing', failing: null, desired: 3, updated: 1, available: 1 },
    });
  });

  it('says the worst, and never more than it knows', () => {
    expect(worstHealth([])).toBeNull();
    expect(worstHealth(['Healthy', 'Degraded'])).toBe('Degraded');
    expect(isInStep('v1', [])).toBeNull();
    expect(isInStep('v1', [application(), application({ sync: 'Unknown' })])).toBeNull();
    expect(isInStep('v1', [application(), application({ version: 'v2' })])).toBe(false);
    expect(isInStep('v1', [application()])).toBe(true);
    expect(rolloutSummary([])).toBeNull();
  });

  it('orders versions whose names cannot by when they ran', () => {
    const first = { environment: 'integration', version: 'c' };
    expect(driftOf('a', first, () => ['c', 'b', 'a'])).toEqual({ state: 'behind', by: 2, of: 'integration' });
    expect(driftOf('x', first, () => ['c'])).toEqual({ state: 'differs', of: 'integration' });
    expect(driftOf('v7', { environment: 'integration', version: 'v5' })).toMatchObject({
      state: 'ahead',
      by: 2,
    });
    expect(driftOf('v7', { environment: 'integration', version: undefined })).toMatchObject({
      state: 'unknown',
    });
  });
  it('is not behind a branch: what ran before a build of another kind tells nothing of the order', () => {
    const branch = 'f'.repeat(40);
    const ran = () => [branch, 'v9', 'v8'];
    expect(driftOf('v8', { environment: 'integration', version: branch }, ran)).toEqual({
      state: 'differs',
      of: 'integration',
    });
    // Releases that are called by their commits are in the order in which they ran.
    const release = (digit: string) => `release-${digit.repeat(40)}`;
    expect(
      driftOf(release('a'), { environment: 'integration', version: release('b') }, () => [
        release('b'),
        release('a'),
      ]),
    ).toEqual({ state: 'behind', by: 1, of: 'integration' });
  });
});

describe('the state of a hold', () => {
  const hold: HoldRecord = {
    app: 'frontend',
    environment: 'production',
    by: 'Ada',
    since: asOf,
    reason: 'incident',
    operation: '01',
    imageTag: 'v1',
    changed: [],
  };
  const workflow = (labels: Record<string, string>, phase: Workflow['phase'] = 'Running'): Workflow => ({
    environment: 'staging',
    namespace: 'apps',
    name: 'post-sync-1',
    template: 'post-sync',
    title: null,
    labels,
    phase,
    progress: null,
    message: null,
    startedAt: null,
    finishedAt: null,
    shutdown: null,
    nodes: [],
    nodesUnavailable: null,
  });
  const facts = {
    before: 'staging',
    ledger: { version: 'v1', promote: true },
    flagBefore: false,
    clusterBefore: { state: 'live' as const, asOf },
    clusterHere: { state: 'live' as const, asOf },
    applicationsBefore: [application({ automaticDeploysEnabled: false })],
    workflowsBefore: [],
    workflowsHere: [],
  };
  const state = (change: Partial<Parameters<typeof holdState>[1]>) =>
    holdState(hold, { ...facts, ...change }).state;

  it('is effective only when the gate is seen shut and nothing is on its way', () => {
    expect(state({})).toBe('effective');
    expect(state({ applicationsBefore: [application()] })).toBe('pending');
    // Nothing is there that would promote it.
    expect(state({ applicationsBefore: [] })).toBe('effective');
    expect(state({ workflowsBefore: [workflow({ automaticDeploysEnabled: 'true' })] })).toBe('pending');
    expect(state({ workflowsBefore: [workflow({})] })).toBe('pending');
    expect(state({ workflowsBefore: [workflow({ automaticDeploysEnabled: 'false' })] })).toBe('effective');
    expect(state({ workflowsBefore: [workflow({}, 'Succeeded')] })).toBe('effective');
    expect(state({ workflowsHere: [{ ...workflow({}), template: 'update-image-tag' }] })).toBe('pending');
    expect(state({ flagBefore: true })).toBe('pending');
  });

  it('is told of a gate that is shut without a hold, and whose doing it is', () => {
    const flags = (name: string) => name !== 'staging';
    expect(shutGate('staging', flags, [])).toEqual({ before: 'staging', heldBy: null, frozenBy: null });
    expect(shutGate('integration', flags, [])).toBeNull();
    expect(shutGate(null, flags, [])).toBeNull();
    const ofStaging = {
      ...hold,
      environment: 'staging',
      changed: [{ environment: 'staging', automatic_deploys_enabled: true }],
    };
    expect(shutGate('staging', flags, claimsOn(hold.app, [ofStaging], []))).toEqual({
      before: 'staging',
      heldBy: 'staging',
      frozenBy: null,
    });
    const byHand = { before: 'staging', heldBy: null, frozenBy: null };
    expect(shutGateState(byHand, facts)).toMatchObject({ state: 'effective', by: null });
    expect(shutGateState(byHand, { ...facts, applicationsBefore: [application()] }).state).toBe('pending');
  });

  it('says when it cannot be seen, or nothing gates', () => {
    expect(state({ clusterBefore: { state: 'connecting', asOf } })).toBe('unknown');
    expect(state({ clusterHere: { state: 'connecting', asOf } })).toBe('unknown');
    expect(state({ before: null })).toBe('unknown');
    expect(state({ flagBefore: undefined })).toBe('unknown');
  });

  it('is an alarm when a release came through, not when a person deployed', () => {
    expect(state({ ledger: { version: 'v2', promote: true } })).toBe('alarm');
    expect(state({ ledger: { version: 'v2', promote: false } })).toBe('effective');
    expect(state({ before: null, ledger: { version: 'v2', promote: true } })).toBe('alarm');
  });
});
