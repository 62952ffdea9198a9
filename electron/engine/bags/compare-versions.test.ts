import { expect, it } from 'vitest';
import type { Change } from '../../../shared/domain/ledger/change';
import type { World } from '../world';
import { compareVersionsOf } from './compare-versions';

const known: Change = {
  state: 'known',
  from: 'v1',
  to: 'v2',
  direction: 'forward',
  commits: [],
  lost: [],
  migrations: ['db/migrate/1_links.rb'],
  truncated: false,
  migrationsPartial: false,
  url: 'https://example.org/compare',
};

it('keeps how old it is where GitHub could not be asked again, by service', async () => {
  const kept = { ...known, asOf: '2026-06-01T11:40:00.000Z' };
  const answers = new Map<string, Change>([
    ['api', kept],
    ['web', known],
  ]);
  const world = {
    limits: { look: 60_000 },
    sources: { loadChange: async (app: string) => answers.get(app) },
  } as unknown as World;
  const { changed } = await compareVersionsOf(
    world,
    { api: 'v1', web: 'v1' },
    { api: 'v2', web: 'v2' },
    new AbortController().signal,
  );
  expect(changed).toMatchObject([
    { service: 'api', migrations: ['db/migrate/1_links.rb'], asOf: '2026-06-01T11:40:00.000Z' },
    { service: 'web', migrations: ['db/migrate/1_links.rb'] },
  ]);
  expect(changed[1]).not.toHaveProperty('asOf');
});
