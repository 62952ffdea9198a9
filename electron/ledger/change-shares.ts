import { ok, type Result } from '../../shared/domain/failure/failure';
import type { Pending } from '../../shared/domain/records/apart-records';
import { recordFiles } from '../../shared/domain/records/record-change';
import type { Mutation, Snapshot } from './ledger';

export type Change<T> = Extract<Mutation<T>, { kind: 'change' }>;

/** A change by place; what says what is there already is left out. */
export interface Shares {
  files: ReadonlyMap<string, string | null>;
  /** Records that change, by path, with the blob that each was. */
  records: Pending['changes'];
  shape: 'tags' | 'records' | 'both';
}

/** What a change comes to in each place. Fails where a record cannot be changed. */
export function sharesOf<T>(change: Change<T>, tags: Snapshot, records: Snapshot): Result<Shares> {
  const said = (path: string): string | null => records.file(path)?.text ?? null;
  const written = recordFiles(change.records ?? [], said);
  if (!written.ok) return written;
  const texts = new Map([...(change.copies ?? []), ...written.value]);
  const changed = [...texts].filter(([path, text]) => text !== said(path));
  const asked = change.files ?? new Map<string, string | null>();
  const files = new Map([...asked].filter(([path, text]) => text !== (tags.file(path)?.text ?? null)));
  const shape =
    files.size > 0 && changed.length > 0
      ? 'both'
      : files.size > 0 || (changed.length === 0 && texts.size === 0)
        ? 'tags'
        : 'records';
  return ok({
    files: files.size > 0 ? files : asked,
    records: Object.fromEntries(
      changed.map(([path, text]) => [path, { before: records.file(path)?.blob ?? null, text }]),
    ),
    shape,
  });
}

/** Whether two changes of records say the same, byte for byte. */
export const sameChanges = (some: Pending['changes'], others: Pending['changes']): boolean => {
  const paths = Object.keys(some);
  return (
    paths.length === Object.keys(others).length &&
    paths.every((path) => {
      const [one, two] = [some[path], others[path]];
      return one?.text === two?.text && one?.before === two?.before;
    })
  );
};
