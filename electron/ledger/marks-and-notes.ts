import type { Mark } from '../../shared/domain/marks/mark';
import type { Note } from '../../shared/domain/notes/note';
import type { Found } from '../../shared/domain/records/record-entry';
import { markFolder, recordPath } from '../../shared/domain/records/record-paths';
import { recordAt, recordsIn } from './entry-of-file';
import type { Snapshot } from './ledger';

/** By app, then version. */
export type Marks = ReadonlyMap<string, ReadonlyMap<string, Found<Mark>>>;

const marks = new WeakMap<Snapshot, Marks>();
const notes = new WeakMap<Snapshot, readonly Found<Note>[]>();

/** Every version that is marked bad everywhere; one whose record can't be read is marked, too. */
export function marksIn(snapshot: Snapshot): Marks {
  const known = marks.get(snapshot);
  if (known) return known;
  const found = new Map<string, Map<string, Found<Mark>>>();
  for (const { fields, found: mark } of recordsIn(snapshot, 'mark', markFolder)) {
    const { app = '', imageTag = '' } = fields;
    const ofApp = found.get(app) ?? new Map<string, Found<Mark>>();
    ofApp.set(imageTag, mark);
    found.set(app, ofApp);
  }
  marks.set(snapshot, found);
  return found;
}

/** Every note, also those that can't be read. */
export function notesIn(snapshot: Snapshot): readonly Found<Note>[] {
  const known = notes.get(snapshot);
  if (known) return known;
  const found = recordsIn(snapshot, 'note', '.signalbox/notes/').map((one) => one.found);
  notes.set(snapshot, found);
  return found;
}

/** One note, by its name; `null`: there is none. */
export const noteOf = (snapshot: Snapshot, note: string): Found<Note> | null =>
  recordAt(snapshot, 'note', recordPath('note', { note }));
