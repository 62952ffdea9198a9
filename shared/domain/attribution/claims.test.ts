import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Claim, type ClaimedCommit, claimOf, verdictOn } from './claims';
import type { OperationRecord } from './operation-record';

const at = Date.UTC(2025, 10, 30, 10);
const iso = (seconds: number): string => new Date(at + seconds * 1000).toISOString();
const one: ClaimedCommit = {
  commit: 'c'.repeat(40),
  app: 'frontend',
  environment: 'production',
  version: 'v7',
  at,
  alone: true,
  operation: null,
};
const claim: Claim = {
  source: 'record',
  operation: 'op-1',
  kind: 'deploy',
  app: 'frontend',
  environment: 'production',
  version: 'v7',
  by: 'Ada',
  reason: null,
  override: [],
  route: 'actions',
  run: null,
  base: 'b'.repeat(40),
  commit: one.commit,
  earliest: iso(-20),
  latest: null,
};
const grace = { ...claim, operation: 'op-2', by: 'Grace' };
const nameOf = (claims: readonly Claim[], more: Partial<ClaimedCommit> = {}): unknown => {
  const startedBy = verdictOn({ ...one, ...more }, claims, () => true)?.startedBy;
  return startedBy && 'name' in startedBy ? startedBy.name : (startedBy?.possibly ?? null);
};

describe('who is believed to have started what a bot committed', () => {
  it.each([
    ['the only one who claims it', [claim], 'Ada'],
    ['no one, of no claims', [], null],
    ['the one whose run was at work', [claim, { ...grace, earliest: iso(20) }], 'Ada'],
    ['the one whose run was not over', [{ ...claim, latest: iso(-5) }, grace], 'Grace'],
    ['neither of two that were both at work', [claim, grace], ['Ada', 'Grace']],
    [
      'neither of two of which nothing is known',
      [claim, grace].map((c) => ({ ...c, earliest: null })),
      ['Ada', 'Grace'],
    ],
    ['one person, who asked for it twice', [claim, { ...claim, operation: 'op-3' }], 'Ada'],
    [
      'the record of an operation before what the journal says of it',
      [{ ...claim, source: 'journal', by: 'A' }, claim],
      'Ada',
    ],
    [
      'a record before a run',
      [{ ...claim, source: 'run', operation: null, base: null, by: 'hub' }, claim],
      'Ada',
    ],
    ['the only run', [{ ...claim, source: 'run', operation: null, base: null, by: 'hub' }], 'hub'],
    [
      'no one of two runs',
      ['a', 'b'].map((by) => ({ ...claim, source: 'run' as const, operation: null, base: null, by })),
      null,
    ],
    ['no record that does not say what was before', [{ ...claim, base: null }], null],
    ['no one who began minutes after it', [{ ...claim, earliest: iso(200) }], null],
    ['one who began seconds after it by another clock', [{ ...claim, earliest: iso(60) }], 'Ada'],
    [
      'one whose run began within the second',
      [
        { ...claim, earliest: new Date(at + 900).toISOString() },
        { ...grace, earliest: iso(5) },
      ],
      'Ada',
    ],
    [
      'no one for a run of an hour ago, beside one of now',
      [{ ...claim, earliest: iso(-3600) }, grace],
      'Grace',
    ],
  ] as [string, Claim[], unknown][])('%s', (_, claims, expected) => {
    expect(nameOf(claims)).toEqual(expected);
  });

  it('nobody where the commit says something else', () => {
    for (const more of [
      { app: 'router' },
      { environment: 'staging' },
      { version: 'v8' },
      { commit: 'd'.repeat(40) },
      { alone: false },
      { operation: 'op-9' },
    ])
      expect(nameOf([claim], more)).toBeNull();
    expect(nameOf([claim], { operation: 'op-1' })).toBe('Ada');
    expect(verdictOn(one, [claim], () => false)).toBeNull();
  });

  it('in whatever order the claims come', () => {
    const some = [
      claim,
      grace,
      { ...claim, source: 'journal' as const, by: 'A' },
      { ...grace, earliest: iso(30) },
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(some), (claims) => {
        const sorted = some.filter((each) => claims.includes(each));
        // Two records of one operation can't be: its path is its id.
        fc.pre(
          !(claims.includes(grace) && claims.some((each) => each !== grace && each.operation === 'op-2')),
        );
        expect(nameOf(claims)).toEqual(nameOf(sorted));
      }),
    );
  });

  it('no record that has not landed, or lies in another month’s folder', () => {
    const record: OperationRecord = {
      operation: '019ad4d0-7c00-7abc-8def-0123456789ab',
      month: '2025-11',
      kind: 'unknown',
      app: 'frontend',
      environment: 'production',
      imageTag: 'v7',
      by: 'Ada',
      email: '',
      at: iso(0),
      reason: '',
      override: [],
      route: 'workflow',
      base: 'b'.repeat(40),
      run: null,
      state: 'landed',
      commit: one.commit,
      finishedAt: null,
    };
    expect(claimOf(record)).toMatchObject({ kind: null, reason: null, earliest: iso(0), commit: one.commit });
    expect(claimOf({ ...record, month: '2025-12' })).toBeNull();
    expect(claimOf({ ...record, commit: null })).toBeNull();
    for (const state of ['begun', 'unknown', 'not-landed'] as const)
      expect(claimOf({ ...record, state })).toBeNull();
  });
});
