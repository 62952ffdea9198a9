import { describe, expect, it } from 'vitest';
import { type Cell, cellSchema } from './board';
import { servedText, whyOf as whyAt } from './why';

const sha = 'a'.repeat(40);
const cell = (environment: string, more: Partial<Cell> = {}): Cell =>
  cellSchema.parse({
    app: 'router',
    environment,
    ledger: { version: 'v7', automaticDeploys: true, promote: true, problem: null },
    deployed: null,
    applications: [],
    running: { version: 'v7', by: 'pods', versions: [], none: null, because: null },
    health: 'Healthy',
    stage: { state: 'running', failing: false, text: 'All its pods run v7.', since: null, hook: null },
    tests: null,
    rollout: null,
    drift: { state: 'same' },
    hold: null,
    operation: null,
    rollbackTarget: null,
    ...more,
  });
const free = { lock: null };
const soon = Date.parse('2026-03-01T10:01:00Z');
const whyOf = (one: Cell, environment: Parameters<typeof whyAt>[1], before: Cell | null) =>
  whyAt(one, environment, before, soon);
const tests = (state: NonNullable<Cell['tests']>['state']): Cell['tests'] => ({
  state,
  text: `Tests: ${state}`,
  at: '2026-03-01T10:00:00Z',
  workflow: { namespace: 'apps', name: 'post-sync-x' },
});
const workflow = (environment: string) => ({
  at: 'workflow',
  environment,
  namespace: 'apps',
  name: 'post-sync-x',
});

describe('why a cell is not as it should be', () => {
  it('is nothing where it is', () => {
    expect(whyOf(cell('production'), free, cell('staging'))).toBeNull();
  });

  it('is the cause of a failing rollout and not the kubelet’s account of it', () => {
    const failing = cell('production', {
      stage: {
        state: 'rolling-out',
        failing: true,
        text: 'router: CrashLoopBackOff in pod router-x.',
        since: '2026-03-01T10:00:00Z',
        hook: null,
      },
      rollout: {
        state: 'failed',
        failing: 'CrashLoopBackOff',
        cause: 'The new pods crash as they start (exit code 1).',
        desired: 3,
        updated: 1,
        available: 0,
        message: 'ReplicaSet "router-6bd" has timed out progressing.',
      },
    });
    expect(whyOf(failing, free, null)).toEqual({
      text: 'The new pods crash as they start (exit code 1).',
      place: { at: 'rollout', environment: 'production' },
      since: '2026-03-01T10:00:00Z',
    });
  });

  it('leads to the very run whose tests failed', () => {
    expect(whyOf(cell('staging', { tests: tests('failed') }), free, null)).toMatchObject({
      place: workflow('staging'),
    });
    // The cluster has forgotten the run.
    const gone = cell('staging', { tests: { ...tests('failed'), workflow: null } as Cell['tests'] });
    expect(whyOf(gone, free, null)).toMatchObject({ place: null });
  });

  const behind = (more: Partial<Cell> = {}) =>
    cell('production', { drift: { state: 'behind', by: 2, of: 'integration' }, ...more });
  const newer = (more: Partial<Cell> = {}) =>
    cell('staging', {
      ledger: { version: sha, automaticDeploys: true, promote: true, problem: null },
      ...more,
    });

  it.each<[string, Cell | null, object | null]>([
    [
      'tests that failed',
      newer({ tests: tests('failed') }),
      { text: 'Tests of aaaaaaaa failed in staging, so it isn’t promoted.', place: workflow('staging') },
    ],
    [
      'tests that run',
      newer({ tests: tests('running') }),
      { text: 'Tests of aaaaaaaa are still running in staging.', place: workflow('staging') },
    ],
    ['tests that were stopped', newer({ tests: tests('stopped') }), { place: workflow('staging') }],
    [
      'a promotion that failed',
      newer({ tests: tests('promotion-failed') }),
      { text: 'The promotion of aaaaaaaa from staging failed.' },
    ],
    [
      'a version that is not up there',
      newer({ stage: { state: 'rolling-out', failing: false, text: '', since: null, hook: null } }),
      { text: 'aaaaaaaa is not running in staging yet.', place: { at: 'cell', environment: 'staging' } },
    ],
    [
      'a deployment by hand',
      newer({ ledger: { version: sha, automaticDeploys: true, promote: false, problem: null } }),
      { place: { at: 'promotion', from: 'staging', version: sha } },
    ],
    [
      'tests that passed',
      newer({ tests: tests('passed') }),
      {
        text: 'Tests of aaaaaaaa passed in staging.',
        place: { at: 'promotion', from: 'staging', version: sha },
      },
    ],
    [
      'an environment before that lags too',
      cell('staging'),
      { text: 'staging does not have the newer version either.' },
    ],
    [
      'nothing that keeps it',
      newer(),
      { text: 'aaaaaaaa runs in staging.', place: { at: 'promotion', from: 'staging', version: sha } },
    ],
    [
      'tests of which nothing is known',
      newer({ tests: tests('unknown') }),
      { text: 'It is not known whether aaaaaaaa passed its tests in staging.' },
    ],
    ['no environment before', null, null],
  ])('says of one that is behind: %s', (_, before, expected) => {
    const found = whyOf(behind(), free, before);
    if (expected === null) expect(found).toBeNull();
    else expect(found).toMatchObject(expected);
  });

  it('is a promotion that did not come, with the step where it is stuck', () => {
    const late = Date.parse('2026-03-01T12:00:00Z');
    expect(whyAt(behind(), free, newer({ tests: tests('passed') }), late)).toEqual({
      text: 'Tests of aaaaaaaa passed in staging, but it was not promoted.',
      place: { at: 'promotion', from: 'staging', version: sha },
      since: '2026-03-01T10:00:00Z',
    });
    expect(whyAt(behind(), free, newer({ tests: tests('running') }), late)).toMatchObject({
      text: 'Tests of aaaaaaaa don’t end in staging, so it isn’t promoted.',
      place: workflow('staging'),
    });
  });

  it('is told also where the order of versions is not known, and where only the health is not good', () => {
    const unclear = cell('production', { drift: { state: 'unknown', because: 'x' } });
    expect(whyOf(unclear, free, newer({ tests: tests('failed') }))?.text).toMatch(/failed in staging/);
    expect(whyOf(cell('production', { health: 'Suspended' }), free, null)).toMatchObject({
      text: 'Argo CD reports Suspended.',
      place: { at: 'rollout', environment: 'production' },
    });
    const operation = { id: 'o', state: 'running' as const, step: null };
    expect(whyOf(cell('production', { operation }), free, null)).toMatchObject({
      place: { at: 'operation', id: 'o' },
    });
    const unseen = { state: 'unknown' as const, failing: false, text: 'Unseen.', since: null, hook: null };
    expect(whyOf(cell('production', { stage: unseen }), free, null)).toMatchObject({ text: 'Unseen.' });
  });

  it('says who keeps it: a hold comes before a lock', () => {
    const lock = {
      by: 'Kofi Osei',
      at: '2026-03-01T09:00:00Z',
      reason: 'Budget day',
      operation: 'o',
      token: 1,
      kind: 'manual' as const,
      bag: null,
      until: null,
      mine: false,
    };
    expect(whyOf(behind(), { lock }, newer())).toMatchObject({
      text: 'production is locked by Kofi Osei: Budget day',
      place: { at: 'lock', environment: 'production' },
    });
    const hold = { state: 'effective' as const, by: 'Ada Marsh', since: null, reason: '500s', detail: null };
    expect(whyOf(behind({ hold }), { lock }, newer())).toMatchObject({
      text: 'Held by Ada Marsh: 500s',
      place: { at: 'hold' },
    });
  });
});

describe('whether users are served', () => {
  const running = (more: Partial<NonNullable<Cell['running']>>): Cell =>
    cell('production', {
      running: { version: 'v6', by: 'pods', versions: [], none: null, because: null, ...more },
    });
  it('names the version that serves and its pods', () => {
    const versions = [
      { version: 'v6', ready: 3, pods: 3 },
      { version: 'v7', ready: 0, pods: 1 },
    ];
    expect(servedText(running({ versions }))).toBe('Users are still served by v6, 3 of 3 pods.');
    expect(servedText(running({}))).toBe('Users are still served by v6.');
    expect(servedText(running({ version: null, none: 'no-pods' }))).toBe(
      'No pod runs: users are not served.',
    );
  });
  it('claims nothing that is not seen', () => {
    expect(servedText(running({ version: 'v7' }))).toBeNull();
    expect(servedText(running({ by: 'argo-cd' }))).toBeNull();
    expect(servedText(running({ versions: [{ version: 'v6', ready: 0, pods: 3 }] }))).toBeNull();
    expect(servedText(cell('production', { running: null }))).toBeNull();
  });
});
