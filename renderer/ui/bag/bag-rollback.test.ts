import { expect, it } from 'vitest';
import type { BagRow, Lane } from '../../../shared/domain/bags/view';
import { rollbackTargets } from './bag-rollback';

const said = { by: 'Ada Marsh', at: '2026-03-01T10:00:00Z', reason: '' };
const lane = (environment: string, more: Partial<Lane>): Lane => ({
  environment,
  deployments: [],
  passes: [],
  bad: null,
  pin: null,
  runs: false,
  ...more,
});
const passed = (environment: string) =>
  lane(environment, { passes: [{ at: said.at, by: said.by, tag: `passed-${environment}-1` }] });
const row = (bag: number, lanes: Lane[], readable = true): BagRow => ({
  bag,
  packed: readable ? { ...said, source: 'running', operation: 'x' } : null,
  problem: null,
  changed: 1,
  lanes,
});

it('goes to bags that passed the environment before, were not marked bad here and can be read, newest first', () => {
  const bags = [
    row(3, [passed('staging')]),
    row(9, [passed('staging')]),
    row(8, [passed('staging'), lane('production', { bad: said })]),
    row(7, [passed('staging')], false),
    row(6, [passed('preview')]),
    row(5, [passed('staging')]),
  ];
  expect(rollbackTargets(bags, { environment: 'production', before: 'staging' }, 9)).toEqual([5, 3]);
  expect(rollbackTargets(bags, { environment: 'preview', before: null }, 9)).toEqual([8, 6, 5, 3]);
});
