/**
 * What a change of a file under `.signalbox/` means in the history. The path tells what it is about, the file's presence
 * and its few fields tell what happened. The history must also read what a newer Signalbox writes: a path or a record
 * that is not known here still is an event.
 */
import { readGoYaml } from '../go/yaml/decode';
import type { LedgerEventType } from '../history/history-event';
import { signalboxFolder } from './layout';

/** What a path under `.signalbox/` is about. Empty where it is about no single app or environment. */
export interface LedgerPlace {
  kind: 'lock' | 'freeze' | 'bag' | 'deployment' | 'pass' | 'pin' | 'bad' | 'autopilot' | 'other';
  app: string;
  environment: string;
  pipeline: string | null;
  /** The bag's number or the version that the path names. */
  version: string | null;
}

/** Where records lie, with the names that their paths give. Of a name in braces, `version` ends at the first dot. */
const templates: readonly (readonly [LedgerPlace['kind'], string])[] = [
  ['lock', 'locks/{pipeline}/{environment}.yaml'],
  ['freeze', 'freezes/{environment}/{app}.yaml'],
  ['freeze', 'freezes/{environment}.yaml'],
  ['bag', 'bags/{pipeline}/{version}.yaml'],
  ['deployment', 'deployments/{pipeline}/{environment}/{bag}.{rest}.yaml'],
  ['pass', 'passes/{pipeline}/{environment}/{bag}.{rest}.yaml'],
  ['pin', 'policy/{pipeline}/pins/{environment}.yaml'],
  ['pin', 'policy/{pipeline}/services/{app}.yaml'],
  ['bad', 'bad/{pipeline}/environments/{environment}/{version}.yaml'],
  ['bad', 'bad/{pipeline}/services/{app}/{version}.yaml'],
  ['autopilot', 'policy/{pipeline}/autopilot/{environment}.yaml'],
  ['autopilot', 'policy/{pipeline}/autopilot.yaml'],
];

const patterns = templates.map(([kind, template]) => ({
  kind,
  pattern: new RegExp(
    `^${template
      .split(/(\{\w+\})/)
      .map((part) => {
        const name = /^\{(\w+)\}$/.exec(part)?.[1];
        if (name === undefined) return part.replaceAll('.', '\\.');
        return `(?<${name}>${name === 'bag' ? '[^/.]+' : '[^/]+'})`;
      })
      .join('')}$`,
    's',
  ),
}));

/** What a path is about; `null` for what does not lie under `.signalbox/`, and for hidden files there. */
export function ledgerPlace(path: string): LedgerPlace | null {
  if (!path.startsWith(`${signalboxFolder}/`)) return null;
  const inside = path.slice(signalboxFolder.length + 1);
  if (inside.split('/').some((segment) => segment.startsWith('.'))) return null;
  // It goes with every pin and bad mark, whose own event tells of it.
  if (/^policy\/[^/]+\/cutoffs\//.test(inside)) return null;
  for (const { kind, pattern } of patterns) {
    const names = pattern.exec(inside)?.groups;
    if (names)
      return {
        kind,
        app: names.app ?? '',
        environment: names.environment ?? '',
        pipeline: names.pipeline ?? null,
        version: names.version ?? names.bag ?? null,
      };
  }
  return { kind: 'other', app: '', environment: '', pipeline: null, version: null };
}

/** What the history reads of a record. `null`: it does not say. */
export interface LedgerRecord {
  /** Tells one holder of a lock from the next; `null` for a lock that nobody holds. */
  holder: string | null;
  /** The state of a bag's deployment. */
  state: string | null;
  /** Whether an autopilot is on. */
  on: boolean | null;
  version: string | null;
  reason: string | null;
  operation: string | null;
}

/** The fields of a record; a file that is no YAML, or no mapping, has none. Never throws. */
export function readLedgerRecord(text: string): LedgerRecord {
  const fields = mapping(parsed(text));
  const held = 'held' in fields ? fields.held : fields;
  const holder = mapping(held);
  return {
    holder: held === null ? null : JSON.stringify([fields.token ?? null, holder.operation ?? null]),
    state: word(fields.state),
    on: typeof fields.on === 'boolean' ? fields.on : null,
    version: word(fields.bag) ?? word(fields.version) ?? word(holder.bag),
    reason: word(fields.reason) ?? word(holder.reason),
    operation: word(fields.operation) ?? word(holder.operation),
  };
}

function parsed(text: string): unknown {
  const read = readGoYaml(text, { oldWords: false });
  return read.ok ? read.yaml.value : null;
}

const mapping = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};

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
