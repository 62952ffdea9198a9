import type { Finding } from './finding';

/** What was overridden, as it stands in a list after "Overridden". */
const words: Record<Finding['code'], string> = {
  'already-there': 'already deployed',
  'behind-running': 'older than the current version',
  'deploy-hours': 'deploy hours',
  'operation-running': 'another operation is running',
  hold: 'hold',
  freeze: 'freeze',
  emergency: 'emergency rollback',
  'automatic-deploys-off': 'automatic deploys are off',
  'version-not-published': 'not published',
  'version-unpublished-check-failed': 'publication not known',
  'never-healthy-here': 'never healthy here',
  checks: 'GitHub checks',
  'checks-pending': 'GitHub checks still running',
  'checks-missing': 'no GitHub checks',
  'on-its-way': 'a deployment on its way',
  team: 'not in the team',
  'not-tested-before': 'not tested in the environment before',
  'tests-failed-before': 'tests failed in the environment before',
  'others-changes': 'changes by other people',
  migration: 'migration',
  'migrations-unknown': 'migrations not known',
  'sync-window': 'sync window',
  'sync-running': 'a sync is running',
  'environment-unreachable': 'environment unreachable',
  'environment-part-unseen': 'environment only partly visible',
  permission: 'permission',
  'environment-unhealthy': 'environment unhealthy',
  'environment-moved': 'environment changed',
  'ledger-stale': 'release repo not up to date',
  'read-only': 'read-only',
  'route-closed': 'no open route',
  locked: 'lock',
  'rule-blocks': 'rule of the pipeline',
  'not-passed': 'not passed in the environment before',
  bad: 'marked as bad',
  note: 'note',
  'note-unknown': 'notes not known',
  'pinned-elsewhere': 'pinned to another bag',
  unreadable: 'unreadable record',
  'newer-record': 'record of a newer Signalbox',
  same: 'already deployed',
  older: 'older than the current bag',
  'failed-before': 'failed here before',
  'never-here': 'never ran here',
  'running-unknown': 'current bag not known',
  'bad-before': 'marked as bad in the environment before',
  'services-lacking': 'services left unchanged',
  'nothing-differs': 'no changes',
  'still-running': 'still running',
  'holder-may-run': 'the lock’s holder may still be running',
  'needs-reason': 'reason',
  other: 'another check',
};
const known = new Map<string, string>(Object.entries(words));

/**
 * What was overridden, in words. A code that this version does not know (a record may be a newer one's, or anybody's)
 * is shown as it was written.
 */
export const overriddenText = (codes: readonly string[]): string =>
  [...new Set(codes.map((code) => known.get(code) ?? code))].join(', ');
