import { GitError } from '../../systems/git/errors';
import type { LogCommit } from '../../systems/git/history/log-parser';
import { readLog } from '../../systems/git/history/log-stream';
import { createIndexes } from '../store/schema';
import type { CommitReader } from './commit-reader';
import type { Draft } from './event-draft';
import { deploymentWhat, type EventRow, flag, kindByFlags } from './event-row';
import { type IndexWriting, logOf, rowOf } from './index-writing';
import { Lineage } from './lineage';
import { settleReturns } from './settle-returns';

/** A change of the line with more events than this is indexed from scratch: it has to be held in memory. */
const maxNewRows = 100_000;

interface Found {
  commit: LogCommit;
  drafts: Draft[];
}

/** Events that came and that went; `unknown`: the new line has nothing in common with what is indexed, or cannot go on from it. */
export type FrontUpdate = { added: number; removed: number } | 'unknown';

/** Commits on top of what is known, down to the first one that is known. @throws {GitError} and SQLite's errors. */
export async function indexFront(
  writing: IndexWriting,
  reader: CommitReader,
  tip: string,
  signal?: AbortSignal,
): Promise<FrontUpdate> {
  const { database, meta } = writing;
  createIndexes(database);
  const { skew } = meta;
  const find = database.prepare(
    'select min(id) as id from event indexed by event_eff where eff between ? and ? and oid = ?',
  );
  const known = (commit: LogCommit): number | null =>
    (find.all(commit.at - skew, commit.at, Buffer.from(commit.oid, 'hex'))[0] as { id: number | null }).id;
  const found: Found[] = [];
  let rows = 0;
  let fork: number | null = null;
  for await (const { commits } of readLog(logOf(writing, reader, tip, signal), () => null)) {
    const fresh: LogCommit[] = [];
    for (const commit of commits) {
      fork = known(commit);
      if (fork !== null) break;
      fresh.push(commit);
    }
    const facts = await reader.prepare(fresh);
    for (const commit of fresh) {
      // What is older lies elsewhere, and is not indexed yet.
      if (facts.get(commit)?.moves?.older) return 'unknown';
      const drafts = await reader.drafts(commit, facts.get(commit), false);
      if (!drafts) throw missingBlob(commit);
      if (drafts.length) found.push({ commit, drafts });
      rows += drafts.length;
    }
    if (rows > maxNewRows) return 'unknown';
    if (fork !== null) break;
  }
  // Where the commit went that says where older files lay, what is known of these counts no longer.
  if (fork === null || fork > Number(meta.get('olderFrom') ?? Number.POSITIVE_INFINITY)) return 'unknown';
  return writeFront(writing, fork, found.reverse(), tip);
}

async function writeFront(
  writing: IndexWriting,
  fork: number,
  found: readonly Found[],
  tip: string,
): Promise<FrontUpdate> {
  const { database, meta, writer } = writing;
  writer.begin();
  const gone = database.prepare('select count(*) as n from event where id < ?').all(fork)[0] as { n: number };
  if (gone.n > 0) writer.removeNewerThan(fork);
  const past = new Past(writing, fork);
  const rows: EventRow[] = [];
  for (const { commit, drafts } of found) {
    const id = fork - rows.length - 1;
    for (const { place, source } of drafts)
      if (source) past.moved({ id, cell: writer.cell(place), source: writer.cell(source) }, rows);
    for (const draft of drafts) {
      const row = rowOf(writer, commit, draft, fork - rows.length - 1);
      rows.push(row);
      if (draft.what !== deploymentWhat) continue;
      row.kind = kindByFlags(row.flags, draft.kind);
      // No version is no return to one.
      if (!draft.after) continue;
      const cells = past.cellsOf(draft.place.app, draft.after);
      if (cells.has(row.cell)) row.flags |= flag.returns;
      if (cells.size > (cells.has(row.cell) ? 1 : 0)) row.flags |= flag.ranElsewhere;
      row.kind = kindByFlags(row.flags, draft.kind);
      cells.add(row.cell);
    }
  }
  rows.reverse();
  let least = Number.POSITIVE_INFINITY;
  for (const row of rows) {
    least = Math.min(least, row.at);
    row.eff = least;
  }
  await writer.insert(rows, async () => {});
  if (meta.complete) settleReturns(writing, fork);
  settleTimes(writing, fork, least, gone.n > 0);
  // Who started what is new is looked at afterwards, even if a kill comes in between.
  const unjudged = meta.get('unjudged');
  if (unjudged !== 'all') writer.setMeta('unjudged', String(Math.max(fork, Number(unjudged ?? fork))));
  writer.setMeta('tip', tip);
  writer.commit();
  return { added: rows.length, removed: gone.n };
}

/** In which cells a version of an app ran before. */
class Past {
  readonly #writing: IndexWriting;
  readonly #fork: number;
  readonly #lineage: Lineage;
  readonly #known = new Map<string, Set<number>>();
  /** Rows that are not stored yet, where something moved among them. */
  #fresh: readonly EventRow[] = [];

  constructor(writing: IndexWriting, fork: number) {
    this.#writing = writing;
    this.#fork = fork;
    this.#lineage = Lineage.of(writing.database);
  }

  moved(move: { id: number; cell: number; source: number }, rows: readonly EventRow[]): void {
    this.#lineage.add(move);
    this.#writing.writer.setMove(move);
    this.#known.clear();
    this.#fresh = rows;
  }

  cellsOf(app: string, version: string): Set<number> {
    const key = `${app}\0${version}`;
    let cells = this.#known.get(key);
    if (!cells) {
      const { database, writer } = this.#writing;
      const stored = database
        .prepare(
          `select ${this.#lineage.isEmpty ? 'distinct cell, 0 as id' : 'cell, id'} from event indexed by event_after where after = ? and what = 2 and id >= ?`,
        )
        .all(version, this.#fork) as { cell: number; id: number }[];
      // The row that is asked for is among the fresh ones, as the last.
      const fresh = this.#fresh
        .slice(0, -1)
        .filter((row) => row.what === deploymentWhat && row.after === version);
      cells = new Set(
        [...stored, ...fresh]
          .map(({ cell, id }) => (this.#lineage.isEmpty ? cell : this.#lineage.canonical(cell, id)))
          .filter((cell) => writer.appOf(cell) === app),
      );
      this.#known.set(key, cells);
    }
    return cells;
  }
}

/** Puts `eff` right after the newest rows changed, and with it how far the clocks ever went back. */
function settleTimes(
  { database, meta, writer }: IndexWriting,
  fork: number,
  least: number,
  removed: boolean,
): void {
  const { skew } = meta;
  let changed = 0;
  if (removed && skew > 0) {
    changed = database
      .prepare(
        `update event set eff = w.eff from (select id, min(at) over (order by id) as eff from event) w
         where w.id = event.id and event.eff <> w.eff`,
      )
      .run().changes;
  } else if (Number.isFinite(least)) {
    changed = database
      .prepare(`update event indexed by event_eff set eff = ? where eff > ? and id >= ?`)
      .run(least, least, fork).changes;
  }
  const since = changed > 0 || removed ? 0 : fork;
  const most = database.prepare('select max(at - eff) as n from event where id > ?').all(since)[0] as {
    n: number | null;
  };
  writer.setMeta('skew', String(since === 0 ? (most.n ?? 0) : Math.max(skew, most.n ?? 0)));
}

const missingBlob = (commit: LogCommit): GitError =>
  new GitError('bad-repo', 'cat-file', `A file of commit ${commit.oid} is missing from the local clone.`);
