import { uuidv7, V7Generator } from 'uuidv7';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BegunOperation } from '../../shared/domain/attribution/operation-decisions';
import { monthOf } from '../../shared/domain/attribution/operation-record';
import type { Decision } from '../../shared/domain/bags/decisions';
import type { Ledger, Mutation, Snapshot } from '../ledger/ledger';
import { openLedger } from '../ledger/open-ledger';
import {
  commitFiles,
  fileAt,
  makeEstate,
  type TestEstate,
  tagFile,
  tagPath,
  unwrap,
} from '../ledger/testing/release-repo';
import { operationRecordRule } from './operation-record';

const old = new V7Generator().generateOrResetCore(Date.UTC(2020, 0, 5), 10_000).toString();
const oldPath = `.signalbox/operations/2020-01/${old}.yaml`;

let estate: TestEstate;
let consoles: Ledger[];
beforeAll(async () => {
  estate = await makeEstate({
    [tagPath('production', 'frontend')]: tagFile('v8'),
    [oldPath]: `version: 1\noperation: ${old}\n`,
    '.signalbox/operations/9999-12/no-operation.yaml': 'version: 1\n',
  });
  consoles = [unwrap(await openLedger(estate.config('a'))), unwrap(await openLedger(estate.config('b')))];
  for (const one of consoles) unwrap(await one.refresh());
});
afterAll(async () => {
  for (const one of consoles) await one.close();
  await estate.close();
});

const begun = (ledger: Ledger, operation: string, by: string): BegunOperation => ({
  operation,
  kind: 'rollback',
  app: 'frontend',
  environment: 'production',
  imageTag: 'v7',
  by,
  email: '',
  at: new Date().toISOString(),
  reason: 'why',
  override: [],
  route: 'workflow',
  base: ledger.snapshot().commit ?? '',
});

const write = (ledger: Ledger, operationId: string, rule: (snapshot: Snapshot) => Decision) =>
  ledger.transact({ operationId, what: 'record' }, (snapshot): Mutation<null> => {
    const decision = rule(snapshot);
    if (decision.kind !== 'change') return decision;
    return { kind: 'change', records: decision.changes, message: decision.subject, value: null };
  });

it('two consoles record their operations at once, each its own, and complete them', async () => {
  const operations = consoles.map(() => uuidv7());
  const landed = await Promise.all(
    consoles.map((ledger, at) => {
      const operation = operations[at] ?? '';
      return write(ledger, operation, operationRecordRule(begun(ledger, operation, `Person ${at}`), null));
    }),
  );
  expect(landed.map(({ ok }) => ok)).toEqual([true, true]);
  const bots = await commitFiles(estate.gitDir, { [tagPath('production', 'frontend')]: tagFile('v7') });
  for (const [at, ledger] of consoles.entries()) {
    const operation = operations[at] ?? '';
    const end = {
      operation,
      run: null,
      at: new Date().toISOString(),
      state: 'landed' as const,
      commit: bots,
    };
    const rule = operationRecordRule(begun(ledger, operation, `Person ${at}`), end);
    expect(await write(ledger, operation, rule)).toMatchObject({ ok: true });
    // Told again after a crash: nothing is written twice.
    const again = await write(ledger, operation, rule);
    expect(again).toMatchObject({ ok: true, value: { changed: false } });
    const text = await fileAt(estate.gitDir, `.signalbox/operations/${monthOf(operation)}/${operation}.yaml`);
    expect(text).toContain(`by: Person ${at}\n`);
    expect(text).toContain(`state: landed\ncommit: ${bots}\n`);
  }
});

it('records of months long ago are not read with every snapshot, and not written over', async () => {
  const [ledger] = consoles;
  if (!ledger) throw new Error('no ledger');
  const now = monthOf(uuidv7());
  const months = new Set(
    ledger
      .snapshot()
      .list('.signalbox/operations/')
      .map((path) => path.split('/')[2]),
  );
  expect([...months]).toEqual([now]);
  const refused = await write(ledger, old, operationRecordRule(begun(ledger, old, 'Ada'), null));
  expect(refused).toMatchObject({ ok: false, failure: { message: expect.stringContaining(oldPath) } });
  expect(await fileAt(estate.gitDir, oldPath)).toBe(`version: 1\noperation: ${old}\n`);
});
