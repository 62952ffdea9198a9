import type { Result } from '../../shared/domain/failure';
import type { Ledger, LedgerConfig } from './ledger';

/** Opens the ledger of an estate (being built). */
export async function openLedger(_config: LedgerConfig): Promise<Result<Ledger>> {
  throw new Error('being built');
}
