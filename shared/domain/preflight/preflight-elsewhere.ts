import { shortVersion } from '../ledger/version';
import { type Finding, finding } from './finding';
import { goesBack } from './goes-back';
import type { Ask, OutsideFacts } from './preflight-facts';

/** What else moves along the chain: who deploys should know, and be asked where it may end in the same place. */
export function elsewhereFindings(intent: Ask, { onItsWay }: Pick<OutsideFacts, 'onItsWay'>): Finding[] {
  return onItsWay.map(({ environment, what, evidence, version, into }) => {
    // A rollback stops what would come after it; the version that is wanted anyway takes nothing away.
    const meets = into && !goesBack(intent) && version !== intent.version;
    return finding(
      'on-its-way',
      meets ? 'warn' : 'info',
      meets
        ? `${what} in ${environment}: it may replace ${shortVersion(intent.version)} in ${intent.environment}.`
        : `${what} in ${environment}.`,
      evidence,
    );
  });
}
