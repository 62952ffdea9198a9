import { expect, it } from 'vitest';
import { endOf, firstReached, lanesOf, type Run } from './lanes';

const run = (environment: string, at: string, until: string | null = null): Run => ({
  environment,
  version: 'v2',
  until,
  replacedBy: until === null ? null : 'v3',
  rolledBack: false,
  saved: { observations: [], logs: [] },
  deployment: {
    type: 'deployment',
    id: 1,
    app: 'router',
    environment,
    from: 'v1',
    to: 'v2',
    at,
    commit: 'abc',
    author: 'Ada Vale',
    kind: 'promote',
    reason: null,
    operationId: null,
    returns: false,
    subject: '',
  },
});

it('has a lane per environment, in the order of travel, strangers last', () => {
  const runs = [run('test', 'a'), run('production', 'a'), run('staging', 'a'), run('production', 'b')];
  expect(lanesOf(runs, ['integration', 'staging', 'production'])).toEqual(['staging', 'production', 'test']);
  expect(firstReached(runs).map(({ environment }) => environment)).toEqual(['test', 'production', 'staging']);
});

it('ends where the next version came, or now', () => {
  expect(endOf(run('staging', 'a', '2026-03-01T12:00:00.000Z'), 5)).toBe(
    Date.parse('2026-03-01T12:00:00.000Z'),
  );
  expect(endOf(run('staging', 'a'), 5)).toBe(5);
});
