/**
 * What a change of a file under `.signalbox/` means in the history. The path tells what it is about, the file's presence
 * and its few fields tell what happened. The history must also read what a newer Signalbox writes: a path or a record
 * that is not known here still is an event.
 */
import type { LedgerEventType } from '../history/history-event';
import { type Fields, isMapping, readRaw } from '../records/read-record';
import { liftImageTag, type RecordKind } from '../records/record-kinds';
import { isRecordPath, recordPlace } from '../records/record-paths';

/** What a path under `.signalbox/` is about. Empty where it is about no single app or environment. */
export interface LedgerPlace {
  kind: 'lock' | 'freeze' | 'bag' | 'deployment' | 'pass' | 'pin' | 'bad' | 'autopilot' | 'gap' | 'other';
  app: string;
  environment: string;
  pipeline: string | null;
  /** The bag's number or the version that the path names. */
  version: string | null;
}

/** What the records of each kind are to the history; `null`: another record's event tells of it. */
const kinds: Readonly<Record<RecordKind, LedgerPlace['kind'] | null>> = {
  lock: 'lock',
  hold: 'freeze',
  freeze: 'freeze',
  emergency: 'other',
  bag: 'bag',
  deployment: 'deployment',
  pass: 'pass',
  pin: 'pin',
  'service-pin': 'pin',
  'bad-bag': 'bad',
  'bad-version': 'bad',
  mark: 'bad',
  note: 'other',
  autopilot: 'autopilot',
  'autopilot-everywhere': 'autopilot',
  'automatic-packing': 'other',
  // It goes with every pin and bad mark.
  cutoff: null,
  // The deployment that it is about tells it.
  operation: null,
  // What records lying apart need.
  origin: null,
  pending: null,
};

/** What a path is about; `null` for what does not lie under `.signalbox/`, and for hidden files there. */
export function ledgerPlace(path: string): LedgerPlace | null {
  if (!isRecordPath(path) || path.split('/').some((segment, at) => at > 0 && segment.startsWith('.')))
    return null;
  const place = recordPlace(path);
  const kind = place ? kinds[place.kind] : 'other';
  if (kind === null) return null;
  const { app, service, environment, bag, imageTag } = place?.fields ?? {};
  return {
    kind,
    app: app ?? service ?? '',
    environment: environment ?? '',
    pipeline: place?.pipeline ?? null,
    version: bag ?? imageTag ?? null,
  };
}

/** What the history reads of a record. `null`: it does not say. */
export interface LedgerRecord {
  /** Tells one holder of a lock from the next; `null` for a lock that nobody holds. */
  holder: string | null;
  /** The state of a bag's deployment; of a freeze whether it is `planned` or has `begun`. */
  state: string | null;
  /** Whether an autopilot is on. */
  on: boolean | null;
  version: string | null;
  reason: string | null;
  operation: string | null;
  /** Of a freeze: what its rules and its files are, as one text that differs where they do, and whether it was lifted. */
  freeze: { rules: string; files: string; isLifted: boolean } | null;
  /** Of a freeze, whose path does not say it: what it is about; empty: all. */
  scope: { app: string; environment: string; pipeline: string | null } | null;
}

/** The fields of a record; a file that is no YAML, or no mapping, has none. Never throws. */
export function readLedgerRecord(text: string): LedgerRecord {
  const fields = readRaw(text).fields ?? {};
  const held = 'held' in fields ? fields.held : fields;
  const holder = mapping(held);
  const hasTag = 'service' in fields || 'app' in fields;
  const isFreeze = 'begun' in fields && 'from' in fields;
  const { imageTag } = hasTag ? liftImageTag(fields) : fields;
  return {
    holder: held === null ? null : JSON.stringify([fields.token ?? null, holder.operation ?? null]),
    state: isFreeze ? (fields.begun === null ? 'planned' : 'begun') : word(fields.state),
    on: typeof fields.on === 'boolean' ? fields.on : null,
    version: word(fields.bag) ?? word(holder.bag) ?? word(imageTag),
    reason: word(fields.reason) ?? word(holder.reason),
    operation: word(fields.operation) ?? word(holder.operation),
    freeze: isFreeze
      ? {
          rules: JSON.stringify([fields.until ?? null, fields.manual ?? null, fields.automatic ?? null]),
          files: JSON.stringify(Object.keys(mapping(fields.changed)).sort()),
          isLifted: isMapping(fields.lifted),
        }
      : null,
    scope: isFreeze
      ? {
          app: word(fields.app) ?? '',
          environment: word(fields.environment) ?? '',
          pipeline: word(fields.pipeline),
        }
      : null,
  };
}

const mapping = (value: unknown): Fields => (isMapping(value) ? value : {});

const word = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : null;

/** States of a bag's deployment that it does not get out of by itself. */
const failed = /^(deploy-failed|deploy-unknown|test-failed|abandoned)$/;

/**
 * What a change of a record tells, `null` where it is nothing to tell: a lock whose holder notes something down, a
 * deployment that goes on.
 * @param before, after what the file says; `null`: it is not there.
 * @param subject of the commit, by which the end of a freeze that came by itself is told from one that a person lifted.
 */
export function ledgerEventBetween(
  kind: LedgerPlace['kind'],
  before: LedgerRecord | null,
  after: LedgerRecord | null,
  subject = '',
): LedgerEventType | null {
  switch (kind) {
    case 'lock': {
      const [was, is] = [before?.holder ?? null, after?.holder ?? null];
      if (was === is) return null;
      return is === null ? 'unlocked' : 'locked';
    }
    case 'freeze':
      return (after ?? before)?.freeze ? freezeEvent(before, after, subject) : after ? 'frozen' : 'unfrozen';
    case 'pin':
      return after ? 'pinned' : 'unpinned';
    case 'bad':
      return after ? 'marked-bad' : 'unmarked-bad';
    case 'autopilot':
      return after?.on === false ? 'autopilot-off' : 'autopilot-on';
    case 'bag':
      return !before && after ? 'bag-packed' : 'ledger-changed';
    case 'pass':
      return !before && after ? 'bag-passed' : 'ledger-changed';
    case 'deployment': {
      if (!after) return 'ledger-changed';
      if (!before) return 'bag-started';
      return failed.test(after.state ?? '') && after.state !== before.state ? 'bag-failed' : null;
    }
    case 'gap':
      return after ? 'unknown' : null;
    case 'other':
      return 'ledger-changed';
  }
}

/** How Signalbox' commit calls the end of a freeze that came by itself (electron/engine/freezes/freeze-changes.ts). */
const endedByItself = /^Freeze of .* ended, set by /;

function freezeEvent(
  before: LedgerRecord | null,
  after: LedgerRecord | null,
  subject: string,
): LedgerEventType | null {
  if (!after) {
    // That it was lifted was told when that was written down; then its flags were given back.
    if (before?.freeze?.isLifted) return null;
    return endedByItself.test(subject) ? 'unfrozen' : 'freeze-lifted';
  }
  if (after.freeze?.isLifted) return before?.freeze?.isLifted ? null : 'freeze-lifted';
  if (!before) return after.state === 'begun' ? 'frozen' : 'freeze-set';
  if (before.freeze?.isLifted) return after.state === 'begun' ? 'frozen' : 'freeze-set';
  if (before.state !== after.state && after.state === 'begun') return 'frozen';
  const isSame =
    before.freeze?.rules === after.freeze?.rules &&
    (after.state !== 'begun' || before.freeze?.files === after.freeze?.files);
  if (isSame) return null;
  return after.state === 'begun' ? 'freeze-changed' : 'freeze-set';
}

/** Events after which something stands until another event of the same file ends it. */
export const standingTypes: readonly LedgerEventType[] = [
  'locked',
  'frozen',
  'freeze-changed',
  'pinned',
  'marked-bad',
  'autopilot-off',
];
