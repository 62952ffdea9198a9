import type { HistoryBeginning } from '../../../shared/domain/history/history-event';
import { GitError } from '../../systems/git/errors';
import { LineLength } from '../../systems/git/history/line-length';
import { isPartial, shallowCommits, shallowMark } from '../../systems/git/history/local-clone';
import type { LogCommit } from '../../systems/git/history/log-parser';
import { readLog } from '../../systems/git/history/log-stream';
import { runGit } from '../../systems/git/run-git';
import { createIndexes } from '../store/schema';
import type { CommitFacts, CommitReader } from './commit-reader';
import type { Draft } from './event-draft';
import { deploymentWhat, type EventRow, flag, kindByFlags } from './event-row';
import { type IndexWriting, logOf, rowOf } from './index-writing';
import { Lineage, type Move } from './lineage';
import { bothPaths, withOlderPaths } from './older-paths';
import { ReturnTracker } from './return-tracker';
import { settleReturns } from './settle-returns';

/** Rows written together. The first few at once, so that there is something to see. */
const firstRows = 200;
const rowsPerWrite = 1024;
/** Rows per transaction: what a kill costs at most. */
const rowsPerCommit = 8192;
/** When Git is not done after so long, the line is counted for an estimate. */
const countAfterMs = 2500;
/** Times that all files moved, which are followed: for each the log is begun again. */
const mostOlderPaths = 100;

const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Indexes everything older than what is indexed, newest first, down to where the history begins. */
export class BackIndexing {
  readonly #writing: IndexWriting;
  readonly #reader: CommitReader;
  readonly #signal: AbortSignal | undefined;
  readonly #began = performance.now();
  readonly #shallow: ReadonlySet<string>;
  readonly #lineage: Lineage;
  readonly #tracker: ReturnTracker;
  /** Where it begins: the commit that was the last one indexed before, or the tip. */
  readonly #cursor: string | null;
  readonly #from: string;
  #line: LineLength | null = null;
  #nextId: number;
  #eff: number;
  #skew: number;
  #buffer: EventRow[] = [];
  #moves: Move[] = [];
  #pending = 0;
  #lastFlushed: string | null = null;
  #last: LogCommit | null = null;
  #done = 0;
  #logTotal: number | null = null;
  /** Events written and committed. */
  added = 0;

  constructor(writing: IndexWriting, reader: CommitReader, signal?: AbortSignal) {
    const { database, meta } = writing;
    this.#writing = writing;
    this.#reader = reader;
    this.#signal = signal;
    this.#shallow = shallowCommits(writing.gitDir);
    this.#lineage = Lineage.of(database);
    this.#cursor = meta.get('cursor');
    this.#from = this.#cursor ?? meta.tip ?? '';
    this.#tracker = this.#cursor ? this.#trackerFromIndex() : new ReturnTracker();
    const oldest = database.prepare('select id, eff from event order by id desc limit 1').all()[0] as
      | { id: number; eff: number }
      | undefined;
    this.#nextId = oldest ? oldest.id + 1 : 0;
    this.#eff = oldest?.eff ?? Number.POSITIVE_INFINITY;
    this.#skew = meta.skew;
  }

  /** @throws {GitError} and SQLite's errors; what is committed stays. */
  async run(): Promise<void> {
    const { database, layout, meta, gitDir } = this.#writing;
    // What a power cut spoils meanwhile is noticed by the check after the start, and indexed again.
    database.exec('pragma synchronous=OFF');
    this.#reader.setLayout(withOlderPaths(layout, meta.older));
    let begin: HistoryBeginning['reason'] = this.#shallow.size > 0 ? 'shallow' : 'root';
    try {
      let from: string | null = this.#from;
      let skip = this.#cursor;
      while (from !== null) {
        const end: 'partial' | 'moved' | 'end' = await this.#walk(from, skip);
        if (end === 'partial') begin = 'partial';
        from = end === 'moved' ? (this.#last?.oid ?? null) : null;
        skip = from;
      }
    } catch (error) {
      // Without its trees a partial clone cannot be walked further than they reach.
      if (
        !(error instanceof GitError) ||
        error.kind === 'aborted' ||
        !this.#last ||
        !(await isPartial(gitDir))
      )
        throw error;
      begin = 'partial';
    } finally {
      this.#line?.stop();
    }
    await this.#finish(begin);
  }

  /** Walks the line down from a commit. `moved`: the last commit says that older files lie elsewhere. */
  async #walk(from: string, skip: string | null): Promise<'partial' | 'moved' | 'end'> {
    const before = this.#done;
    const log = readLog(logOf(this.#writing, this.#reader, from, this.#signal), (commits) =>
      this.#reader.prepare(commits),
    );
    for await (const { commits, begun, seen, total } of log) {
      const facts = await begun;
      this.#logTotal = total === null ? null : before + total;
      for (const commit of commits) {
        if (commit.oid === skip) continue;
        const known = facts.get(commit);
        const boundary = this.#shallow.has(commit.oid);
        // Nearly always at once: a promise for each of 100,000 commits would cost more than the rest of the loop.
        let drafts: Draft[] | 'unread' | null = this.#reader.draftsNow(commit, known, boundary);
        if (drafts === 'unread') drafts = await this.#reader.drafts(commit, known, boundary);
        this.#last = commit;
        if (!drafts) {
          this.#take(commit, await this.#baseOf(commit));
          return 'partial';
        }
        this.#take(commit, drafts);
        if (known?.moves?.older && (await this.#followElsewhere(commit, known))) {
          this.#done = before + seen;
          return 'moved';
        }
        const early = this.#lastFlushed === null && this.#cursor === null;
        if (this.#buffer.length < (early ? firstRows : rowsPerWrite)) continue;
        await this.#write();
        if (early || this.#pending >= rowsPerCommit) this.#settle(commit.oid);
      }
      this.#done = before + seen;
    }
    return 'end';
  }

  /** Older files lie elsewhere, too: that is noted with the commit that moved them. */
  async #followElsewhere(commit: LogCommit, { moves }: CommitFacts): Promise<boolean> {
    const { layout, meta, writer } = this.#writing;
    const known = meta.older;
    if (!moves?.older || known.templates.length + known.folders.length >= mostOlderPaths) return false;
    const older = bothPaths(known, moves.older);
    if (this.#buffer.length > 0) await this.#write();
    if (this.#pending === 0) writer.begin();
    writer.setMeta('older', JSON.stringify(older));
    // The newest such commit: without it nothing of this counts.
    if (meta.get('olderFrom') === null) writer.setMeta('olderFrom', String(this.#nextId - 1));
    this.#settle(commit.oid, true);
    this.#reader.setLayout(withOlderPaths(layout, older));
    return true;
  }

  #take(commit: LogCommit, drafts: readonly Draft[]): void {
    // Like on the way forward: a commit that changed nothing here has no say in what was so when.
    if (drafts.length === 0) return;
    const { writer } = this.#writing;
    this.#eff = Math.min(this.#eff, commit.at);
    this.#skew = Math.max(this.#skew, commit.at - this.#eff);
    const moves: Omit<Move, 'id'>[] = [];
    // Within a commit the later event is the newer one.
    for (let i = drafts.length - 1; i >= 0; i -= 1) {
      const draft = drafts[i];
      if (!draft) continue;
      const row = rowOf(writer, commit, draft, this.#nextId);
      this.#nextId += 1;
      row.eff = this.#eff;
      if (draft.source) moves.push({ cell: row.cell, source: writer.cell(draft.source) });
      if (row.what === deploymentWhat) {
        row.kind = kindByFlags(row.flags, draft.kind);
        if (row.after) this.#track(this.#tracker, row, row.after, draft.place.app, row);
      }
      this.#buffer.push(row);
    }
    for (const move of moves) {
      const whole = { ...move, id: this.#nextId - 1 };
      this.#lineage.add(whole);
      this.#moves.push(whole);
    }
  }

  /** A deployment tells newer ones that their version ran before, wherever its file was when they were made. */
  #track(
    tracker: ReturnTracker,
    one: Pick<EventRow, 'id' | 'cell' | 'flags' | 'kind'>,
    version: string,
    app: string,
    row: EventRow | null,
  ): void {
    if (this.#lineage.isEmpty) {
      tracker.older(app, version, one, row);
      return;
    }
    for (const place of this.#lineage.places(one.cell, one.id))
      tracker.ranAs(this.#writing.writer.appOf(place.cell), version, place);
    tracker.begin(app, version, one, row);
  }

  async #write(): Promise<void> {
    const { writer } = this.#writing;
    const rows = this.#buffer;
    this.#buffer = [];
    if (this.#pending === 0) writer.begin();
    await writer.insert(rows, breathe);
    for (const move of this.#moves.splice(0)) writer.setMove(move);
    this.#tracker.written();
    this.#pending += rows.length;
  }

  /** Ends the transaction, and tells how far it is. @param open whether one is open, for whatever reason. */
  #settle(cursor: string, open = this.#pending > 0): void {
    const { gitDir, writer, onProgress } = this.#writing;
    if (!open) writer.begin();
    writer.settleKinds(this.#tracker.late());
    writer.setMeta('cursor', cursor);
    writer.setMeta('skew', String(this.#skew));
    writer.commit();
    this.added += this.#pending;
    this.#pending = 0;
    this.#lastFlushed = cursor;
    const spent = performance.now() - this.#began;
    if (this.#logTotal === null && spent > countAfterMs)
      this.#line ??= new LineLength(gitDir, this.#from, this.#signal);
    const total = this.#logTotal ?? this.#line?.total ?? null;
    const walked = this.#logTotal === null ? this.#last && this.#line?.newerThan(this.#last.at) : this.#done;
    onProgress({
      done: this.#done,
      total,
      msLeft: walked && total ? Math.max(0, Math.round((spent / walked) * (total - walked))) : null,
    });
  }

  async #finish(begin: HistoryBeginning['reason']): Promise<void> {
    const { database, gitDir, writer } = this.#writing;
    if (this.#buffer.length > 0) await this.#write();
    if (this.#pending > 0 || this.#lastFlushed === null) this.#settle(this.#last?.oid ?? this.#from);
    createIndexes(database);
    database.exec('pragma synchronous=NORMAL');
    writer.begin();
    settleReturns(this.#writing, null);
    writer.setMeta('complete', '1');
    writer.setMeta('begin', begin);
    writer.setMeta('mark', shallowMark(gitDir));
    // A clone that grows goes on below what stays: the commit before the base states.
    if (begin !== 'root') {
      const row = database
        .prepare(
          `select lower(hex(oid)) as oid from event where not flags & ${flag.base} order by id desc limit 1`,
        )
        .all()[0] as { oid: string } | undefined;
      writer.setMeta('cursor', row?.oid ?? this.#cursor);
    }
    writer.commit();
  }

  /** The states that a commit's tree holds, where the commits before it cannot be read. */
  async #baseOf(commit: LogCommit): Promise<Draft[]> {
    const { folders } = this.#reader.layout;
    const listed = await runGit(['ls-tree', '-r', '-z', '--end-of-options', commit.oid, '--', ...folders], {
      gitDir: this.#writing.gitDir,
      // A commit whose tree is not here either: the history begins without its states.
    }).catch(() => null);
    if (!listed) return [];
    const drafts: Draft[] = [];
    for (const entry of listed.stdout.toString('utf8').split('\0')) {
      const match = /^100\d{3} blob ([0-9a-f]+)\t(.+)$/s.exec(entry);
      if (!match?.[1] || !match[2]) continue;
      const change = { path: match[2], before: null, after: match[1] };
      // Each by itself: what is missing of one must not hide the others.
      const one = await this.#reader.drafts({ ...commit, changes: [change] }, undefined, true);
      if (one) drafts.push(...one);
    }
    return drafts;
  }

  #trackerFromIndex(): ReturnTracker {
    const tracker = new ReturnTracker();
    const rows = this.#writing.database
      .prepare(
        'select e.id, e.cell, e.after, e.flags, e.kind, c.app from event e join cell c on c.id = e.cell where e.what = ? order by e.id',
      )
      .all(deploymentWhat) as (Pick<EventRow, 'id' | 'cell' | 'flags' | 'kind'> & {
      app: string;
      after: string;
    })[];
    for (const row of rows) this.#track(tracker, row, row.after, row.app, null);
    // Whatever these tell of each other was settled when they were written.
    tracker.late();
    return tracker;
  }
}
