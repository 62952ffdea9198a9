import { isRecordPath } from '../../shared/domain/records/record-paths';
import type { Snapshot } from './ledger';

/** Whether a path is of the records, or of what lies in the place of their folder. */
const isOfRecords = (path: string): boolean => isRecordPath(`${path}/`);

const joined = new WeakMap<Snapshot, WeakMap<Snapshot, Snapshot>>();

/**
 * Image tags of one commit and records of another as one snapshot, the same one for the same two. What lies under
 * `.signalbox/` beside the image tags does not count, nor what else there is on the branch of records.
 */
export function joinSnapshots(tags: Snapshot, records: Snapshot): Snapshot {
  const known = joined.get(tags)?.get(records);
  if (known) return known;
  const lists = new Map<string, readonly string[]>();
  const made: Snapshot = Object.freeze({
    commit: tags.commit,
    committedAt: tags.committedAt,
    subject: tags.subject,
    recordsCommit: records.commit,
    file: (path: string) => (isRecordPath(path) ? records : tags).file(path),
    list: (prefix: string) => {
      const found =
        lists.get(prefix) ??
        [
          ...tags.list(prefix).filter((path) => !isRecordPath(path)),
          ...records.list(prefix).filter(isRecordPath),
        ].sort();
      lists.set(prefix, found);
      return found;
    },
    problems: [
      ...tags.problems.filter(({ path }) => !isOfRecords(path)),
      ...records.problems.filter(({ path }) => isOfRecords(path)),
    ],
  });
  const ofTags = joined.get(tags) ?? new WeakMap<Snapshot, Snapshot>();
  joined.set(tags, ofTags.set(records, made));
  return made;
}
