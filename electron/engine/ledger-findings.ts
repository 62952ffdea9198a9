import { readOnlyFindings } from '../../shared/domain/estate/read-only';
import { type Finding, finding } from '../../shared/domain/preflight/finding';
import { utcText } from '../../shared/domain/text/utc-text';
import type { World } from './world';

/** What keeps anything from being written to the release repo now: it was opened read-only, or it is away. */
export function ledgerFindings({ ledger }: Pick<World, 'ledger'>): Finding[] {
  const found = readOnlyFindings(ledger.readOnlyBecause);
  const freshness = ledger.freshness();
  if (freshness.state === 'unreachable')
    found.push(
      finding(
        'ledger-stale',
        'block',
        'The release repo is unreachable, so nothing can be changed now.',
        `Unreachable since ${utcText(freshness.since)}: ${freshness.failure.message}`,
      ),
    );
  return found;
}
