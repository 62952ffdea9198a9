import { expect, it } from 'vitest';
import type { Cell, Drift } from './board';
import { isLagging } from './lagging';

const cell = (version: string | null, drift: Drift): Cell =>
  ({ ledger: { version, automaticDeploys: true, promote: true, problem: null }, drift }) as Cell;
const of = 'integration';
const same: Drift = { state: 'same' };
const behind = (by: number): Drift => ({ state: 'behind', by, of });
const ahead = (by: number): Drift => ({ state: 'ahead', by, of });
const unclear: Drift = { state: 'differs', of };

it.each<[string, Drift, Drift, boolean]>([
  ['the one before has the newest', behind(1), same, true],
  ['both are behind, this one further', behind(2), behind(1), true],
  ['the one before was rolled back', behind(1), behind(2), false],
  ['the one before was deployed to by hand, past the first', same, ahead(1), true],
  ['this one was', ahead(1), same, false],
  ['the one before has a branch, and this one the newest', same, unclear, false],
  ['the one before has a branch, and this one is behind', behind(1), unclear, true],
  ['the order of this one is not known', unclear, same, true],
  ['no order is known', { state: 'unknown', because: '' }, unclear, true],
])('%s', (_, here, there, expected) => {
  expect(isLagging(cell('v1', here), cell('v2', there))).toBe(expected);
});

it('nothing lags behind the same version, or behind none', () => {
  expect(isLagging(cell('v1', behind(1)), cell('v1', behind(1)))).toBe(false);
  expect(isLagging(cell('v1', behind(1)), cell(null, same))).toBe(false);
  expect(isLagging(cell(null, behind(1)), cell('v1', same))).toBe(true);
});
