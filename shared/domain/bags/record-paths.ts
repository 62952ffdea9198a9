import { signalboxFolder } from '../ledger/layout';
import type { RecordKind, RecordOf } from './records';

/** Where the records of each kind lie under `.signalbox/`. What is in braces is a field of the record. */
const templates: Readonly<Record<RecordKind, string>> = {
  bag: 'bags/{pipeline}/{bag}.yaml',
  pass: 'passes/{pipeline}/{environment}/{bag}.{operation}.yaml',
  deployment: 'deployments/{pipeline}/{environment}/{bag}.{operation}.yaml',
  pin: 'policy/{pipeline}/pins/{environment}.yaml',
  cutoff: 'policy/{pipeline}/cutoffs/{environment}.yaml',
  'bad-bag': 'bad/{pipeline}/environments/{environment}/{bag}.yaml',
  'service-pin': 'policy/{pipeline}/services/{service}.yaml',
  'bad-version': 'bad/{pipeline}/services/{service}/{version}.yaml',
  lock: 'locks/{pipeline}/{environment}.yaml',
  autopilot: 'policy/{pipeline}/autopilot/{environment}.yaml',
  'autopilot-everywhere': 'policy/{pipeline}/autopilot.yaml',
  'automatic-packing': 'policy/{pipeline}/packing.yaml',
};

/** Which record a path is of: its kind and the fields that the path names. */
export interface Place {
  kind: RecordKind;
  pipeline: string;
  fields: Readonly<Record<string, string>>;
}

const fieldPattern = (field: string): string =>
  field === 'bag' ? '[1-9]\\d{0,8}' : field === 'operation' ? '[A-Za-z0-9-]+' : '[^/]+';

const patterns = (Object.keys(templates) as RecordKind[]).map((kind) => ({
  kind,
  pattern: new RegExp(
    `^${templates[kind]
      .split(/(\{\w+\})/)
      .map((part) => {
        const field = /^\{(\w+)\}$/.exec(part)?.[1];
        return field ? `(?<${field}>${fieldPattern(field)})` : part.replace(/\./g, '\\.');
      })
      .join('')}$`,
  ),
}));

/** The folders that hold records of bags. */
export const recordFolders = [...new Set(Object.values(templates).map((one) => one.split('/')[0]))].map(
  (folder) => `${signalboxFolder}/${folder}/`,
);

/** The path of a record. */
export function recordPath<K extends RecordKind>(kind: K, record: Partial<RecordOf<K>>): string {
  const fields = record as Readonly<Record<string, unknown>>;
  return `${signalboxFolder}/${templates[kind].replace(/\{(\w+)\}/g, (_, field: string) => String(fields[field]))}`;
}

/** Which record a path is of, `null` when it is none. */
export function placeOf(path: string): Place | null {
  if (!path.startsWith(`${signalboxFolder}/`)) return null;
  const rest = path.slice(signalboxFolder.length + 1);
  for (const { kind, pattern } of patterns) {
    const groups = pattern.exec(rest)?.groups;
    if (groups?.pipeline) return { kind, pipeline: groups.pipeline, fields: { ...groups } };
  }
  return null;
}
