import { uuidv7 } from 'uuidv7';
import { afterEach, expect, it } from 'vitest';
import { recordsProcedures } from '../../shared/contract/records';
import { holdPath } from '../ledger/testing/hold';
import { lock } from '../ledger/testing/lock';
import { commitFiles, makeEstate, type TestEstate, tagFile, tagPath } from '../ledger/testing/release-repo';
import { recordsHandlers } from './records-handlers';

const identity = () => ({ name: 'Robin', email: 'robin@example.invalid' });
const branch = 'signalbox';
let estate: TestEstate;

afterEach(() => estate.close());

it('creates the branch once somebody agreed, and moves over what was there', async () => {
  estate = await makeEstate({
    [tagPath('production', 'app')]: tagFile('v1'),
    [holdPath('app')]: 'version: 1\napp: app\n',
  });
  const ledger = await estate.open('a', { records: { branch } });
  await ledger.refresh();
  const handlers = recordsHandlers(ledger, 'main', identity);
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
  const handlers = recordsHandlers(await estate.open('a'), 'main', identity);
  expect(await handlers['records.get']({})).toBeNull();
  await expect(handlers['records.create']({})).rejects.toThrow('does not name a place for records');
});
