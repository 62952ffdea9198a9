/** What each step waits for, tells and comes to, by what the person may see: never what can't be seen, never for ever. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fail } from '../../../shared/domain/failure/failure';
import type { ClusterTopic } from '../../../shared/domain/rollout/cluster-status';
import type { StepContext, StepEnd, VersionIntent } from '../operation-context';
import { defaultLimits } from '../world';
import { rollout } from './follow-rollout';
import { nudge } from './refresh-parent';
import { stopPromotions } from './stop-promotions';
import { sync } from './sync';
import { type SeenCluster, type Shown, seenCluster, sessionOver } from './testing/seen-cluster';
import { tests } from './tests';

const old = 'registry/frontend:v1';
const wanted = 'registry/frontend:v2';

beforeEach(() => vi.useFakeTimers({ now: Date.parse('2026-03-01T10:00:00Z') }));
afterEach(() => vi.useRealTimers());

/** A deploy of v2 over v1 that has committed; each step is run on it. */
function deployOn(there: SeenCluster, before = seenCluster('staging', []), digest: string | null = null) {
  const waits: string[] = [];
  const base = {
    id: 'op-1',
    intent: { kind: 'deploy', app: 'frontend', environment: 'production', version: 'v2', expected: 'v1' },
    signal: new AbortController().signal,
    record: () => ({ effects: new Map(), operation: { commit: 'c', steps: [], workflows: [] } }),
    waiting: (text: string | null) => {
      if (text !== null) waits.push(text);
    },
    saw: () => undefined,
    intend: () => undefined,
    result: () => undefined,
    workflow: () => undefined,
    world: {
      holder: () => null,
      limits: defaultLimits,
      identity: () => ({ name: 'Ada', email: 'ada@example.org' }),
      now: () => new Date(),
      estate: {
        environments: [{ name: 'staging' }, { name: 'production' }],
        pipelines: [{ name: 'apps', kind: 'apps', environments: ['staging', 'production'] }],
      },
      clusters: new Map([
        ['production', there.cluster],
        ['staging', before.cluster],
      ]),
      ledger: { snapshot: () => ({ commit: 'own' }), onChange: () => () => undefined },
      reader: { facts: () => ({ version: 'v2' }) },
      images: {
        peek: () => (digest === null ? null : { state: 'there', name: '', digest, kind: 'manifest' }),
      },
      history: {
        deployments: () => [
          { from: 'v1', to: 'v2' },
          { from: 'v0', to: 'v1' },
        ],
      },
    },
  };
  const context = base as unknown as StepContext<VersionIntent>;
  /**
   * Runs a step; each happening comes once it waits. What waits when nothing more happens has its whole limit.
   * @returns its end, and what it waited for last.
   */
  const run = async (
    step: (context: StepContext<VersionIntent>) => Promise<StepEnd>,
    ...happenings: (() => void)[]
  ): Promise<{ end: StepEnd; waited: string }> => {
    waits.length = 0;
    let end: StepEnd | null = null;
    const settled = step(context).then((found) => {
      end = found;
    });
    await vi.advanceTimersByTimeAsync(0);
    for (const happening of happenings) {
      if (end !== null) break;
      happening();
      await vi.advanceTimersByTimeAsync(0);
    }
    // The longest limit there is: no step may wait longer.
    await vi.advanceTimersByTimeAsync(defaultLimits.tests + defaultLimits.testsAppear);
    await settled;
    if (end === null) throw new Error('it waits for ever');
    return { end, waited: waits.at(-1) ?? '' };
  };
  return { run };
}

const said = (end: StepEnd): string =>
  end.state === 'failed'
    ? end.failure.message
    : 'because' in end
      ? end.because
      : 'text' in end
        ? (end.text ?? '')
        : '';

/** What the account may not read, by the three things that rights part. */
const everything: Record<'argo' | 'workloads' | 'workflows', ClusterTopic[]> = {
  argo: ['applications', 'projects'],
  workloads: ['rollouts', 'pods', 'hooks', 'resources'],
  workflows: ['workflows'],
};
const table = [true, false].flatMap((argo) =>
  [true, false].flatMap((workloads) => [true, false].map((workflows) => ({ argo, workloads, workflows }))),
);

describe.each(table)('with Argo CD $argo, workloads $workloads, workflows $workflows', (sees) => {
  const hidden = (['argo', 'workloads', 'workflows'] as const).flatMap((one) =>
    sees[one] ? [] : everything[one],
  );
  const there = (): SeenCluster => {
    const cluster = seenCluster('production', hidden);
    cluster.application('v1');
    cluster.deployment({ image: old });
    return cluster;
  };

  it('refreshes Argo CD and waits for it only where it is seen', async () => {
    const cluster = there();
    const { end } = await deployOn(cluster).run(nudge, () => cluster.application('v2'));
    if (sees.argo) {
      expect(end).toEqual({ state: 'succeeded', text: 'Argo CD in production has v2.' });
      expect(cluster.asked).toEqual(['refresh app-config']);
      return;
    }
    expect(end.state).toBe('skipped');
    expect(said(end)).toContain(
      'Argo CD syncs by itself within about 3 minutes; Signalbox can’t refresh it here',
    );
    expect(cluster.asked).toEqual([]);
  });

  it('sees the sync by Argo CD, else by the Deployment’s image, else says that it can’t', async () => {
    const cluster = there();
    cluster.application('v2', { sync: { status: 'OutOfSync' } });
    const { end, waited } = await deployOn(cluster).run(
      sync,
      () => cluster.application('v2'),
      () => cluster.deployment({ image: wanted, ready: 0, available: 0 }),
    );
    if (sees.argo) {
      expect(end).toEqual({ state: 'succeeded', text: 'Synced: frontend.' });
      return;
    }
    if (sees.workloads) {
      expect(waited).toMatch(/^Waiting for frontend in production to get v2\. Argo CD syncs by itself/);
      expect(end).toEqual({ state: 'succeeded', text: 'Argo CD gave v2 to frontend.' });
      return;
    }
    expect(end.state).toBe('skipped');
    expect(said(end)).toMatch(/^Neither Argo CD nor what runs in production is visible to you/);
  });

  it('judges the rollout by what is seen, and never calls it done where nothing is', async () => {
    const cluster = there();
    cluster.application('v2', { health: { status: 'Progressing' } });
    cluster.deployment({ image: wanted, ready: 0, available: 0 });
    const { end } = await deployOn(cluster).run(rollout, () => {
      cluster.application('v2');
      cluster.deployment({ image: wanted });
    });
    if (!sees.workloads && !sees.argo) {
      expect(end.state).toBe('unknown');
      expect(said(end)).toContain('whether it came up can’t be told here');
      return;
    }
    expect(end).toEqual({
      state: 'succeeded',
      text: !sees.workloads
        ? 'Argo CD says Healthy: frontend (Deployments and pods not visible to you).'
        : sees.argo
          ? 'Healthy; rolled out: frontend.'
          : 'Rolled out: frontend (Argo CD not visible to you).',
    });
  });

  it('never calls the version that was there before the one that is wanted', async () => {
    const { end } = await deployOn(there()).run(rollout);
    expect(end.state).toBe('unknown');
  });

  it('waits for tests only where workflows are seen', async () => {
    const cluster = there();
    cluster.application('v2');
    const { end } = await deployOn(cluster).run(
      tests,
      () => cluster.workflow('post-sync-1', 'v2', 'Running'),
      () => cluster.workflow('post-sync-1', 'v2', 'Succeeded'),
    );
    if (sees.workflows) expect(end).toEqual({ state: 'succeeded', text: 'Tests passed: post-sync-1.' });
    else expect(end).toEqual({ state: 'skipped', because: 'Tests in production are not visible to you.' });
  });

  it('says that no tests began, and whether it knows that there are any', async () => {
    const cluster = there();
    cluster.application('v2');
    const { end } = await deployOn(cluster).run(tests);
    if (!sees.workflows) return;
    expect(end.state).toBe('unknown');
    expect(said(end).includes('Whether frontend has one is not visible to you')).toBe(!sees.argo);
  });

  it('stops promotions where workflows are seen, and names where they are not', async () => {
    const cluster = there();
    const staging = seenCluster('staging', []);
    const { end } = await deployOn(cluster, staging).run(stopPromotions as typeof nudge);
    // What can be seen is looked at, whatever else can't.
    expect(staging.asked).toContain('read post-sync in staging');
    expect(end.state).toBe(sees.workflows ? 'succeeded' : 'skipped');
    expect(said(end)).toContain(
      sees.workflows
        ? 'No promotion to production is in progress'
        : 'Workflows in production are not visible to you',
    );
  });
});

/** With Deployments and pods alone: everything of Argo is kept from the person. */
const podsOnly = (...more: ClusterTopic[]): SeenCluster =>
  seenCluster('production', [...everything.argo, ...everything.workflows, ...more]);

describe('a rollout seen by Deployments and pods alone', () => {
  const ending = async (first: Shown, ...pictures: Shown[]): Promise<{ end: StepEnd; waited: string }> => {
    const cluster = podsOnly();
    cluster.deployment(first);
    return deployOn(cluster).run(rollout, ...pictures.map((one) => () => cluster.deployment(one)));
  };

  it('waits until the Deployment has seen its new spec', async () => {
    const { end, waited } = await ending({ image: wanted, generation: 2, observed: 1 });
    expect(end.state).toBe('unknown');
    expect(waited).toBe('frontend: Waiting for Kubernetes to process the change');
  });

  it('waits for old pods of a surge', async () => {
    const { waited } = await ending({ image: wanted, total: 2 });
    expect(waited).toBe('frontend: 1 old pod still terminating');
  });

  it('says that a Deployment is paused', async () => {
    const { end, waited } = await ending({ image: wanted, paused: true, updated: 0, ready: 0 });
    expect(end.state).toBe('unknown');
    expect(waited).toBe('frontend: 0 of 1 new pods have been created (the Deployment is paused)');
  });

  it('says that nothing runs of what is scaled to zero', async () => {
    const { end } = await ending({ image: wanted, replicas: 0 });
    expect(said(end)).toBe('Rolled out: frontend (scaled to zero pods) (Argo CD not visible to you).');
  });

  it('fails with the deadline of the version', async () => {
    const { end } = await ending({
      image: wanted,
      ready: 0,
      available: 0,
      podReason: 'CrashLoopBackOff',
      condition: { reason: 'ProgressDeadlineExceeded', lastUpdateTime: '2026-03-01T10:10:00Z' },
    });
    expect(end.state).toBe('failed');
    expect(said(end)).toContain('crash as they start');
  });

  it('does not fail with the deadline of the version that is left, whose condition stays a while', async () => {
    const stale = {
      image: wanted,
      total: 2,
      condition: { reason: 'ProgressDeadlineExceeded', lastUpdateTime: '2026-03-01T09:50:00Z' },
    };
    expect(said((await ending(stale, { image: wanted })).end)).toMatch(/^Rolled out: frontend/);
  });

  it('waits for all Deployments of the app, and takes a failing one before the others have the version', async () => {
    const cluster = podsOnly();
    cluster.deployment({ image: wanted });
    cluster.deployment({ image: old, name: 'frontend-worker' });
    const { waited, end } = await deployOn(cluster).run(rollout, () =>
      cluster.deployment({ image: wanted, name: 'frontend-worker' }),
    );
    expect(waited).toBe('Waiting for frontend-worker to get v2.');
    expect(said(end)).toMatch(/^Rolled out: frontend, frontend-worker/);
  });

  it('tells by digest where the registry told it, and says that it can’t where none did', async () => {
    const digest = `sha256:${'c'.repeat(64)}`;
    const cluster = podsOnly();
    cluster.deployment({ image: `registry/frontend@${digest}` });
    const known = await deployOn(cluster, undefined, digest).run(rollout);
    expect(said(known.end)).toMatch(/^Rolled out: frontend/);
    const { end } = await deployOn(cluster).run(rollout);
    expect(end.state).toBe('unknown');
    expect(said(end)).toContain('show no version (set by digest)');
    const synced = await deployOn(cluster).run(sync);
    expect(synced.end.state).toBe('skipped');
  });

  it('does not wait for a Deployment of an app that has none', async () => {
    const cluster = podsOnly();
    expect((await deployOn(cluster).run(sync)).end.state).toBe('skipped');
    const { end, waited } = await deployOn(cluster).run(rollout);
    expect(waited).toBe('');
    expect(end.state).toBe('unknown');
    expect(said(end)).toContain('it may only run on a schedule');
  });

  it('goes by pods where Deployments are hidden, and by Deployments where ReplicaSets and pods are', async () => {
    const pods = podsOnly('rollouts');
    pods.deployment({ image: old });
    const byPods = await deployOn(pods).run(rollout, () => pods.deployment({ image: wanted }));
    expect(byPods.waited).toMatch(/1 of 1 with v2 are ready, 1 pod of another version is there/);
    expect(said(byPods.end)).toBe(
      'All 1 pod of frontend run v2 and are ready (Argo CD and Deployments not visible to you).',
    );
    const deployments = podsOnly('pods');
    deployments.hideKind('replicasets');
    deployments.deployment({ image: old });
    const byDeployments = await deployOn(deployments).run(rollout, () =>
      deployments.deployment({ image: wanted }),
    );
    expect(byDeployments.waited).toBe('Waiting for frontend to get v2.');
    expect(said(byDeployments.end)).toMatch(/^Rolled out: frontend/);
  });
});

describe('a sync seen by Deployments and pods alone', () => {
  it('tells a hook that fails, and fails with it when nothing else happens', async () => {
    const cluster = podsOnly();
    cluster.deployment({ image: old });
    cluster.job('frontend-migrate', true, '2026-02-01T10:00:00Z');
    const { run } = deployOn(cluster);
    const { end, waited } = await run(sync, () =>
      cluster.job('frontend-migrate', true, '2026-03-01T10:02:00Z'),
    );
    expect(waited).toContain('The sync hook frontend-migrate failed: Job has reached its limit.');
    expect(end.state).toBe('failed');
    expect(said(end)).toContain('frontend-migrate');
  });

  it('does not take the failed hook of an earlier sync for one of this', async () => {
    const cluster = podsOnly();
    cluster.deployment({ image: old });
    cluster.job('frontend-migrate', true, '2026-02-01T10:00:00Z');
    const { end, waited } = await deployOn(cluster).run(sync);
    expect(waited).not.toContain('frontend-migrate');
    expect(waited).toMatch(/Nothing has changed for \d+ min/);
    expect(end.state).toBe('unknown');
    expect(said(end)).toContain('Argo CD has not applied v2 within 20 min, and why is not visible to you');
  });

  it('tells a Job’s failing pod where Jobs are hidden', async () => {
    const cluster = podsOnly('hooks');
    cluster.deployment({ image: old });
    const { end, waited } = await deployOn(cluster).run(sync, () =>
      cluster.jobPod('frontend-migrate-x', 'Error'),
    );
    expect(waited).toContain('A Job’s pod, frontend-migrate-x, fails: Error.');
    expect(end.state).toBe('unknown');
  });

  it('goes on by workloads when Applications turn out to be hidden, or are taken away', async () => {
    const cluster = seenCluster('production', everything.workflows);
    cluster.application('v2', { sync: { status: 'OutOfSync' } });
    cluster.deployment({ image: old });
    const { end } = await deployOn(cluster).run(
      sync,
      () => cluster.hide('applications'),
      () => cluster.deployment({ image: wanted }),
    );
    expect(said(end)).toBe('Argo CD gave v2 to frontend.');
  });
});

describe('where Argo CD is seen by its own server', () => {
  it('judges by what runs for who is not signed in there', async () => {
    const never = seenCluster('production', everything.workflows);
    never.signOut(null);
    never.deployment({ image: wanted });
    expect(said((await deployOn(never).run(nudge)).end)).toContain('is not visible to you');
    expect(said((await deployOn(never).run(sync)).end)).toBe('Argo CD gave v2 to frontend.');
    expect(said((await deployOn(never).run(rollout)).end)).toMatch(/^Rolled out: frontend/);
  });

  const endedMeanwhile = (): SeenCluster => {
    const cluster = seenCluster('production', everything.workflows);
    cluster.application('v2', {
      sync: { status: 'OutOfSync' },
      operationState: { phase: 'Running', startedAt: '2026-03-01T10:00:10Z', operation: { sync: {} } },
    });
    cluster.deployment({ image: old });
    return cluster;
  };

  it('judges by what runs while a session has ended, and says what would show more', async () => {
    const ended = endedMeanwhile();
    const { end, waited } = await deployOn(ended).run(
      sync,
      () => ended.endSession('2026-03-01T09:00:00Z'),
      () => ended.deployment({ image: wanted }),
    );
    expect(waited).toMatch(/^Waiting for frontend in production to get v2\..* Your session has ended\.$/);
    expect(said(end)).toBe('Argo CD gave v2 to frontend.');
    expect(said((await deployOn(ended).run(rollout)).end)).toMatch(/^Rolled out: frontend/);
    expect((await deployOn(ended).run(nudge)).end.state).toBe('skipped');
  });

  it('goes on by Argo CD once somebody signed in again', async () => {
    const ended = endedMeanwhile();
    const { end } = await deployOn(ended).run(
      sync,
      () => ended.endSession('2026-03-01T09:00:00Z'),
      () => {
        ended.signIn();
        ended.application('v2', { sync: { status: 'OutOfSync' } });
      },
      () => ended.application('v2'),
    );
    expect(said(end)).toBe('Synced: frontend.');
    expect(ended.asked).toContain('sync frontend');
  });

  it('waits for tests while a session has ended, and for none where somebody signed out', async () => {
    const ended = seenCluster('production', []);
    ended.endSession('2026-03-01T09:00:00Z', 'workflows');
    expect((await deployOn(ended).run(tests)).waited).toMatch(/^Waiting for you to sign in/);
    const left = seenCluster('production', []);
    left.signOut('2026-03-01T09:00:00Z', 'workflows');
    expect((await deployOn(left).run(tests)).end).toEqual({
      state: 'skipped',
      because: 'Tests in production are not visible to you.',
    });
  });

  it('asks nothing of Argo CD again and again while a session has ended and what runs tells', async () => {
    const ended = endedMeanwhile();
    ended.onRefresh(() => {
      ended.endSession('2026-03-01T09:00:00Z');
      return fail(sessionOver);
    });
    const { end, waited } = await deployOn(ended).run(nudge);
    expect(end.state).toBe('skipped');
    expect(waited).not.toMatch(/sign in/);
  });
});
