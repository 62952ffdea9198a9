import type { LogCommit } from '../../systems/git/history/log-parser';
import type { LogSource } from '../../systems/git/history/log-stream';
import type { Database } from '../../systems/sqlite/database';
import type { CommitReader } from './commit-reader';
import type { Draft } from './event-draft';
import type { EventRow } from './event-row';
import type { EventWriter } from './event-writer';
import type { IndexMeta } from './index-meta';
import type { RecordMoves } from './moved-records';
import type { Layout } from './path-matcher';
import type { ReadGuard } from './read-guard';

export interface IndexProgress {
  done: number;
  total: number | null;
  msLeft: number | null;
}

export interface IndexerOptions {
  gitDir: string;
  /** The estate's template of paths, and the layout that it is. */
  template: string;
  layout: Layout;
  recordMoves: RecordMoves | null;
  database: Database;
  /** A file that may be made for the time of reading. */
  spool: string;
  guard: ReadGuard;
  onProgress: (progress: IndexProgress) => void;
  /** Everything that was indexed went: it is indexed from scratch. */
  onCleared: () => void;
}

/** What both ways of indexing write with. */
export interface IndexWriting extends IndexerOptions {
  writer: EventWriter;
  meta: IndexMeta;
}

/** The log from a commit on, of the folders that a reader reads. */
export const logOf = (
  { gitDir, spool }: IndexWriting,
  reader: CommitReader,
  from: string,
  signal: AbortSignal | undefined,
): LogSource => ({ gitDir, from, folders: reader.layout.folders, spool, signal });

/** A draft with its place in the index. */
export const rowOf = (writer: EventWriter, commit: LogCommit, draft: Draft, id: number): EventRow => ({
  id,
  oid: commit.oid,
  at: commit.at,
  eff: commit.at,
  cell: writer.cell(draft.place),
  what: draft.what,
  before: draft.before,
  after: draft.after,
  flags: draft.flags,
  kind: draft.kind,
  actor: writer.actor(draft.author),
  subject: draft.subject,
  note: draft.note,
});
