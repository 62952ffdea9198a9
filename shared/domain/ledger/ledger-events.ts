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
  kind: 'lock' | 'freeze' | 'bag' | 'deployment' | 'pass' | 'pin' | 'bad' | 'autopilot' | 'other';
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
 */
export function ledgerEventBetween(
  kind: LedgerPlace['kind'],
  before: LedgerRecord | null,
  after: LedgerRecord | null,
): LedgerEventType | null {
  switch (kind) {
    case 'lock': {
      const [was, is] = [before?.holder ?? null, after?.holder ?? null];
      if (was === is) return null;
      return is === null ? 'unlocked' : 'locked';
    }
    case 'freeze':
      // Planned, changed, or taking in what is new: nothing begins or ends by that.
      if ((after ?? before)?.state === 'planned') return 'ledger-changed';
      if (after?.state === 'begun' && before?.state === 'begun') return 'ledger-changed';
      return after ? 'frozen' : 'unfrozen';
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
    case 'other':
      return 'ledger-changed';
  }
}

/** Events after which something stands until another event of the same file ends it. */
export const standingTypes: readonly LedgerEventType[] = [
  'locked',
  'frozen',
  'pinned',
  'marked-bad',
  'autopilot-off',
];
