import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Ledger } from './ledger';
import { openLedger } from './open-ledger';
import { lock } from './testing/lock';
import {
  commitsOf,
  fileAt,
  makeEstate,
  type TestEstate,
  tagFile,
  tagPath,
  unwrap,
} from './testing/release-repo';

const path = '.signalbox/locks/race/staging.yaml';

const newer = '.signalbox/locks/race/production.yaml';
const newerText = 'version: 2\npipeline: race\nenvironment: production\ntoken: 4\nheld: null\nshape: new\n';

let estate: TestEstate;
let ledger: Ledger;
beforeAll(async () => {
  estate = await makeEstate({
    [tagPath('staging', 'app')]: tagFile('v1'),
    [newer]: newerText,
    [path]:
      '# Asked for by the on-call team.\npipeline: race\nenvironment: staging\nschema: 2 # of another tool\ntoken: 4\nheld: null\nfuture: keep me\n',
  });
  ledger = unwrap(await openLedger(estate.config('a')));
  unwrap(await ledger.refresh());
});
afterAll(async () => {
  await ledger.close();
  await estate.close();
});

it('keeps what it does not know of a lock that is taken and given back', async () => {
  expect(await lock(ledger, { environment: 'staging', operationId: 'op-1' })).toMatchObject({
    ok: true,
    token: 5,
  });
  const taken = await fileAt(estate.gitDir, path);
  expect(taken).toContain('# Asked for by the on-call team.\nversion: 1\npipeline: race\n');
  expect(taken).toContain('schema: 2 # of another tool\ntoken: 5\n');
  expect(taken).toContain('future: keep me\n');
});

it('refuses in words to change what a newer Signalbox wrote, and commits nothing', async () => {
  const before = await commitsOf(estate.gitDir);
  expect(await lock(ledger, { environment: 'production', operationId: 'op-2' })).toEqual({
    ok: false,
    code: 'refused',
    message: `${newer} was written by a newer Signalbox; update to change it.`,
  });
  expect(await commitsOf(estate.gitDir)).toEqual(before);
  expect(await fileAt(estate.gitDir, newer)).toBe(newerText);
});
