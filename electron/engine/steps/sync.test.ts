import { describe, expect, it } from 'vitest';
import type { Application } from '../../../shared/domain/board/board';
import { fail, ok, type Result } from '../../../shared/domain/failure/failure';
import type { ApplicationOperation } from '../../../shared/domain/rollout/application-detail';
import type { HookState } from '../../../shared/domain/rollout/hook-state';
import type { StepContext, StepEnd, VersionIntent } from '../operation-context';
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
/** A sync of the version that is left, which fails and is retried. */
const sync106 = {
  state: 'waiting-to-retry',
  phase: 'Running',
  message: 'migration failed. Retrying attempt #1 at 10:01AM.',
  startedAt: '2026-03-01T10:00:00Z',
  finishedAt: '2026-03-01T10:00:20Z',
  retryCount: 1,
  retryLimit: 5,
  initiatedBy: 'Argo CD (automatic sync)',
  automated: true,
  revisions: [],
  version: 'v2',
  isVersionNamed: true,
  dryRun: false,
};
const operation = (phase: string, startedAt: string) => ({ phase, startedAt, message: 'migration failed' });

type Running = Pick<ApplicationOperation, 'state' | 'startedAt' | 'version'> & Partial<ApplicationOperation>;
type Picture = Partial<Application> & { running?: Running };

/** The step on a cluster that shows one picture after the other, each as soon as the step waits. */
async function endOf(
  pictures: Picture[],
  asked: Result<void>,
  intent: object = {},
  refreshSeenAt: string | null = null,
  hooks: readonly Partial<HookState>[] = [],
): Promise<{ end: StepEnd; waits: string[]; syncs: number; terminated: string[]; saw: string[] }> {
  let seen = 0;
  let syncs = 0;
  const terminated: string[] = [];
  const saw: string[] = [];
  const effects = new Map<string, object>();
  if ('leaving' in intent)
    effects.set('commit', {
      data: { leaving: [{ application: 'frontend', startedAt: '2026-03-01T10:00:00Z' }] },
    });
  const waits: string[] = [];
  const listeners = new Set<(changes: { topic: string; app: null }[]) => void>();
  const view = {
    environment: 'production',
    freshness: () => ({ state: 'live', asOf: 'now' }),
    gaps: () => [],
    applications: () => [pictures[seen]],
    applicationDetail: (name: string) =>
      name === 'app-config'
        ? null
        : {
            name,
            currentOperation: pictures[seen]?.running ? { ...sync106, ...pictures[seen]?.running } : null,
          },
    hooks: () => hooks,
    onChange: (listener: () => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const actions = {
    refresh: async () => ok(undefined),
    refreshPending: () => false,
    refreshSeenAt: () => refreshSeenAt,
    isBehind: () => false,
    parentApplication: 'app-config',
    terminate: async (name: string, startedAt: string) => {
      terminated.push(`${name}@${startedAt}`);
      seen++;
      return ok(undefined);
    },
    syncedBy: () => 'somebody-else',
    sync: async () => {
      syncs++;
      return asked;
    },
  };
  const context = {
    id: 'op-1',
    intent: {
      kind: 'rollback',
      app: 'frontend',
      environment: 'production',
      version: 'v1',
      expected: 'v2',
      ...intent,
    },
    signal: new AbortController().signal,
    record: () => ({ effects, operation: { commit: 'own' } }),
    intend: (effect: string) => effects.set(effect, {}),
    result: () => undefined,
    saw: (text: string) => saw.push(text),
    waiting: (text: string) => {
      waits.push(text);
      if (seen === pictures.length - 1 || text.includes('to accept the termination')) return;
      setImmediate(() => {
        seen++;
        for (const listener of [...listeners]) listener([{ topic: 'application', app: null }]);
      });
    },
    world: {
      holder: () => null,
      limits: { sync: 60_000, terminate: 60_000 },
      now: () => new Date('2026-03-01T10:02:00Z'),
      clusters: new Map([['production', { view, actions, failingPod: async () => failingPod }]]),
      ledger: { snapshot: () => ({ commit: 'own' }), onChange: () => () => undefined },
      reader: { facts: () => ({ version: 'v1' }) },
      history: { deployments: () => [] },
      identity: () => ({ name: 'Ada Morrow' }),
    },
  } as unknown as StepContext<VersionIntent>;
  return { end: await sync(context), waits, syncs, terminated, saw };
}

/** The pod of the migration, with the end of its log. */
const failingPod = {
  deployment: 'frontend-dbmigrate',
  log: { lines: [{ at: null, text: 'no column "x"' }] },
};
const hook: Partial<HookState> = {
  application: 'frontend',
  type: 'PreSync',
  name: 'frontend-dbmigrate',
  state: 'failing',
  text: 'can’t start: ImagePullBackOff',
};

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
  it('names the hook that can’t start while it waits, and one that failed with its log at the end', async () => {
    const began = '2026-03-01T10:00:00Z';
    const pictures = [
      application({ operation: { ...operation('Running', began), ofSpec: true } }),
      application({ operation: { ...operation('Failed', began), ofSpec: true } }),
    ];
    const { end, waits } = await endOf(pictures, ok(undefined), {}, null, [hook]);
    expect(waits.join()).toContain('the PreSync hook frontend-dbmigrate can’t start: ImagePullBackOff');
    expect(end).toMatchObject({
      failure: {
        message: expect.stringContaining('The PreSync hook frontend-dbmigrate failed: '),
        detail: expect.stringContaining('no column "x"'),
      },
    });
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
  it('tells that the controller does not answer the refresh', async () => {
    const waiting = application({ comparedAt: '2026-03-01T09:00:00Z', sync: 'Unknown' });
    const pictures = [waiting, { ...waiting, sync: 'Synced' as const }];
    const { waits } = await endOf(pictures, ok(undefined), {}, '2026-03-01T10:01:25Z');
    expect(waits.join(' ')).toContain('Argo CD’s controller has not answered the refresh for 35 s:');
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

  describe('where another sync is in the way', () => {
    const began = '2026-03-01T10:00:00Z';
    const failing = (state: Running['state'], change: Partial<Running> = {}): Picture =>
      application({
        operation: { ...operation('Running', began), ofSpec: false },
        running: { state, startedAt: began, version: 'v2', ...change },
      } as Picture);
    const over = (ofSpec: boolean): Picture =>
      application({
        operation: { ...operation('Failed', began), message: 'Operation terminated', ofSpec },
      } as Picture);
    const good = application({
      sync: 'Synced',
      operation: operation('Succeeded', '2026-03-01T10:03:00Z'),
    } as Picture);

    it('ends one of the version that is left at once, and asks for its own', async () => {
      const { end, terminated, syncs, waits } = await endOf(
        [failing('waiting-to-retry'), failing('terminating'), over(false), good],
        ok(undefined),
      );
      expect(end).toMatchObject({ state: 'succeeded' });
      expect(terminated).toEqual([`frontend@${began}`]);
      expect(syncs).toBe(1);
      expect(waits).toContain(
        'Waiting for Argo CD to end the sync of frontend to v2, terminated 2026-03-01 10:02 UTC.',
      );
    });
    it('asks again for a termination that the end of an attempt wrote over', async () => {
      const { end, terminated } = await endOf(
        [
          failing('running', { retryCount: 0 }),
          failing('terminating'),
          failing('waiting-to-retry'),
          failing('terminating'),
          over(false),
          good,
        ],
        ok(undefined),
      );
      expect(end).toMatchObject({ state: 'succeeded' });
      expect(terminated).toEqual([`frontend@${began}`, `frontend@${began}`]);
    });
    it('takes the end of what it terminated for no failure of the version that is wanted', async () => {
      // The source names no version: what is left was noted with the commit.
      const noted = { isVersionNamed: false, version: 'v1' } as Partial<Running>;
      const { end, terminated, syncs } = await endOf(
        [failing('running', noted), failing('terminating', noted), over(true), good],
        ok(undefined),
        { leaving: true },
      );
      expect(end).toMatchObject({ state: 'succeeded' });
      expect([terminated.length, syncs]).toEqual([1, 1]);
    });
    it('leaves what a person syncs to another version, and says what it waits for, since when', async () => {
      const byHand: Partial<Running> = {
        state: 'running',
        version: 'v7',
        automated: false,
        initiatedBy: 'Grace',
        retryCount: 0,
      };
      const { end, terminated, waits } = await endOf([failing('running', byHand), good], ok(undefined));
      expect(end).toMatchObject({ state: 'succeeded' });
      expect(terminated).toEqual([]);
      expect(waits.join()).toContain(
        'A sync of frontend to v7 by Grace is running since 2026-03-01 10:00 UTC: migration failed',
      );
    });
    it('ends it where the person chose so, and no later one', async () => {
      const byHand: Partial<Running> = { version: 'v7', automated: false, initiatedBy: 'Grace' };
      const chosen = { syncs: [{ application: 'frontend', startedAt: began, choice: 'terminate' }] };
      const ended = await endOf(
        [failing('running', byHand), failing('terminating', byHand), over(false), good],
        ok(undefined),
        chosen,
      );
      expect(ended.terminated).toEqual([`frontend@${began}`]);
      const later = { ...byHand, startedAt: '2026-03-01T10:00:30Z' };
      expect((await endOf([failing('running', later), good], ok(undefined), chosen)).terminated).toEqual([]);
    });
    it('waits for one that brings the wanted version already', async () => {
      const { terminated, syncs } = await endOf([failing('running', { version: 'v1' }), good], ok(undefined));
      expect([terminated.length, syncs]).toEqual([0, 0]);
    });
  });
});
