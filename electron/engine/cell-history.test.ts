import { expect, it } from 'vitest';
import type { Deployment } from '../../shared/domain/history/deployment';
import { cellHistory } from './cell-history';

const deployment = (environment: string, to: string, commit: string): Deployment => ({
  app: 'frontend',
  environment,
  from: null,
  to,
  at: '2026-01-01T00:00:00Z',
  commit,
  author: 'a',
  kind: 'automatic',
  reason: null,
  operationId: null,
});

it('asks only for cells that moved, and once more when the whole history is there', async () => {
  let ready = false;
  let attributed = 0;
  let stored: Deployment[] = [deployment('staging', 'v2', 'c2'), deployment('production', 'v1', 'c1')];
  const asked: string[] = [];
  const loaded: string[] = [];
  const cells = cellHistory(
    {
      status: () => ({ ready, indexed: 0, notice: null }),
      newest: async () =>
        stored.filter((one, at) => stored.findIndex((each) => each.environment === one.environment) === at),
      deployments: async ({ environment }) => {
        asked.push(environment);
        return stored.filter((one) => one.environment === environment);
      },
      attributed: () => attributed,
      onChange: () => () => undefined,
    },
    { of: () => [] },
    () => [],
    () => [],
    (app) => loaded.push(app),
  );
  await cells.load(null);
  await cells.load(null);
  expect(asked).toEqual(['staging', 'production']);

  ready = true;
  stored = [...stored, deployment('production', 'v0', 'c0')];
  await cells.load(null);
  expect(asked).toEqual(['staging', 'production', 'staging', 'production']);
  expect(cells.deployments('frontend', 'production').map(({ to }) => to)).toEqual(['v1', 'v0']);

  stored = [deployment('staging', 'v3', 'c3'), ...stored];
  await cells.load(null);
  expect(asked.slice(4)).toEqual(['staging']);
  await cells.load(new Set(['router']));
  expect(asked).toHaveLength(5);
  expect(loaded).toHaveLength(5);

  // A record says who did it: the same deployments tell of another person.
  const startedBy = { possibly: ['Ada', 'Grace'] };
  stored = stored.map((each) => ({ ...each, startedBy }));
  attributed = 1;
  await cells.load(null);
  expect(asked.slice(5)).toEqual(['staging', 'production']);
  expect(cells.deployments('frontend', 'production')[0]).toMatchObject({ startedBy });
});

it('keeps what was known when the history cannot be asked', async () => {
  let broken = false;
  const one = deployment('staging', 'v2', 'c2');
  const cells = cellHistory(
    {
      status: () => ({ ready: true, indexed: 0, notice: null }),
      newest: async () => {
        if (broken) throw new Error('gone');
        return [one];
      },
      deployments: async () => [one],
      attributed: () => 0,
      onChange: () => () => undefined,
    },
    { of: () => [] },
    () => [],
    () => [],
    () => undefined,
  );
  await cells.load(null);
  broken = true;
  await cells.load(null);
  expect(cells.deployments('frontend', 'staging')).toEqual([one]);
});
