import { shortVersion } from '../ledger/version';
import { type Finding, finding } from './finding';
import type { Ask, LedgerFacts } from './preflight-facts';

/**
 * A version that somebody marked bad is refused wherever it is to go, back or forward; only a reason gets past it. What
 * runs already by an emergency rollback is put into Git all the same: that is no new deployment.
 */
export function markFindings(intent: Ask, { marks }: Pick<LedgerFacts, 'marks'>): Finding[] {
  return marks.map(({ text, where }) =>
    finding(
      'bad',
      intent.kind === 'reconcile' ? 'warn' : 'block',
      `${shortVersion(intent.version)} is marked bad. ${text}`,
      where,
      true,
    ),
  );
}
