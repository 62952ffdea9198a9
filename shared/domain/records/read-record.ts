import type { z } from 'zod';
import { readGoYaml } from '../go/yaml/decode';
import type { YamlNode } from '../go/yaml/nodes';
import { readVersion, type VersionRead, versionOfBroken } from './record-version';

/** Any mapping: what stands under its keys is not known yet. */
export type Fields = Readonly<Record<string, unknown>>;

export const isMapping = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** How the records of one kind are read. */
export interface RecordForm<T> {
  /** What the file must say besides its `version`. Keys that it does not name are nobody's business. */
  schema: z.ZodType<T>;
  /** Brings what an older console wrote into today's form; `version` is then no longer that of the old form. */
  lift?: (fields: Fields) => Fields;
}

/** A record's file before it is asked whether it says what it should. */
export interface RawRecord {
  /** What the file says, as it stands there; `null` where it is no mapping. */
  fields: Fields | null;
  /** The same in today's form. */
  lifted: Fields | null;
  /** Its nodes; `null` where it cannot be changed in place. */
  root: YamlNode | null;
  /** Where its first document ends: what follows is nobody's business. */
  end: number;
  version: VersionRead;
  /** Why it cannot be a record. */
  problem: string | null;
}

/** `newer`: a newer Signalbox wrote it, so that this one must not change it. */
export type RecordRead<T> =
  | { ok: true; value: T; newer: boolean }
  | { ok: false; reason: string; newer: boolean };

/**
 * A small YAML file of the ledger as it stands. It is read as Helm would (`go/yaml/decode.ts`, which bounds what the
 * file may be before anything else sees it), except that `yes`, `on` and their likes are texts: consoles once wrote them
 * without quotes, as YAML 1.2 allows, and `on` is a key of ours. A key that is there twice is a fault: whoever wrote it
 * meant one of them.
 */
export function readRaw(text: string, lift?: RecordForm<unknown>['lift']): RawRecord {
  const read = readGoYaml(text, { oldWords: false });
  const claimed = versionOfBroken(text);
  const broken = { fields: null, lifted: null, root: null, end: 0, version: claimed };
  if (!read.ok) return { ...broken, problem: `It is not valid YAML: ${read.reason}` };
  const { value, root, end, repeated } = read.yaml;
  if (!isMapping(value)) return { ...broken, problem: 'The file has no keys.' };
  const lifted = lift ? lift(value) : value;
  const version = readVersion(lifted.version);
  if (repeated.length > 0) {
    const highest = claimed.is === 'newer' ? claimed : version;
    return { fields: value, lifted, root: null, end, version: highest, problem: 'A key appears twice.' };
  }
  const problem =
    version.is === 'odd' ? `version: It must be a whole number from 1 up, and is ${version.said}.` : null;
  return { fields: value, lifted, root, end, version, problem };
}

/**
 * What a record says, or in one sentence why it cannot be read. One of a newer version is read as far as it is known:
 * keys that are not known mean nothing here.
 */
export function readRecord<T>({ schema, lift }: RecordForm<T>, text: string): RecordRead<T> {
  return understood(schema, readRaw(text, lift));
}

/** What a raw record says by its schema. */
export function understood<T>(schema: z.ZodType<T>, raw: RawRecord): RecordRead<T> {
  const { lifted, version, problem } = raw;
  const newer = version.is === 'newer';
  const because = newer
    ? `It was written by a newer Signalbox (version ${version.version}); update to read it. `
    : '';
  if (problem !== null) return { ok: false, reason: `${because}${problem}`, newer };
  const parsed = schema.safeParse(lifted);
  if (parsed.success) return { ok: true, value: parsed.data, newer };
  const issue = parsed.error.issues[0];
  const what = `${issue?.path.join('.') || 'The file'}: ${issue?.message ?? 'not understood'}`;
  return { ok: false, reason: `${because}${what}`, newer };
}
