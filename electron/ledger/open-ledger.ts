import { fail, ok, type Result } from '../../shared/domain/failure/failure';
import { ledgerFailure } from './failures';
import { JoinedLedger } from './joined-ledger';
import type { Ledger, LedgerConfig } from './ledger';
import { openMirroredLedger } from './mirrored-ledger';
import { recordsConfig } from './records-config';

/**
 * Opens the ledger of an estate: one branch, or two where its records lie apart. Asks nothing of the remote: the first
 * snapshot is what the mirror saw last, so that a start works offline; {@link Ledger.refresh} or {@link Ledger.start}
 * asks.
 * Fails with `busy` (another process has the folder), `bad-data` (no readable repo), `disk-full`, `internal` (no Git).
 */
export async function openLedger(config: LedgerConfig): Promise<Result<Ledger>> {
  const tags = await openMirroredLedger(config);
  const apart = recordsConfig(config);
  if (!tags.ok || apart === null) return tags;
  const records = await openMirroredLedger(apart);
  if (!records.ok) {
    await tags.value.close();
    return records;
  }
  try {
    return ok(new JoinedLedger(config, { tags: tags.value, records: records.value }));
  } catch (error) {
    await Promise.all([tags.value.close(), records.value.close()]);
    return fail(ledgerFailure(error));
  }
}
