import { describe, expect, it } from 'vitest';
import type { AppIntent } from '../operation/intent';
import type { ClusterTopic } from '../rollout/cluster-status';
import { needsAttention } from './finding';
import { pendingChecks, settledFindings } from './pending-check';
import { obstacles, preflightFindings } from './preflight';
import type { LedgerFacts, OutsideFacts } from './preflight-facts';
import { quietLedger as ledger, quietOutside as outside } from './testing/quiet-facts';

const rollback: AppIntent = {
  kind: 'rollback',
  app: 'frontend',
  environment: 'production',
  version: 'v1',
  expected: 'v2',
};
const deploy: AppIntent = { ...rollback, kind: 'deploy', version: 'v3' };

const codes = (intent: AppIntent, facts: Partial<LedgerFacts>, seen: Partial<OutsideFacts>) =>
  preflightFindings(intent, { ...ledger, ...facts }, { ...outside, ...seen })
    .filter((one) => needsAttention([one]))
    .map((one) => `${one.code}:${one.level}`);

describe('preflight', () => {
  it('lets a rollback through with one click when everything is known and good', () => {
    expect(codes(rollback, {}, {})).toEqual([]);
    // In an incident the app is unwell: that is why somebody rolls back.
    expect(codes(rollback, {}, { health: 'Degraded', inStep: false })).toEqual([]);
  });

  it('lets a person roll back over a mistyped flag, but not without a readable version', () => {
    const problem = {
      code: 'bad-data',
      message: 'promote_deployment is no flag.',
      meaning: '',
      next: [],
    } as const;
    expect(codes(rollback, { problem: { ...problem, next: [] } }, {})).toEqual(['other:warn']);
    expect(codes(rollback, { version: null, problem: { ...problem, next: [] } }, {})).toContain(
      'other:block',
    );
  });

  it('says before the click that an emergency rollback keeps a change in Git from the cluster', () => {
    const debt = {
      operation: 'op-1',
      app: 'frontend',
      environment: 'production',
      by: 'Ada Morrow',
      since: '2026-11-01T10:00:00.000Z',
      reason: '500s',
      imageTag: 'v1',
      leaves: 'v2',
      parent: 'app-config',
      image: 'set' as const,
      off: ['app-config', 'frontend'],
      running: null,
      shared: true,
    };
    const told = (intent: AppIntent, app: string) =>
      preflightFindings(intent, ledger, { ...outside, debts: [{ ...debt, app }] }).filter(
        ({ code }) => code === 'emergency',
      );
    for (const intent of [deploy, rollback, { ...deploy, kind: 'promote', from: 'staging' } as AppIntent]) {
      expect(told(intent, 'frontend')).toMatchObject([
        {
          level: 'warn',
          message: expect.stringMatching(/^frontend in production runs v1 by emergency rollback/),
        },
      ]);
      // The parent's automatic sync is off for all of them.
      expect(told(intent, 'router')).toMatchObject([
        {
          level: 'warn',
          message:
            'No change in Git reaches any app in production until the emergency rollback of router is reconciled.',
          evidence: expect.stringContaining('Automatic sync is off for app-config and frontend'),
        },
      ]);
    }
  });

  it('never takes unknown for a pass', () => {
    expect(codes(rollback, {}, { change: null })).toEqual(['migrations-unknown:unknown']);
    expect(codes(rollback, {}, { cluster: { state: 'connecting', asOf: null } })).toEqual([
      'environment-unreachable:unknown',
    ]);
    expect(codes(deploy, {}, { published: null, evidenceHere: null })).toEqual([
      'version-unpublished-check-failed:unknown',
    ]);
    const unasked = { ...outside, published: null, evidenceHere: null, asksRepo: false };
    expect(
      preflightFindings(deploy, ledger, unasked).find(
        ({ code }) => code === 'version-unpublished-check-failed',
      )?.evidence,
    ).toBe('The estate file has no source repos.');
    expect(codes(deploy, {}, { testsBefore: { state: 'unknown', evidence: '' } })).toEqual([
      'not-tested-before:unknown',
    ]);
  });

  it('takes a version for published when its image is there, and for nothing less, once a registry is named', () => {
    const name = 'ghcr.io/example/frontend:v3';
    const digest = `sha256:${'a'.repeat(64)}`;
    const said = (intent: AppIntent, seen: Partial<OutsideFacts>) =>
      preflightFindings(intent, ledger, { ...outside, ...seen })
        .filter(({ code }) => code.startsWith('version-'))
        .map(({ code, level, overridable }) => `${code}:${level}:${overridable}`);
    const missing = { state: 'missing', name, because: `The registry has no image ${name}.` } as const;
    const away = { state: 'unknown', name, because: 'The registry ghcr.io can’t be reached.' } as const;
    const there = { state: 'there', name, digest, kind: 'index' } as const;
    for (const intent of [deploy, rollback])
      for (const published of [true, false, null])
        for (const evidenceHere of [outside.evidenceHere, null]) {
          const seen = { published, evidenceHere };
          expect(said(intent, { ...seen, image: there })).toEqual(['version-not-published:pass:true']);
          // That a tag was made, or that it ran before it was cleaned away, puts no image there.
          expect(said(intent, { ...seen, image: missing })).toEqual(['version-not-published:block:true']);
          for (const image of [away, 'not-asked'] as const)
            expect(said(intent, { ...seen, image })).toEqual([
              'version-unpublished-check-failed:unknown:true',
            ]);
        }
    // Without a registry it is not said that there is an image.
    const [text] = preflightFindings(deploy, ledger, { ...outside, evidenceHere: null })
      .filter(({ code }) => code === 'version-not-published')
      .map(({ message, evidence }) => `${message} ${evidence}`);
    expect(text).toBe(
      'v3 is in frontend’s repo. A tag or commit. Its image was not checked: the estate file has no registry.',
    );
  });

  it('tells how the checks of the commit stand, and takes nothing for a pass but that all passed', () => {
    const known = { state: 'known', failed: [], pending: [], passed: 2, partial: false } as const;
    const said = (intent: AppIntent, checks: OutsideFacts['checks'], production = true) =>
      preflightFindings(intent, ledger, { ...outside, checks, production })
        .filter(({ code }) => code.startsWith('checks'))
        .map(({ level, message }) => `${level}: ${message}`);
    expect(said(deploy, known)).toEqual(['pass: All checks of v3 passed on GitHub.']);
    const failed = { ...known, failed: ['build', 'lint', 'a\u202eb', 'e2e', 'x'] };
    const words = 'Checks of v3 failed on GitHub: build, lint, a\\u202Eb and 2 more.';
    expect(said(deploy, failed)).toEqual([`warn: ${words}`]);
    expect(said(deploy, failed, false)).toEqual([`info: ${words}`]);
    expect(said(rollback, failed)).toEqual([expect.stringMatching(/^info: /)]);
    expect(said(deploy, { ...known, pending: ['build'] })).toEqual([
      'warn: Checks of v3 are still running on GitHub: build.',
    ]);
    expect(said(deploy, { ...known, pending: ['build'] }, false)).toEqual([expect.stringMatching(/^info: /)]);
    expect(said(rollback, { ...known, pending: ['build'] })).toEqual([expect.stringMatching(/^info: /)]);
    expect(said(deploy, { ...known, passed: 0 })).toEqual(['info: v3 has no checks on GitHub.']);
    expect(said(deploy, { ...known, partial: true })).toEqual([expect.stringMatching(/^info: /)]);
    expect(said(deploy, { state: 'unknown', because: 'No.' })).toEqual([
      'info: Can’t tell whether the GitHub checks of v3 passed.',
    ]);
    for (const nobody of ['not-asked', null] as const) expect(said(deploy, nobody)).toEqual([]);
  });

  it('says of migrations what GitHub told: that commits were not all listed hides none', () => {
    const known = outside.change?.state === 'known' ? outside.change : null;
    if (!known) throw new Error('the change is known');
    const said = (part: Partial<typeof known>) =>
      preflightFindings(deploy, ledger, { ...outside, change: { ...known, ...part } })
        .filter(({ code }) => code.startsWith('migration'))
        .map(({ code, level, message }) => `${code}:${level}: ${message}`);
    expect(said({ truncated: true })).toEqual(['migration:pass: No migrations.']);
    expect(said({ migrationsPartial: true })).toEqual([
      'migrations-unknown:unknown: GitHub did not list all changed files: there may be migrations.',
    ]);
    expect(said({ migrationsPartial: true, migrations: ['db/migrate/1_a.rb'] })[0]).toContain(
      'db/migrate/1_a.rb, maybe more that GitHub did not list.',
    );
  });

  it('takes a kind that is not seen, and a right that is denied or not known, for what they are', () => {
    const gap = {
      kind: 'workflows',
      namespace: 'apps',
      selector: null,
      topics: ['workflows'] as ClusterTopic[],
      since: '',
      because: { code: 'bad-data' as const, message: 'No.', meaning: '', next: [] },
      means: 'Tests cannot be seen there.',
    };
    expect(codes(rollback, {}, { gaps: [gap] })).toEqual(['environment-part-unseen:unknown']);
    // The logs of steps cannot be read then: nothing that is decided on.
    expect(codes(rollback, {}, { gaps: [{ ...gap, topics: [] }] })).toEqual([]);
    // What the person may never see is told at the environment, and not at each action.
    const hide = (kind: string, ...topics: (typeof gap.topics)[number][]) => ({
      ...gap,
      kind,
      topics,
      because: { ...gap.because, code: 'forbidden' as const },
    });
    const partly = [hide('workflows', 'workflows'), hide('applications', 'applications')];
    const unseen = (gaps: typeof partly) =>
      preflightFindings(rollback, ledger, { ...outside, gaps }).filter(
        ({ code }) => code === 'environment-part-unseen',
      );
    expect(unseen(partly)).toEqual([]);
    // Where nothing is left to watch, the action itself is another.
    expect(unseen([...partly, hide('deployments', 'rollouts'), hide('pods', 'pods')])).toMatchObject([
      { level: 'info', message: expect.stringContaining('can’t watch what happens after') },
    ]);
    const access = (state: 'allowed' | 'denied' | 'unknown') => ({
      access: [
        { environment: 'staging', access: { action: 'stop-workflow' as const, state, why: '', asked: true } },
      ],
    });
    expect(codes(rollback, {}, access('allowed'))).toEqual([]);
    expect(codes(rollback, {}, access('denied'))).toEqual([]);
    expect(preflightFindings(rollback, ledger, { ...outside, ...access('denied') })).toContainEqual(
      expect.objectContaining({ code: 'permission', level: 'info' }),
    );
    expect(codes(rollback, {}, access('unknown'))).toEqual(['permission:unknown']);
    // What Argo CD does without being asked is told in one sentence.
    const denied = (['refresh', 'sync'] as const).map((action) => ({
      environment: 'production',
      access: { action, state: 'denied' as const, why: '', asked: true },
    }));
    expect(
      preflightFindings(rollback, ledger, { ...outside, access: denied }).filter(
        (one) => one.code === 'permission',
      ),
    ).toMatchObject([
      {
        level: 'info',
        message:
          'You don’t have permission to refresh Argo CD or start a sync in production: Argo CD does it by itself, some minutes later.',
      },
    ]);
    // Nothing overrides what stands in the way of a hold, and its own steps tell whether it holds.
    const hold: AppIntent = { kind: 'hold', app: 'frontend', environment: 'production', reason: 'x' };
    expect(codes(hold, {}, access('denied'))).toEqual([]);
    expect(preflightFindings(hold, ledger, { ...outside, ...access('denied') })).toMatchObject([
      { code: 'permission', level: 'info' },
    ]);
  });

  it('collects everything at once', () => {
    const migrations = ['db/migrate/20260101_x.rb'];
    const change = outside.change?.state === 'known' ? { ...outside.change, migrations } : null;
    expect(
      codes(
        rollback,
        { version: 'v9' },
        { change, evidenceHere: null, running: { id: '02', what: 'a deploy' } },
      ),
    ).toEqual([
      'operation-running:block',
      'environment-moved:block',
      'never-healthy-here:warn',
      'migration:warn',
    ]);
  });

  it('blocks what makes no sense, whatever the reason', () => {
    for (const [intent, facts] of [
      [rollback, { version: 'v1' }],
      [rollback, { exists: false }],
      [{ ...rollback, kind: 'promote', from: 'staging', version: 'v9' }, {}],
      [{ kind: 'release-hold', app: 'frontend', environment: 'production' }, {}],
    ] satisfies [AppIntent, Partial<LedgerFacts>][]) {
      const insists = {
        ...intent,
        reason: 'because',
        override: ['already-there', 'other', 'environment-moved', 'hold'],
      };
      const findings = preflightFindings(intent, { ...ledger, ...facts }, outside);
      expect(obstacles(insists, findings).some((one) => one.level === 'block')).toBe(true);
    }
  });

  it('tells what sync windows mean, and lets a rollback be', () => {
    const shut = (state: 'closed' | 'manual-only') => ({
      syncWindows: {
        state,
        project: 'govuk',
        text: 'Syncs wait.',
        opensAt: null,
        windows: [],
        runningSync: null,
      },
    });
    const unknown = { syncWindows: { state: 'unknown' as const, because: 'Forbidden.' } };
    expect(codes(deploy, {}, shut('closed'))).toContain('sync-window:block');
    expect(codes(rollback, {}, shut('closed'))).toEqual(['sync-window:warn']);
    expect(codes(deploy, {}, shut('manual-only'))).toContain('sync-window:warn');
    expect(codes(rollback, {}, shut('manual-only'))).toEqual([]);
    expect(codes(rollback, {}, unknown)).toEqual(['sync-window:unknown']);
    // Without an Application, or while the cluster is away, that is told elsewhere.
    expect(codes(rollback, {}, { syncWindows: null })).toEqual([]);
    const findings = preflightFindings(deploy, ledger, { ...outside, ...shut('closed') });
    const over = { ...deploy, reason: 'agreed', override: [...findings.map(({ code }) => code)] };
    expect(obstacles(over, findings)).toEqual([]);
  });

  it('names the sync that runs already', () => {
    const operation = {
      state: 'waiting-to-retry',
      phase: 'Running',
      message: 'one or more synchronization tasks completed unsuccessfully. Retrying attempt #1',
      startedAt: '2026-01-01T00:00:00Z',
      finishedAt: '2026-01-01T00:01:00Z',
      retryCount: 1,
      retryLimit: 5,
      initiatedBy: 'Argo CD (automatic sync)',
      automated: true,
      operationId: null,
      info: [],
      revisions: [],
      version: 'v2',
      isVersionNamed: true,
      prune: true,
      dryRun: false,
      partial: false,
      syncOptions: [],
      runningHook: null,
      results: [],
    } satisfies OutsideFacts['syncs'][number]['operation'];
    const said = (
      intent: AppIntent,
      change: Partial<OutsideFacts['syncs'][number]['operation']> = {},
      more: Partial<OutsideFacts['syncs'][number]> = {},
    ) =>
      preflightFindings(intent, ledger, {
        ...outside,
        syncs: [
          {
            application: 'frontend',
            operation: { ...operation, ...change },
            isParent: false,
            age: 30_000,
            ...more,
          },
        ],
      }).flatMap(({ code, level, message }) => (code === 'sync-running' ? [`${level}: ${message}`] : []));
    const failing = 'attempt 1 of 6 failed; Argo CD will retry';
    const sync = 'A sync of frontend to v2 is running since 2026-01-01 00:00 UTC';
    expect(said(rollback)).toEqual([`info: ${sync} (${failing}); the rollback terminates it.`]);
    expect(said(deploy)).toEqual([`info: ${sync} (${failing}); the deploy terminates it.`]);
    const first = { state: 'running' as const, retryCount: 0 };
    expect(said(rollback, first)).toEqual([`info: ${sync}; the rollback terminates it.`]);
    expect(said(deploy, first)).toEqual([`info: ${sync}; the deploy waits for it to end.`]);
    expect(said(deploy, first, { age: 61_000 })).toEqual([`info: ${sync}; the deploy terminates it.`]);
    expect(said(rollback, { ...first, retryCount: 2 })[0]).toContain('(attempt 3 of 6)');
    expect(said(rollback, { ...first, version: 'v1' })[0]).toMatch(/^info: .*; the rollback uses it\.$/);
    const byHand = { ...first, version: 'v7', automated: false, initiatedBy: 'Grace' };
    expect(said(rollback, byHand)).toEqual([
      'warn: A sync of frontend to v7 by Grace is running since 2026-01-01 00:00 UTC; terminate it, or wait for it to end?',
    ]);
    const answered = (choice: 'terminate' | 'wait', startedAt = operation.startedAt): AppIntent => ({
      ...rollback,
      syncs: [{ application: 'frontend', startedAt, choice }],
    });
    expect(said(answered('terminate'), byHand)[0]).toMatch(/^info: .*; the rollback terminates it/);
    expect(said(answered('wait'), byHand)[0]).toMatch(/^info: .*; the rollback waits for it/);
    expect(said(answered('terminate', '2026-01-01T00:00:09Z'), byHand)[0]).toMatch(/^warn: /);
    expect(said(rollback, { ...first, version: null })[0]).toMatch(/^warn: /);
    // A window that blocks a sync blocks its termination as well.
    expect(said(rollback, { ...first, state: 'blocked' })[0]).toMatch(/^info: .*waits for it/);
    const parent = { application: 'app-config', isParent: true };
    expect(said(rollback, { ...first, version: null }, parent)[0]).toMatch(/^info: .*waits for it/);
    expect(said(rollback, { version: null }, parent)[0]).toMatch(/^info: .*terminates it/);
    expect(said(rollback, { version: null, automated: false }, parent)[0]).toMatch(/^warn: /);
  });

  it('takes an override only with a reason, and only for what it names', () => {
    const warned = preflightFindings(deploy, ledger, { ...outside, health: 'Degraded' });
    const override = ['environment-unhealthy'];
    expect(obstacles(deploy, warned)).toHaveLength(1);
    expect(obstacles({ ...deploy, override }, warned)).toHaveLength(1);
    expect(obstacles({ ...deploy, override, reason: '  ' }, warned)).toHaveLength(1);
    expect(obstacles({ ...deploy, override: ['migration'], reason: 'known' }, warned)).toHaveLength(1);
    expect(obstacles({ ...deploy, override, reason: 'known' }, warned)).toEqual([]);
  });
});

describe('preflight while it is still asking', () => {
  const access = (asked: boolean) => ({
    environment: 'production',
    access: { action: 'sync' as const, state: 'unknown' as const, why: '', asked },
  });
  /** What stands already, and what is said to be asked. */
  const early = (intent: AppIntent, seen: Partial<OutsideFacts>, asksRepo = true) => {
    const facts = { ...outside, ...seen, asksRepo };
    const pending = pendingChecks(intent, ledger, facts);
    const findings = settledFindings(preflightFindings(intent, ledger, facts), pending);
    return [findings.filter((one) => needsAttention([one])).map(({ code }) => code), pending.length];
  };
  const unreachable = {
    state: 'unreachable' as const,
    asOf: null,
    since: '1',
    failure: { code: 'unreachable' as const, message: 'No.', meaning: '', next: [] },
  };
  it.each<[string, AppIntent, Partial<OutsideFacts>, boolean, string[], number]>([
    ['nothing is asked', deploy, {}, true, [], 0],
    ['the repo, for the version', deploy, { published: null, evidenceHere: null }, true, [], 1],
    ['the registry, for the image', deploy, { image: 'not-asked' }, false, [], 1],
    ['the repo, for migrations', deploy, { change: null }, true, [], 1],
    ['a repo that the estate does not name', deploy, { change: null }, false, ['migrations-unknown'], 0],
    [
      'what could not be compared stands',
      deploy,
      { change: { state: 'unknown', because: 'No.' } },
      true,
      ['migrations-unknown'],
      0,
    ],
    [
      'a cluster that is being connected to',
      deploy,
      { cluster: { state: 'connecting', asOf: null } },
      true,
      [],
      1,
    ],
    ['a cluster that is away', deploy, { cluster: unreachable }, true, ['environment-unreachable'], 0],
    ['rights', deploy, { access: [access(false)] }, true, [], 1],
    ['rights that nobody would tell', deploy, { access: [access(true)] }, true, ['permission'], 0],
    ['the ledger once more', deploy, { ledger: unreachable }, true, [], 1],
    // What is known already is said at once, whatever else is asked.
    [
      'a window that is shut',
      deploy,
      {
        change: null,
        syncWindows: {
          state: 'closed',
          project: 'p',
          text: 'Shut.',
          opensAt: null,
          windows: [],
          runningSync: null,
        },
      },
      true,
      ['sync-window'],
      1,
    ],
  ])('%s', (_name, intent, seen, asksRepo, codes, pending) =>
    expect(early(intent, seen, asksRepo)).toEqual([codes, pending]),
  );
});

it('weighs the checks of a deployment by the environment’s policy', () => {
  const failed = { ...outside, testsBefore: { state: 'failed' as const, evidence: 'post-sync-x failed.' } };
  const levelWith = (policy: OutsideFacts['policy']) =>
    preflightFindings(deploy, ledger, { ...failed, policy }).find(
      ({ code }) => code === 'tests-failed-before',
    )?.level;
  expect(levelWith(undefined)).toBe('warn');
  expect(levelWith({ 'tests-failed-before': 'blocks' })).toBe('block');
  expect(levelWith({ 'tests-failed-before': 'informs' })).toBe('info');
});

it('lets no policy make it harder to go back, past Git or into it', () => {
  const never = { ...outside, evidenceHere: null };
  const version = { app: 'frontend', environment: 'production', version: 'v1', expected: 'v2' };
  const intents: AppIntent[] = [
    { kind: 'rollback', ...version },
    { kind: 'emergency-rollback', ...version, reason: 'x' },
    { kind: 'reconcile', ...version, debt: 'op-1' },
  ];
  for (const intent of intents) {
    const levels = (policy: OutsideFacts['policy']) =>
      preflightFindings(intent, ledger, { ...never, policy }).map(({ code, level }) => `${code} ${level}`);
    const own = levels(undefined);
    expect(own.join(' '), intent.kind).toContain('warn');
    expect(
      levels({ 'never-healthy-here': 'blocks', migration: 'blocks', 'failed-before': 'blocks' }),
    ).toEqual(own);
  }
});
