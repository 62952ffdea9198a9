import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deployHoursSchema } from '../estate/deploy-hours';
import { noChange } from '../ledger/change';
import type { AppIntent } from '../operation/intent';
import { type CheckPolicy, chosenChecks } from './check-policy';
import { hoursNow } from './deploy-hours';
import { type Finding, findingLevels } from './finding';
import { obstacles, preflightFindings } from './preflight';
import type { LedgerFacts, OutsideFacts } from './preflight-facts';
import { quietLedger, quietOutside } from './testing/quiet-facts';

const base = { app: 'frontend', environment: 'production', version: 'v3', expected: 'v2' } as const;
const intents = {
  deploy: { ...base, kind: 'deploy' },
  promote: { ...base, kind: 'promote', from: 'staging' },
  rollback: { ...base, kind: 'rollback', version: 'v1' },
} as const satisfies Record<string, AppIntent>;
type Kind = keyof typeof intents;

interface Case {
  what: string;
  code: Finding['code'];
  ledger?: Partial<LedgerFacts>;
  outside?: Partial<OutsideFacts>;
  /** Levels of a deployment, a promotion and a rollback to production; `-`: nothing is said. */
  levels: Record<Kind, Finding['level'] | '-'>;
}

const noRoute = {
  taken: null,
  rest: null,
  routes: [
    {
      kind: 'push' as const,
      access: { state: 'closed' as const, because: 'main is protected.', remedy: null },
      carries: true,
      text: '',
    },
  ],
};
const checks = { state: 'known', failed: [], pending: [], passed: 2, partial: false } as const;
const missing = { state: 'missing', name: 'frontend:v3', because: 'There is none.' } as const;
const mark = { text: 'Sam Hale marked it bad: 500s.', by: 'Sam Hale', where: 'Marked today.' };
const note = {
  note: 'op',
  app: 'frontend',
  text: 'Warm the cache.',
  by: 'Sam Hale',
  at: '2026-11-01T10:00:00.000Z',
  edited: null,
  operation: 'op',
};
const release = {
  state: 'known' as const,
  notes: 'Ask the search team first.',
  automaticOff: false,
  readAt: '2026-11-30T09:00:00.000Z',
  page: 'https://release.example.org/applications/frontend',
  stale: null,
};
const coming = {
  environment: 'staging',
  what: 'Tests of v9 run, which may promote it',
  evidence: 'Workflow x.',
  version: 'v9',
  into: true,
};
const sams = {
  ...noChange('v2'),
  commits: [{ sha: 'a'.repeat(40), subject: 'Fix', author: 'Sam Hale', at: '', pullRequest: null }],
};
const hours = (at: string) =>
  hoursNow('production', deployHoursSchema.parse({ holidays: 'none' }), new Date(at), null);
const all = (level: Finding['level'] | '-') => ({ deploy: level, promote: level, rollback: level });
const forward = (level: Finding['level'], back: Finding['level'] | '-' = 'info') => ({
  deploy: level,
  promote: level,
  rollback: back,
});

const cases: Case[] = [
  { what: 'nothing', code: 'bad', levels: all('-') },
  { what: 'marked bad', code: 'bad', ledger: { marks: [mark] }, levels: all('block') },
  { what: 'a note', code: 'note', ledger: { notes: [note] }, levels: all('info') },
  { what: 'a note that can’t be read', code: 'note', ledger: { noteProblems: ['x'] }, levels: all('info') },
  { what: 'a note of the Release app', code: 'note', outside: { release }, levels: all('info') },
  {
    what: 'the Release app’s flag alone',
    code: 'note',
    outside: { release: { ...release, notes: '', automaticOff: true } },
    levels: all('info'),
  },
  {
    what: 'nothing noted in the Release app',
    code: 'note',
    outside: { release: { ...release, notes: '' } },
    levels: all('-'),
  },
  {
    what: 'an app that the Release app does not have',
    code: 'note-unknown',
    outside: { release: { state: 'absent', readAt: release.readAt, page: release.page } },
    levels: all('-'),
  },
  {
    what: 'a Release app that does not answer',
    code: 'note-unknown',
    outside: { release: { state: 'unknown', because: 'It answered 503.' } },
    levels: all('info'),
  },
  {
    what: 'a Release app that was not asked yet',
    code: 'note-unknown',
    outside: { release: 'not-asked' },
    levels: all('info'),
  },
  {
    what: 'failed checks',
    code: 'checks',
    outside: { checks: { ...checks, failed: ['e2e'] } },
    levels: forward('warn'),
  },
  {
    what: 'running checks',
    code: 'checks-pending',
    outside: { checks: { ...checks, pending: ['e2e'] } },
    levels: forward('warn'),
  },
  {
    what: 'no checks',
    code: 'checks-missing',
    outside: { checks: { ...checks, passed: 0 } },
    levels: all('info'),
  },
  {
    what: 'checks that can’t be asked',
    code: 'checks',
    outside: { checks: { state: 'unknown', because: 'x' } },
    levels: all('info'),
  },
  {
    what: 'a missing image',
    code: 'version-not-published',
    outside: { image: missing },
    levels: all('block'),
  },
  {
    what: 'a registry that does not answer',
    code: 'version-unpublished-check-failed',
    outside: { image: { state: 'unknown', name: 'x', because: 'x' } },
    levels: all('unknown'),
  },
  { what: 'a closed route', code: 'route-closed', outside: { route: noRoute }, levels: all('block') },
  {
    what: 'a missing team, with another way open',
    code: 'team',
    outside: { team: { name: 'deployers', page: null, membership: { answer: 'none' } } },
    levels: forward('warn'),
  },
  {
    what: 'an invitation that is not accepted',
    code: 'team',
    outside: { team: { name: 'deployers', page: null, membership: { answer: 'pending' } } },
    levels: forward('warn'),
  },
  {
    what: 'a team that can’t be asked',
    code: 'team',
    outside: { team: { name: 'deployers', page: null, membership: { failure: 'No scope.' } } },
    levels: all('info'),
  },
  {
    what: 'a promotion on its way into it',
    code: 'on-its-way',
    outside: { onItsWay: [coming] },
    levels: forward('warn'),
  },
  {
    what: 'one that moves elsewhere',
    code: 'on-its-way',
    outside: { onItsWay: [{ ...coming, into: false }] },
    levels: all('info'),
  },
  { what: 'others’ changes', code: 'others-changes', outside: { change: sams }, levels: all('info') },
  {
    what: 'a newer version that runs while Git wants an older one',
    code: 'behind-running',
    outside: { serving: ['v9'] },
    levels: forward('warn', '-'),
  },
  {
    what: 'tests of which nothing is left',
    code: 'not-tested-before',
    outside: { testsBefore: { state: 'forgotten', evidence: 'Ran there.' } },
    levels: forward('info', '-'),
  },
  {
    what: 'a version that was given up in the environment before',
    code: 'not-tested-before',
    outside: { testsBefore: { state: 'given-up', evidence: 'Rolled back.' } },
    levels: forward('warn', '-'),
  },
  {
    what: 'tests that can’t be seen now',
    code: 'not-tested-before',
    outside: { testsBefore: { state: 'unknown', evidence: 'Away.' } },
    levels: forward('unknown', '-'),
  },
  // Friday ends at 16:00; the clocks have just gone back; midnight on a Sunday.
  {
    what: 'a Friday at 16:01',
    code: 'deploy-hours',
    outside: { hours: hours('2026-12-04T16:01:00Z') },
    levels: forward('warn'),
  },
  {
    what: 'a Friday at 15:59',
    code: 'deploy-hours',
    outside: { hours: hours('2026-12-04T15:59:00Z') },
    levels: all('pass'),
  },
  {
    what: '9:00 after the clocks went back',
    code: 'deploy-hours',
    outside: { hours: hours('2026-10-26T09:00:00Z') },
    levels: forward('warn'),
  },
  {
    what: 'midnight',
    code: 'deploy-hours',
    outside: { hours: hours('2026-12-07T00:00:00Z') },
    levels: forward('warn'),
  },
];

describe('every check, for a deployment, a promotion and a rollback', () => {
  it.each(cases)('$what: $code', ({ code, ledger, outside, levels }) => {
    const found = (kind: Kind) =>
      preflightFindings(intents[kind], { ...quietLedger, ...ledger }, { ...quietOutside, ...outside }).find(
        (one) => one.code === code && (one.level !== 'pass' || levels[kind] === 'pass'),
      );
    expect({
      deploy: found('deploy')?.level ?? '-',
      promote: found('promote')?.level ?? '-',
      rollback: found('rollback')?.level ?? '-',
    }).toEqual(levels);
  });

  it('stands beside the others: none hides another', () => {
    const together = cases.filter(({ code }) => code !== 'route-closed');
    const ledger = Object.assign({}, quietLedger, ...together.map((one) => one.ledger ?? {}));
    const outside = Object.assign({}, quietOutside, ...together.map((one) => one.outside ?? {}));
    const codes = new Set(preflightFindings(intents.deploy, ledger, outside).map(({ code }) => code));
    for (const code of [
      'bad',
      'note',
      'on-its-way',
      'others-changes',
      'behind-running',
      'team',
      'deploy-hours',
    ])
      expect(codes).toContain(code);
  });
});

describe('what the Release app says', () => {
  const said = (change: Partial<OutsideFacts>, policy?: CheckPolicy) =>
    preflightFindings(intents.deploy, quietLedger, { ...quietOutside, ...change, policy }).filter(
      ({ code }) => code === 'note' || code === 'note-unknown',
    );

  it('is told with where and when it was read, also when it could not be read again', () => {
    expect(said({ release })).toMatchObject([
      {
        message: 'Ask the search team first.',
        evidence: 'Release app, read 2026-11-30 09:00 UTC; it doesn’t say who wrote it.',
      },
    ]);
    expect(said({ release: { ...release, stale: 'It answered 503.' } })[0]?.evidence).toMatch(
      /09:00 UTC; .* It could not be read again: It answered 503\.$/,
    );
  });

  it('blocks nobody by being away, although the estate has notes block', () => {
    const policy = { note: 'blocks' as const };
    expect(said({ release }, policy)).toMatchObject([{ level: 'block', overridable: true }]);
    expect(said({ release: { state: 'unknown', because: 'It answered 503.' } }, policy)).toMatchObject([
      { level: 'info', message: 'Can’t tell whether the Release app has a note about frontend.' },
    ]);
  });
});

/** Any state of the world that the cases are made of. */
const world = fc.subarray(cases).map((some) => ({
  ledger: Object.assign({}, quietLedger, ...some.map((one) => one.ledger ?? {})) as LedgerFacts,
  outside: Object.assign({}, quietOutside, ...some.map((one) => one.outside ?? {})) as OutsideFacts,
}));
const policy: fc.Arbitrary<CheckPolicy> = fc.dictionary(
  fc.constantFrom(...chosenChecks),
  fc.constantFrom('blocks', 'warns', 'informs'),
);
const kind = fc.constantFrom<Kind>('deploy', 'promote', 'rollback');

describe('whatever is found, and whatever the estate’s policy', () => {
  it('what blocks, warns or is not known lets nothing through but its own override with a reason', () => {
    fc.assert(
      fc.property(
        world,
        policy,
        kind,
        fc.subarray([...chosenChecks, 'bad', 'team', 'route-closed']),
        fc.constantFrom(undefined, '', '  ', 'Agreed with the team'),
        ({ ledger, outside }, chosen, what, override, reason) => {
          const found = preflightFindings(intents[what], ledger, { ...outside, policy: chosen });
          const standing = obstacles({ override, reason }, found);
          const grave = found.filter(
            ({ level }) => level === 'block' || level === 'warn' || level === 'unknown',
          );
          const isPast = (one: Finding): boolean =>
            one.overridable && (reason ?? '').trim() !== '' && (override as string[]).includes(one.code);
          expect(standing).toEqual(grave.filter((one) => !isPast(one)));
          for (const one of found) {
            expect(findingLevels).toContain(one.level);
            // A route that nobody may take is never overridden.
            if (one.code === 'route-closed') expect(standing).toContain(one);
          }
        },
      ),
    );
  });

  it('a policy makes nothing known, and lifts no mark and no closed route', () => {
    fc.assert(
      fc.property(world, policy, kind, ({ ledger, outside }, chosen, what) => {
        const plain = preflightFindings(intents[what], ledger, outside);
        const weighed = preflightFindings(intents[what], ledger, { ...outside, policy: chosen });
        expect(weighed.map(({ code }) => code)).toEqual(plain.map(({ code }) => code));
        plain.forEach((one, at) => {
          if (one.level === 'unknown' || one.code === 'bad' || one.code === 'route-closed')
            expect(weighed[at]).toEqual(one);
          if (one.level !== 'pass') expect(weighed[at]?.level).not.toBe('pass');
        });
      }),
    );
  });
});
