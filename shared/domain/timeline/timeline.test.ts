import { describe, expect, it } from 'vitest';
import type { Rollout } from '../rollout/rollout';
import type { Workflow } from '../workflows/workflow';
import { type Stage, type StageName, spanOf, type Timeline } from './timeline';
import { assembleTimeline, stagesToKeep } from './timeline-assembly';
import type { ApplicationFacts, TimelineFacts } from './timeline-facts';

const at = (time: string): string => `2026-11-27T${time}Z`;

const application = (change: Partial<ApplicationFacts> = {}): ApplicationFacts => ({
  name: 'frontend',
  version: 'v2',
  conditions: [],
  operation: {
    phase: 'Succeeded',
    message: 'successfully synced',
    startedAt: at('10:00:20'),
    finishedAt: at('10:00:50'),
    revision: 'c2',
    hooks: [],
  },
  history: [{ revision: 'c2', startedAt: at('10:00:20'), finishedAt: at('10:00:50') }],
  promote: true,
  automaticDeploys: true,
  postSync: true,
  ...change,
});

const rollout = (change: Partial<Rollout> = {}): Rollout => ({
  deployment: 'frontend',
  namespace: 'apps',
  state: 'done',
  message: '3 of 3 pods run the newest revision',
  desired: 3,
  updated: 3,
  ready: 3,
  available: 3,
  total: 3,
  replicaSets: [
    { name: 'rs2', current: true, revision: 2, images: ['registry/frontend:v2'], desired: 3, ready: 3 },
  ],
  pods: [],
  failingPod: null,
  startedAt: at('10:00:49'),
  finishedAt: at('10:01:30'),
  ...change,
});

const workflow = (change: Partial<Workflow> = {}): Workflow => ({
  environment: 'staging',
  namespace: 'apps',
  name: 'post-sync-a',
  template: 'post-sync',
  title: null,
  labels: { repoName: 'frontend', imageTag: 'v2', application: 'frontend' },
  phase: 'Succeeded',
  progress: '2/2',
  message: null,
  startedAt: at('10:01:35'),
  finishedAt: at('10:04:35'),
  shutdown: null,
  nodes: [],
  nodesUnavailable: null,
  ...change,
});

/** An automatic deployment to staging that went well and was promoted to production. */
const facts = (change: Partial<TimelineFacts> = {}): TimelineFacts => ({
  now: at('10:12:00'),
  app: 'frontend',
  environment: 'staging',
  deployment: {
    commit: 'c2',
    at: at('10:00:00'),
    author: 'update-image-tag',
    kind: 'automatic',
    from: 'v1',
    to: 'v2',
    operationId: null,
  },
  replaced: null,
  run: {
    state: 'found',
    run: {
      name: 'Release',
      status: 'completed',
      conclusion: 'success',
      startedAt: at('09:40:00'),
      finishedAt: at('09:46:00'),
      url: null,
    },
  },
  cluster: { state: 'live', asOf: at('10:10:00') },
  applications: [application()],
  rollouts: [rollout()],
  tests: [workflow()],
  hidden: { argo: false, workflows: false },
  observedTests: null,
  next: {
    environment: 'production',
    deployment: { at: at('10:05:00'), kind: 'automatic' },
    workflows: [],
    heldBecause: null,
  },
  operation: null,
  saved: null,
  ...change,
});

const of = (timeline: Timeline, name: StageName): Stage => {
  const found = timeline.stages.find((one) => one.name === name);
  if (!found) throw new Error(`no stage ${name}`);
  return found;
};
const states = (timeline: Timeline): string =>
  timeline.stages.map(({ name, state }) => `${name} ${state}`).join(', ');

describe('the timeline of a deployment that nobody started here', () => {
  it('has every stage with the time it took, read from the systems that did it', () => {
    const timeline = assembleTimeline(facts());
    expect(states(timeline)).toBe(
      'run succeeded, commit succeeded, refresh succeeded, sync succeeded, hooks skipped, rollout succeeded, tests succeeded, promotion succeeded',
    );
    expect(of(timeline, 'run').tookMs).toBe(6 * 60_000);
    expect(of(timeline, 'refresh')).toMatchObject({ tookMs: 20_000, finishedAt: { source: 'Argo CD' } });
    expect(of(timeline, 'sync').tookMs).toBe(30_000);
    expect(of(timeline, 'rollout')).toMatchObject({ tookMs: 41_000, startedAt: { source: 'Kubernetes' } });
    expect(of(timeline, 'tests').tookMs).toBe(3 * 60_000);
    expect(of(timeline, 'promotion')).toMatchObject({ tookMs: 25_000, finishedAt: { source: 'Git' } });
    expect(timeline).toMatchObject({ at: null, totalMs: 90_000 });
  });

  it('says what keeps a rollback waiting to a version whose pods never went', () => {
    // The version that is left never came up: its sync is retried, and the pods are those of before.
    const failing = {
      phase: 'Running',
      message: 'one or more synchronization tasks completed unsuccessfully. Retrying attempt #2 at 9:58AM.',
      startedAt: at('09:55:00'),
      finishedAt: at('09:57:00'),
      revision: 'c1',
      hooks: [],
    };
    const old = rollout({ startedAt: at('08:00:00'), finishedAt: at('08:01:00') });
    const waiting = (phase: string) =>
      assembleTimeline(
        facts({
          applications: [application({ operation: { ...failing, phase }, history: [] })],
          rollouts: [old],
          tests: [],
          next: null,
        }),
      );
    expect(waiting('Running').at).toEqual({
      stage: 'sync',
      state: 'running',
      why: `Argo CD is still running an earlier sync of frontend, since 2026-11-27 09:55 UTC: ${failing.message}`,
    });
    expect(waiting('Terminating').at?.why).toMatch(/^Argo CD is ending an earlier sync of frontend/);
    expect(waiting('Failed').at).toEqual({
      stage: 'sync',
      state: 'running',
      why: 'Waiting for a sync to start.',
    });
  });

  it('has no promotion at the end of the chain, and none of its own after a deploy by hand', () => {
    expect(assembleTimeline(facts({ next: null })).stages.map(({ name }) => name)).not.toContain('promotion');
    const byHand = assembleTimeline(
      facts({
        applications: [application({ promote: false })],
        next: { environment: 'production', deployment: null, workflows: [], heldBecause: null },
      }),
    );
    expect(of(byHand, 'promotion')).toMatchObject({
      state: 'skipped',
      text: expect.stringContaining('promote_deployment is false'),
    });
    expect(byHand.at).toBeNull();
  });
});

describe('where it is stuck, and why', () => {
  const open = { environment: 'production', deployment: null, workflows: [], heldBecause: null };
  const none = { tests: [], next: open };
  it.each<[string, Partial<TimelineFacts>, NonNullable<Timeline['at']>]>([
    [
      'a commit that Argo CD has not seen',
      { applications: [application({ version: 'v1', operation: null, history: [] })], rollouts: [], ...none },
      {
        stage: 'refresh',
        state: 'running',
        why: 'Waiting for Argo CD to set frontend to v2.',
      },
    ],
    [
      'a comparison that fails',
      {
        applications: [
          application({
            version: 'v1',
            operation: null,
            history: [],
            conditions: [{ type: 'ComparisonError', message: 'repo not accessible' }],
          }),
        ],
        rollouts: [],
        ...none,
      },
      { stage: 'refresh', state: 'failed', why: 'frontend: ComparisonError: repo not accessible' },
    ],
    [
      'a sync window',
      {
        applications: [
          application({
            history: [],
            operation: {
              phase: 'Running',
              message: 'Sync operation blocked by sync window',
              startedAt: at('10:00:20'),
              finishedAt: null,
              revision: null,
              hooks: [],
            },
          }),
        ],
        rollouts: [],
        ...none,
      },
      { stage: 'sync', state: 'running', why: 'frontend: Sync operation blocked by sync window' },
    ],
    [
      'a hook, which says more than the sync that waits for it',
      {
        applications: [
          application({
            history: [],
            operation: {
              phase: 'Running',
              message: 'waiting for completion of hook batch/Job/migrate',
              startedAt: at('10:00:20'),
              finishedAt: null,
              revision: 'c2',
              hooks: [
                {
                  name: 'migrate',
                  type: 'PreSync',
                  phase: 'Running',
                  message: null,
                  startedAt: null,
                  finishedAt: null,
                },
              ],
            },
          }),
        ],
        rollouts: [],
        ...none,
      },
      { stage: 'hooks', state: 'running', why: 'PreSync migrate: Running' },
    ],
    [
      'a pod that crashes, before the deadline runs out',
      {
        rollouts: [
          rollout({
            state: 'progressing',
            finishedAt: null,
            failingPod: 'p1',
            pods: [
              {
                name: 'p1',
                namespace: 'apps',
                replicaSet: 'rs2',
                phase: 'Running',
                ready: false,
                restarts: 3,
                startedAt: null,
                containers: ['app'],
                reason: 'CrashLoopBackOff',
                message: null,
                lastTermination: null,
              },
            ],
          }),
        ],
        ...none,
      },
      { stage: 'rollout', state: 'running', why: 'frontend: CrashLoopBackOff: pod p1' },
    ],
    [
      'tests that failed',
      { tests: [workflow({ phase: 'Failed', message: 'smoke-tests failed' })], next: open },
      { stage: 'tests', state: 'failed', why: 'post-sync-a: smoke-tests failed' },
    ],
    [
      'a promotion that does not come',
      { next: open },
      {
        stage: 'promotion',
        state: 'running',
        why: 'Waiting for the promotion to production to start.',
      },
    ],
  ])('%s', (_name, change, expected) => {
    expect(assembleTimeline(facts(change)).at).toEqual(expected);
  });

  it('is nowhere when a hold keeps the promotion: that is what was asked for', () => {
    const held = assembleTimeline(facts({ next: { ...open, heldBecause: 'production is held.' } }));
    expect(held.at).toBeNull();
    expect(of(held, 'promotion')).toMatchObject({ state: 'skipped', text: 'production is held.' });
  });
});

describe('tests that were run once more', () => {
  it('count by their last run per Application, from the first run on', () => {
    const again = assembleTimeline(
      facts({
        tests: [
          workflow({ name: 'post-sync-b', startedAt: at('10:08:00'), finishedAt: at('10:09:00') }),
          workflow({ phase: 'Failed' }),
        ],
      }),
    );
    expect(of(again, 'tests')).toMatchObject({
      state: 'succeeded',
      text: 'Tests passed after another run.',
      startedAt: { at: at('10:01:35') },
      finishedAt: { at: at('10:09:00') },
      workflows: [{ name: 'post-sync-b' }, { name: 'post-sync-a' }],
    });
  });
});

describe('clocks that differ', () => {
  it('give no negative time, and say so', () => {
    const early = assembleTimeline(
      facts({
        applications: [
          application({
            history: [{ revision: 'c2', startedAt: at('09:59:30'), finishedAt: at('10:00:10') }],
            operation: null,
          }),
        ],
      }),
    );
    expect(of(early, 'refresh')).toMatchObject({
      state: 'succeeded',
      tookMs: null,
      clocks: expect.stringContaining('The clocks of Git and Argo CD differ by 30 s'),
    });
    for (const stage of early.stages) expect(stage.tookMs ?? 0).toBeGreaterThanOrEqual(0);
  });
  it('take less than a second apart as the same moment', () => {
    expect(
      spanOf({ at: at('10:00:00.700'), source: 'Git' }, { at: at('10:00:00'), source: 'Argo CD' }),
    ).toEqual({ tookMs: 0, clocks: null });
  });
});

describe('what the cluster has forgotten', () => {
  const forgotten: Partial<TimelineFacts> = {
    applications: [application({ version: 'v3', history: [], operation: null })],
    rollouts: [
      rollout({
        replicaSets: [
          { name: 'rs3', current: true, revision: 3, images: ['x/frontend:v3'], desired: 1, ready: 1 },
        ],
      }),
    ],
    tests: [],
    replaced: { version: 'v3', at: at('11:00:00') },
    next: null,
  };

  it('is unknown, not guessed at', () => {
    const timeline = assembleTimeline(facts(forgotten));
    expect(states(timeline)).toBe(
      'run succeeded, commit succeeded, refresh unknown, sync unknown, hooks unknown, rollout unknown, tests unknown',
    );
    expect(timeline.at).toBeNull();
  });

  it('is told as it was last seen, where it was kept', () => {
    const seen = assembleTimeline(facts({ next: null }));
    const saved = { at: at('10:10:00'), stages: stagesToKeep(seen) };
    const later = assembleTimeline(facts({ ...forgotten, saved }));
    expect(of(later, 'rollout')).toMatchObject({ state: 'succeeded', tookMs: 41_000, asOf: at('10:10:00') });
    expect(of(later, 'tests')).toMatchObject({ state: 'succeeded', asOf: at('10:10:00') });
    expect(later.totalMs).toBe(90_000);
    // What is only remembered is not kept again as if it were seen.
    expect(stagesToKeep(later)).toEqual([]);
  });

  it('keeps the first sync although a later one heals drift', () => {
    const saved = { at: at('10:10:00'), stages: stagesToKeep(assembleTimeline(facts())) };
    const healed = application({
      history: [],
      operation: {
        phase: 'Succeeded',
        message: null,
        startedAt: at('13:00:00'),
        finishedAt: at('13:00:02'),
        revision: 'c9',
        hooks: [],
      },
    });
    const timeline = assembleTimeline(facts({ saved, applications: [healed] }));
    expect(of(timeline, 'sync')).toMatchObject({ startedAt: { at: at('10:00:20') }, tookMs: 30_000 });
  });

  it('takes the observed outcome of the tests where the workflow is gone', () => {
    const timeline = assembleTimeline(
      facts({ tests: [], observedTests: { what: 'tests-passed', at: at('10:04:35') } }),
    );
    expect(of(timeline, 'tests')).toMatchObject({ state: 'succeeded', asOf: at('10:04:35'), tookMs: null });
  });
});

describe('a deployment of long ago', () => {
  const later = (time: string): string => `2026-12-05T${time}Z`;
  it('is not told by what the cluster did a week later', () => {
    const timeline = assembleTimeline(
      facts({
        now: later('10:00:00'),
        applications: [
          application({
            history: [{ revision: 'c9', startedAt: later('09:00:00'), finishedAt: later('09:00:10') }],
            operation: null,
          }),
        ],
        rollouts: [rollout({ startedAt: later('09:00:09'), finishedAt: later('09:01:00') })],
        tests: [],
        next: { environment: 'production', deployment: null, workflows: [], heldBecause: null },
      }),
    );
    expect(of(timeline, 'sync').state).toBe('unknown');
    const byHand = application({
      history: [],
      operation: {
        phase: 'Running',
        message: null,
        startedAt: later('09:59:00'),
        finishedAt: null,
        revision: 'c9',
        hooks: [],
      },
    });
    const now = later('10:00:00');
    expect(of(assembleTimeline(facts({ now, applications: [byHand] })), 'sync').state).toBe('unknown');
    expect(of(timeline, 'rollout')).toMatchObject({ state: 'succeeded', startedAt: null, finishedAt: null });
    expect(of(timeline, 'tests').state).toBe('unknown');
    expect(timeline).toMatchObject({ at: null, totalMs: null });
  });
});

describe('a cluster that is away', () => {
  it('marks what is not over as of when it was last seen', () => {
    const cluster = {
      state: 'unreachable' as const,
      asOf: at('10:01:00'),
      since: at('10:01:10'),
      failure: { code: 'unreachable' as const, message: 'away', meaning: '', next: [] },
    };
    const timeline = assembleTimeline(
      facts({ cluster, rollouts: [rollout({ state: 'progressing', finishedAt: null })], tests: [] }),
    );
    expect(of(timeline, 'rollout')).toMatchObject({ state: 'running', asOf: at('10:01:00') });
    expect(of(timeline, 'sync').asOf).toBeNull();
  });
  it('that this estate does not have leaves everything of it unknown', () => {
    const timeline = assembleTimeline(
      facts({ cluster: { state: 'absent' }, applications: [], rollouts: [], tests: [], next: null }),
    );
    expect(of(timeline, 'sync')).toMatchObject({
      state: 'unknown',
      text: 'The estate file has no cluster for staging.',
    });
  });
});

describe('a timeline of which a part is kept from the person', () => {
  it('claims nothing of what can’t be seen: no tests that start, no sync that was forgotten', () => {
    const made = assembleTimeline(
      facts({ applications: [], tests: [], hidden: { argo: true, workflows: true } }),
    );
    const told = (name: string) => made.stages.find((one) => one.name === name);
    for (const name of ['refresh', 'sync', 'hooks'])
      expect(told(name)).toMatchObject({ state: 'unknown', text: 'Argo CD is not visible to you there.' });
    expect(told('tests')).toMatchObject({ state: 'unknown', text: 'Tests are not visible to you there.' });
  });
});
