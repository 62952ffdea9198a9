import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Ledger } from './ledger';
import { openLedger } from './open-ledger';
import { lock } from './testing/lock';
import { fileAt, makeEstate, type TestEstate, tagFile, tagPath, unwrap } from './testing/release-repo';

const path = '.signalbox/locks/race/staging.yaml';

let estate: TestEstate;
let ledger: Ledger;
beforeAll(async () => {
  estate = await makeEstate({
    [tagPath('staging', 'app')]: tagFile('v1'),
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
