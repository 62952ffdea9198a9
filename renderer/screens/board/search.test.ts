import { describe, expect, it } from 'vitest';
import { boardSearchSchema, headOrder, headTitle, noOrder, sortedBy } from './search';

describe('the order of the board', () => {
  it('goes through a column’s own order and its reverse back to failing first', () => {
    const first = headOrder(noOrder, 'production');
    expect(first).toEqual({ sort: 'age', by: 'production' });
    expect([sortedBy(first, 'production'), sortedBy(first, 'staging'), sortedBy(first, null)]).toEqual([
      'descending',
      'none',
      'none',
    ]);
    const second = headOrder(first, 'production');
    expect(sortedBy(second, 'production')).toBe('ascending');
    expect(headOrder(second, 'production')).toEqual(noOrder);
    expect(headOrder(second, 'staging')).toEqual({ sort: 'age', by: 'staging' });
  });

  it('keeps the measure of the board when a column is chosen', () => {
    const behind = headOrder({ sort: 'drift' }, 'production');
    expect(behind).toEqual({ sort: 'drift', by: 'production' });
    expect(headTitle({ sort: 'drift' }, 'production')).toBe('Sort by furthest behind in production');
  });

  it('takes the apps from A to Z, and the other way round', () => {
    const first = headOrder(noOrder, null);
    expect(sortedBy(first, null)).toBe('ascending');
    const second = headOrder(first, null);
    expect(sortedBy(second, null)).toBe('descending');
    expect(headOrder(second, null)).toEqual(noOrder);
    expect(headTitle(second, null)).toBe('Back to failing first');
  });

  it('is read from an address that anybody may have written', () => {
    expect(
      boardSearchSchema.parse({ sort: 'magic', by: 7, reversed: 'yes', q: 'x'.repeat(300), at: 'soon' }),
    ).toEqual({});
  });
});
