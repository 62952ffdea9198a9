import { uuidv7 } from 'uuidv7';
import { afterEach, expect, it } from 'vitest';
import { recordsProcedures } from '../../shared/contract/records';
import { estateSchema } from '../../shared/domain/estate/estate';
import { ok } from '../../shared/domain/failure/failure';
import type { AppIntent } from '../../shared/domain/operation/intent';
import type { Operation } from '../../shared/domain/operation/operation';
import type { BranchRights } from '../../shared/domain/route/route-access';
import { createRoutes } from '../engine/routes/routes';
import { holdPath } from '../ledger/testing/hold';
import { lock } from '../ledger/testing/lock';
import { commitFiles, makeEstate, type TestEstate, tagFile, tagPath } from '../ledger/testing/release-repo';
import type { RepoRights } from '../systems/github/repo-rights';
import { recordsHandlers } from './records-handlers';

const identity = () => ({ name: 'Robin', email: 'robin@example.invalid' });
const branch = 'signalbox';
let estate: TestEstate;

afterEach(() => estate.close());

const free: BranchRights = {
  permission: 'write',
  archived: false,
  protected: false,
  needsReview: false,
  needsCodeOwners: false,
  restrictsPushes: false,
  allowsAutoMerge: null,
  rules: [],
};
/** What GitHub tells of the person's rights, by branch. */
const rights: Record<string, BranchRights> = {};
/** An engine whose routes ask such a GitHub, and which runs these operations. */
const engine = (running: AppIntent[] = []) => ({
  ownCommits: createRoutes({
    estate: estateSchema.parse({
      name: 'test',
      ledger: {
        url: estate.url,
        records: { branch },
        github: { apiUrl: 'https://api.example', owner: 'example', repo: 'release' },
      },
      environments: [{ name: 'production' }],
    }),
    clusters: new Map(),
    rights: {
      branch: async ({ branch: asked }: { branch: string }) => ok(rights[asked] ?? free),
    } as unknown as RepoRights,
    readOnlyBecause: () => null,
    person: () => 'Robin',
    now: () => new Date(),
  }),
  list: () => running.map((intent) => ({ intent }) as Operation),
});

it('checks rights and what is on its way before the click, and again at the click', async () => {
  estate = await makeEstate({
    [tagPath('production', 'app')]: tagFile('v1'),
    [holdPath('app')]: 'version: 1\napp: app\n',
  });
  const ledger = await estate.open('a', { records: { branch } });
  await ledger.refresh();
  const hold: AppIntent = { kind: 'hold', app: 'app', environment: 'production', reason: 'x' };
  const handlers = recordsHandlers(ledger, engine([hold]), 'main', identity);
  const check = async (what: 'create' | 'move') =>
    recordsProcedures['records.check'].output
      .parse(await handlers['records.check']({ what }))
      .map(({ code, level }) => `${level} ${code}`);
  expect(await check('create')).toEqual([]);
  rights[branch] = { ...free, protected: true, restrictsPushes: true };
  const other = recordsHandlers(ledger, engine(), 'main', identity);
  await expect(other['records.create']({})).rejects.toThrow('takes commits from a few accounts only');
  expect(ledger.recordsApart?.state()).toBe('absent');
  delete rights[branch];
  await handlers['records.create']({});
  rights.main = { ...free, protected: true, needsReview: true };
  const guarded = recordsHandlers(ledger, engine([hold]), 'main', identity);
  const found = await guarded['records.check']({ what: 'move' });
  expect(found.map(({ code, level }) => `${level} ${code}`)).toEqual([
    'warn route-closed',
    'warn operation-running',
  ]);
  delete rights.main;
  // A change of both places that somebody began stops it, also where it begins after the look.
  const begun = {
    version: 1,
    operation: uuidv7(),
    kind: 'hold',
    what: 'Hold app in production',
    by: 'Kim',
    at: '2026-03-01T10:00:00.000Z',
    base: '0'.repeat(40),
    changes: {},
  };
  await commitFiles(
    estate.gitDir,
    { [`.signalbox/pending/${begun.operation}.hold.yaml`]: JSON.stringify(begun) },
    { branch },
  );
  await expect(handlers['records.move']({})).rejects.toThrow('Hold app in production');
  estate.server.setFaults({ down: true });
  expect(await check('move')).toContain('block ledger-stale');
  estate.server.setFaults({ down: false });
});

it('creates the branch once somebody agreed, and moves over what was there', async () => {
  estate = await makeEstate({
    [tagPath('production', 'app')]: tagFile('v1'),
    [holdPath('app')]: 'version: 1\napp: app\n',
  });
  const ledger = await estate.open('a', { records: { branch } });
  await ledger.refresh();
  const handlers = recordsHandlers(ledger, engine(), 'main', identity);
  const get = async () => recordsProcedures['records.get'].output.parse(await handlers['records.get']({}));
  expect(await get()).toMatchObject({ state: 'absent', branch, tagsBranch: 'main', beside: 1, leftCount: 0 });
  expect(await lock(ledger, { environment: 'production', operationId: uuidv7() })).toMatchObject({
    ok: false,
  });
  expect(await handlers['records.create']({})).toMatchObject({
    state: 'ready',
    freshness: { state: 'live' },
  });
  await commitFiles(estate.gitDir, { [holdPath('web')]: 'version: 1\napp: web\n' });
  const moved = recordsProcedures['records.move'].output.parse(await handlers['records.move']({}));
  expect(moved).toEqual({ copied: 1, deleted: 2, differing: [], notDeleted: null });
  expect(await get()).toMatchObject({ state: 'ready', beside: 0, leftCount: 0 });
});

it('has no place to tell where records lie beside the image tags', async () => {
  estate = await makeEstate({ [tagPath('production', 'app')]: tagFile('v1') });
  const handlers = recordsHandlers(await estate.open('a'), engine(), 'main', identity);
  expect(await handlers['records.get']({})).toBeNull();
  await expect(handlers['records.create']({})).rejects.toThrow('does not name a place for records');
});
