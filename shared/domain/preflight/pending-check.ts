import { z } from 'zod';
import { shortVersion } from '../ledger/version';
import type { AppIntent } from '../operation/intent';
import type { Finding } from './finding';
import type { LedgerFacts, OutsideFacts } from './preflight-facts';

/** Something that preflight is still asking, and the findings whose place it takes until the answer comes. */
export const pendingCheckSchema = z.object({ message: z.string() });
export type PendingCheck = z.infer<typeof pendingCheckSchema> & { codes: readonly Finding['code'][] };

/**
 * What is being asked while a person looks already, by what is not known yet. It is a matter of seconds: then the answer
 * is there, or its finding is `unknown`.
 */
export function pendingChecks(
  intent: AppIntent,
  ledger: Pick<LedgerFacts, 'version'>,
  outside: Pick<
    OutsideFacts,
    | 'ledger'
    | 'cluster'
    | 'access'
    | 'published'
    | 'checks'
    | 'image'
    | 'evidenceHere'
    | 'change'
    | 'asksRepo'
    | 'release'
  >,
): PendingCheck[] {
  const found: PendingCheck[] = [];
  const { environment } = intent;
  if (outside.ledger.state === 'unreachable')
    found.push({ codes: ['ledger-stale'], message: 'Whether the release repo is reachable' });
  if (outside.cluster.state === 'connecting')
    found.push({
      codes: ['environment-unreachable', 'sync-window', 'not-tested-before'],
      message: `What runs in ${environment} (connecting to its cluster)`,
    });
  const places = outside.access.filter(({ access }) => !access.asked).map((one) => one.environment);
  for (const place of new Set(places))
    found.push({ codes: ['permission'], message: `Your permissions in the ${place} cluster` });
  if (!('expected' in intent)) return found;
  if (outside.release === 'not-asked')
    found.push({ codes: ['note-unknown'], message: `What the Release app notes about ${intent.app}` });
  if (outside.image === 'not-asked')
    found.push({
      codes: ['version-unpublished-check-failed'],
      message: `Whether the image of ${shortVersion(intent.version)} exists`,
    });
  if (outside.checks === 'not-asked')
    found.push({
      codes: ['checks', 'checks-pending', 'checks-missing'],
      message: `Whether the GitHub checks of ${shortVersion(intent.version)} passed`,
    });
  if (!outside.asksRepo) return found;
  if (outside.image === null && outside.published === null && outside.evidenceHere === null)
    found.push({
      codes: ['version-unpublished-check-failed'],
      message: `Whether ${shortVersion(intent.version)} is published`,
    });
  if (outside.change === null && ledger.version !== null && ledger.version !== intent.version)
    found.push({ codes: ['migrations-unknown'], message: 'Migrations between the two versions' });
  return found;
}

/** The findings that stand already: none that only says that the answer has not come yet. */
export const settledFindings = (findings: readonly Finding[], pending: readonly PendingCheck[]): Finding[] =>
  findings.filter(
    ({ code, level }) =>
      !(
        (level === 'unknown' || code === 'ledger-stale' || code === 'note-unknown') &&
        pending.some(({ codes }) => codes.includes(code))
      ),
  );
