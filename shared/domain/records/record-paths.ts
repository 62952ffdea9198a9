import { signalboxFolder } from '../ledger/layout';
import { fillTemplate } from '../text/fill-template';
import { type RecordKind, type RecordOf, recordKinds } from './record-kinds';

/** Which record a path is of: its kind and the fields that the path names. */
export interface RecordPlace {
  kind: RecordKind;
  /** `null`: it belongs to no pipeline. */
  pipeline: string | null;
  fields: Readonly<Record<string, string>>;
}

const fieldPattern = (field: string): string =>
  field === 'bag' ? '[1-9]\\d{0,8}' : field === 'operation' ? '[A-Za-z0-9-]+' : '[^/]+';

const names = Object.keys(recordKinds) as RecordKind[];

const patterns = names.map((kind) => ({
  kind,
  pattern: new RegExp(
    `^${recordKinds[kind].path
      .split(/(\{\w+\})/)
      .map((part) => {
        const field = /^\{(\w+)\}$/.exec(part)?.[1];
        return field ? `(?<${field}>${fieldPattern(field)})` : part.replace(/\./g, '\\.');
      })
      .join('')}$`,
  ),
}));

/** Whether a path is of the part of the release repo that is Signalbox's own: only records lie there. */
export const isRecordPath = (path: string): boolean => path.startsWith(`${signalboxFolder}/`);

/** The folders whose folders are named after pipelines. */
export const pipelineFolders = [
  ...new Set(names.flatMap((kind) => /^(\w+)\/\{pipeline\}/.exec(recordKinds[kind].path)?.[1] ?? [])),
].map((folder) => `${signalboxFolder}/${folder}/`);

/** Where versions are marked bad for everywhere. */
export const markFolder = `${signalboxFolder}/marks/`;

/** The path of a record. */
export function recordPath<K extends RecordKind>(kind: K, record: Partial<RecordOf<K>>): string {
  const fields = record as Readonly<Record<string, unknown>>;
  return `${signalboxFolder}/${fillTemplate(recordKinds[kind].path, (field) => String(fields[field]))}`;
}

/** Which record a path is of, `null` when it is none that is known. */
export function recordPlace(path: string): RecordPlace | null {
  if (!isRecordPath(path)) return null;
  const rest = path.slice(signalboxFolder.length + 1);
  for (const { kind, pattern } of patterns) {
    const match = pattern.exec(rest);
    if (match) return { kind, pipeline: match.groups?.pipeline ?? null, fields: { ...match.groups } };
  }
  return null;
}
