import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { DebtView } from '../../../shared/domain/emergency/debt';
import { noLog } from '../../log/log';
import type { World } from '../world';
import { shareDebts } from './share-debts';

const debt: DebtView = {
  operation: 'op-1',
  app: 'frontend',
  environment: 'production',
  by: 'Ada',
  since: '2026-03-01T10:00:00.000Z',
  reason: 'GitHub is down',
  imageTag: 'v1',
  leaves: 'v2',
  parent: 'app-config',
  image: 'set',
  off: ['app-config', 'frontend'],
  running: null,
  shared: false,
};

/** How often the release repo is written to within some turns, when it answers that it says so already. */
async function writes(
  how: { proved: boolean; apart: boolean; taken: string },
  debts = [debt],
): Promise<string[]> {
  const asked: string[] = [];
  const ending = new AbortController();
  const world = {
    limits: { tag: 60_000 },
    log: noLog,
    identity: () => ({ name: 'Ada', email: 'ada@example.com' }),
    estate: { ledger: how.apart ? { records: {} } : {} },
    routes: { plan: () => ({ taken: how.taken }) },
    emergencies: { debts: () => debts, isProved: () => how.proved },
    ledger: {
      readOnlyBecause: null,
      freshness: () => ({ state: 'live' }),
      transact: async ({ operationId }: { operationId: string }) => {
        asked.push(operationId);
        await turn();
        return { ok: true, value: { changed: false } };
      },
    },
  } as unknown as World;
  shareDebts(world, ending.signal).look();
  for (let turns = 0; turns < 20; turns++) await turn();
  ending.abort();
  return asked;
}

it('tells of a debt that a note proves, where the person may write, and not over and over', async () => {
  const may = { proved: true, apart: false, taken: 'push' };
  expect(await writes(may)).toEqual(['op-1-emergency']);
  expect(await writes({ ...may, taken: 'pull-request' })).toEqual([]);
  expect(await writes({ ...may, taken: 'pull-request', apart: true })).toEqual(['op-1-emergency']);
  expect(await writes({ ...may, proved: false })).toEqual([]);
});
