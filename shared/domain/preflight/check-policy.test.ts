import { describe, expect, it } from 'vitest';
import { type CheckPolicy, checkPolicySchema, chosenChecks, weighed } from './check-policy';
import { type Finding, finding, findingLevels } from './finding';
import { obstacles } from './preflight';

const one = (code: Finding['code'], level: Finding['level'], overridable?: boolean): Finding =>
  finding(code, level, 'It is so.', 'Looked at.', overridable);
const level = (found: Finding, policy: CheckPolicy, goesBack = false) =>
  weighed([found], policy, goesBack).map((now) => now.level);

describe('a policy of checks', () => {
  it('makes a check block, warn or inform', () => {
    const migration = one('migration', 'info');
    expect(level(migration, { migration: 'blocks' })).toEqual(['block']);
    expect(level(migration, { migration: 'warns' })).toEqual(['warn']);
    expect(level(one('deploy-hours', 'warn'), { 'deploy-hours': 'informs' })).toEqual(['info']);
    expect(level(migration, { checks: 'blocks' })).toEqual(['info']);
  });

  it('lets what it blocks through with a reason alone', () => {
    const [blocked] = weighed([one('migration', 'info')], { migration: 'blocks' }, false);
    const found = blocked ? [blocked] : [];
    expect(obstacles({}, found)).toHaveLength(1);
    expect(obstacles({ override: ['migration'] }, found)).toHaveLength(1);
    expect(obstacles({ override: ['migration'], reason: 'Agreed' }, found)).toEqual([]);
  });

  it('never makes a rollback harder, and may make it easier', () => {
    expect(level(one('migration', 'warn'), { migration: 'blocks' }, true)).toEqual(['warn']);
    expect(level(one('deploy-hours', 'info'), { 'deploy-hours': 'blocks' }, true)).toEqual(['info']);
    expect(level(one('migration', 'warn'), { migration: 'informs' }, true)).toEqual(['info']);
  });

  it('makes nothing known that is not, and lifts no block that nothing overrides', () => {
    for (const code of chosenChecks)
      for (const chosen of ['blocks', 'warns', 'informs'] as const)
        for (const goesBack of [false, true]) {
          expect(level(one(code, 'unknown'), { [code]: chosen }, goesBack)).toEqual(['unknown']);
          expect(level(one(code, 'pass'), { [code]: chosen }, goesBack)).toEqual(['pass']);
          expect(level(one(code, 'block', false), { [code]: chosen }, goesBack)).toEqual(['block']);
        }
  });

  it('is none where the estate has none', () => {
    for (const own of findingLevels)
      expect(weighed([one('migration', own)], undefined, false)).toEqual([one('migration', own)]);
  });

  it.each([[{ locked: 'informs' }], [{ migration: 'maybe' }], [{ permission: 'informs' }]])(
    'is refused in the estate file: %j',
    (wrong) => expect(checkPolicySchema.safeParse(wrong).success).toBe(false),
  );
});
