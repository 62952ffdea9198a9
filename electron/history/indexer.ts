import type { HistoryBeginning } from '../../shared/domain/history';
import { GitError } from '../systems/git/errors';
import { runGit } from '../systems/git/run-git';
import { CommitReader, KnownStates } from './commit-reader';
import type { Draft } from './draft';
import { deploymentWhat, type EventRow, flag, kindByFlags } from './event-row';
import { EventWriter } from './event-writer';
import type { Layout } from './layout';
import { LineLength } from './line-length';
import { hasVolleys, isPartial, shallowCommits, shallowMark } from './local-clone';
import type { LogCommit } from './log-parser';
import { type LogSource, readLog } from './log-stream';
import { ReturnTracker } from './return-tracker';
import { createIndexes, type Database, dropIndexes } from './schema';

/** Rows written together. The first few at once, so that there is something to see. */
const firstRows = 200;
const rowsPerWrite = 1024;
/** Rows per transaction: what a kill costs at most. */
const rowsPerCommit = 8192;
/** When Git is not done after so long, the line is counted for an estimate. */
const countAfterMs = 2500;
/** A change of the line with more events than this is indexed from scratch: it has to be held in memory. */
const maxNewRows = 100_000;

const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export interface IndexProgress {
  done: number;
  total: number | null;
  msLeft: number | null;
}

export interface IndexerOptions {
  gitDir: string;
  layout: Layout;
  database: Database;
  /** A file that may be made for the time of reading. */
  spool: string;
  onProgress: (progress: IndexProgress) => void;
  /** Everything that was indexed went: it is indexed from scratch. */
  onCleared: () => void;
}

/** What an update did. */
export interface Updated {
  /** Events that are new in the index. */
  added: number;
  /** Events that went since the branch was rewritten. */
  removed: number;
}

/**
 * Brings the index up to a tip. What it knows of its own state lies in `meta`: `tip`, `cursor` (the oldest commit that is
 * indexed whole, while older ones are missing), `complete`, and where the history begins.
 */
export class Indexer {
  readonly #options: IndexerOptions;
  readonly #database: Database;
  readonly #writer: EventWriter;
  readonly #states = new KnownStates();
  #added = 0;
  #removed = 0;

  constructor(options: IndexerOptions) {
    this.#options = options;
    this.#database = options.database;
    this.#writer = new EventWriter(options.database);
  }

  get tip(): string | null {
    return this.#meta('tip');
  }

  get complete(): boolean {
    return this.#meta('complete') === '1';
  }

  /** Where the history begins, as far as it is indexed. */
  get beginning(): HistoryBeginning | null {
    const reason = this.complete ? this.#meta('begin') : 'unfinished';
    const oldest = this.#database
      .prepare('select at, hex(oid) as oid from event order by id desc limit 1')
      .all()[0] as { at: number; oid: string } | undefined;
    if (
      !oldest ||
      !(reason === 'root' || reason === 'shallow' || reason === 'partial' || reason === 'unfinished')
    )
      return null;
    return { reason, at: new Date(oldest.at * 1000).toISOString(), commit: oldest.oid.toLowerCase() };
  }

  /**
   * Indexes what is missing up to a tip (a commit id).
   * @throws {GitError} and SQLite's errors; everything written before stays, and the next call goes on from there.
   */
  async update(tip: string, signal?: AbortSignal): Promise<Updated> {
    this.#added = 0;
    this.#removed = 0;
    const reader = new CommitReader(
      this.#options.gitDir,
      this.#options.layout,
      this.#states,
      await hasVolleys(),
      signal,
    );
    try {
      this.#reopenEnd();
      if (this.tip === null || this.tip !== tip) {
        const front = this.tip === null ? 'unknown' : await this.#indexFront(reader, tip, signal);
        if (front === 'unknown') this.#clear(tip);
      }
      if (!this.complete) await this.#indexBack(reader, signal);
    } catch (error) {
      this.#writer.rollback();
      throw error;
    } finally {
      reader.close();
    }
    return { added: this.#added, removed: this.#removed };
  }

  #meta(key: string): string | null {
    const row = this.#database.prepare('select value from meta where key = ?').all(key)[0] as
      | { value: string | null }
      | undefined;
    return row?.value ?? null;
  }

  /** An empty index, with everything to do. */
  #clear(tip: string): void {
    dropIndexes(this.#database);
    this.#database.exec(
      `begin; delete from event; delete from note; delete from meta; insert into word(word) values('delete-all'); commit;`,
    );
    this.#writer.begin();
    this.#writer.setMeta('tip', tip);
    this.#writer.setMeta('complete', '0');
    this.#writer.commit();
    this.#options.onCleared();
  }

  /** A clone that was shallow or partial may have got more history since: then the end of the line is open again. */
  #reopenEnd(): void {
    const begin = this.#meta('begin');
    if (!this.complete || begin === 'root' || begin === null) return;
    const now = begin === 'shallow' ? shallowMark(this.#options.gitDir) : null;
    if (begin === 'shallow' && now === this.#meta('mark')) return;
    this.#writer.begin();
    this.#database.exec(`delete from event where flags & ${flag.base}`);
    this.#writer.setMeta('complete', '0');
    this.#writer.commit();
  }

  /** Commits on top of what is known, down to the first one that is known. */
  async #indexFront(reader: CommitReader, tip: string, signal?: AbortSignal): Promise<'known' | 'unknown'> {
    createIndexes(this.#database);
    const skew = Number(this.#meta('skew') ?? 0);
    const find = this.#database.prepare(
      'select min(id) as id from event indexed by event_eff where eff between ? and ? and oid = ?',
    );
    const known = (commit: LogCommit): number | null =>
      (find.all(commit.at - skew, commit.at, Buffer.from(commit.oid, 'hex'))[0] as { id: number | null }).id;
    const found: { commit: LogCommit; drafts: Draft[] }[] = [];
    let rows = 0;
    let fork: number | null = null;
    for await (const { commits } of readLog(this.#log(tip, signal), () => null)) {
      const fresh: LogCommit[] = [];
      for (const commit of commits) {
        fork = known(commit);
        if (fork !== null) break;
        fresh.push(commit);
      }
      const sources = await reader.prepare(fresh);
      for (const commit of fresh) {
        const drafts = await reader.drafts(commit, sources.get(commit), false);
        if (!drafts) throw missingBlob(commit);
        if (drafts.length) found.push({ commit, drafts });
        rows += drafts.length;
      }
      if (rows > maxNewRows) return 'unknown';
      if (fork !== null) break;
    }
    if (fork === null) return 'unknown';
    await this.#writeFront(fork, found.reverse(), tip);
    return 'known';
  }

  async #writeFront(
    fork: number,
    found: { commit: LogCommit; drafts: Draft[] }[],
    tip: string,
  ): Promise<void> {
    const ranBefore = this.#database.prepare(
      'select distinct c.app, c.id from event e indexed by event_after join cell c on c.id = e.cell where e.after = ? and e.what = 2 and e.id >= ?',
    );
    this.#writer.begin();
    const gone = this.#database.prepare('select count(*) as n from event where id < ?').all(fork)[0] as {
      n: number;
    };
    if (gone.n > 0) this.#writer.removeNewerThan(fork);
    const ran = new Map<string, Set<number>>();
    const rows: EventRow[] = [];
    for (const { commit, drafts } of found) {
      for (const draft of drafts) {
        const row = this.#row(commit, draft, fork - rows.length - 1);
        rows.push(row);
        if (draft.what !== deploymentWhat) continue;
        row.kind = kindByFlags(row.flags, draft.kind);
        // No version is no return to one.
        if (!draft.after) continue;
        const key = `${draft.place.app}\0${draft.after}`;
        let cells = ran.get(key);
        if (!cells) {
          const before = ranBefore.all(draft.after, fork) as { app: string; id: number }[];
          cells = new Set(before.filter(({ app }) => app === draft.place.app).map(({ id }) => id));
          ran.set(key, cells);
        }
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
    await this.#writer.insert(rows, async () => {});
    this.#settleTimes(fork, least, gone.n > 0);
    this.#writer.setMeta('tip', tip);
    this.#writer.commit();
    this.#added += rows.length;
    this.#removed += gone.n;
  }

  /** Puts `eff` right after the newest rows changed, and with it how far the clocks ever went back. */
  #settleTimes(fork: number, least: number, removed: boolean): void {
    const skew = Number(this.#meta('skew') ?? 0);
    let changed = 0;
    if (removed && skew > 0) {
      changed = this.#database
        .prepare(
          `update event set eff = w.eff from (select id, min(at) over (order by id) as eff from event) w
           where w.id = event.id and event.eff <> w.eff`,
        )
        .run().changes;
    } else if (Number.isFinite(least)) {
      changed = this.#database
        .prepare(`update event indexed by event_eff set eff = ? where eff > ? and id >= ?`)
        .run(least, least, fork).changes;
    }
    const since = changed > 0 || removed ? 0 : fork;
    const most = this.#database
      .prepare('select max(at - eff) as n from event where id > ?')
      .all(since)[0] as {
      n: number | null;
    };
    this.#writer.setMeta('skew', String(since === 0 ? (most.n ?? 0) : Math.max(skew, most.n ?? 0)));
  }

  #log(from: string, signal: AbortSignal | undefined): LogSource {
    const { gitDir, layout, spool } = this.#options;
    return { gitDir, from, folders: layout.folders, spool, signal };
  }

  #row(commit: LogCommit, draft: Draft, id: number): EventRow {
    return {
      id,
      oid: commit.oid,
      at: commit.at,
      eff: commit.at,
      cell: this.#writer.cell(draft.place),
      what: draft.what,
      before: draft.before,
      after: draft.after,
      flags: draft.flags,
      kind: draft.kind,
      actor: this.#writer.actor(draft.author),
      subject: draft.subject,
      note: draft.note,
    };
  }

  /** Everything older than what is indexed, newest first, down to where the history begins. */
  async #indexBack(reader: CommitReader, signal?: AbortSignal): Promise<void> {
    const { gitDir } = this.#options;
    // What a power cut spoils meanwhile is noticed by the check after the start, and indexed again.
    this.#database.exec('pragma synchronous=OFF');
    const cursor = this.#meta('cursor');
    const from = cursor ?? this.tip ?? '';
    const began = performance.now();
    const shallow = shallowCommits(gitDir);
    const counting: { line: LineLength | null } = { line: null };
    const tracker = cursor ? this.#trackerFromIndex() : new ReturnTracker();
    const oldest = this.#database.prepare('select id, eff from event order by id desc limit 1').all()[0] as
      | { id: number; eff: number }
      | undefined;
    let nextId = oldest ? oldest.id + 1 : 0;
    let eff = oldest?.eff ?? Number.POSITIVE_INFINITY;
    let skew = Number(this.#meta('skew') ?? 0);
    let done = 0;
    let logTotal: number | null = null;
    let last: LogCommit | null = null;
    let begin: HistoryBeginning['reason'] = shallow.size > 0 ? 'shallow' : 'root';
    let buffer: EventRow[] = [];
    let lastFlushed: string | null = null;

    const take = (commit: LogCommit, drafts: Draft[]) => {
      // Like on the way forward: a commit that changed nothing here has no say in what was so when.
      if (drafts.length === 0) return;
      eff = Math.min(eff, commit.at);
      skew = Math.max(skew, commit.at - eff);
      // Within a commit the later event is the newer one.
      for (let i = drafts.length - 1; i >= 0; i -= 1) {
        const draft = drafts[i];
        if (!draft) continue;
        const row = this.#row(commit, draft, nextId);
        nextId += 1;
        row.eff = eff;
        if (row.what === deploymentWhat) {
          row.kind = kindByFlags(row.flags, draft.kind);
          if (row.after) tracker.older(draft.place.app, row.after, row, row);
        }
        buffer.push(row);
      }
    };
    let pending = 0;
    const write = async () => {
      const rows = buffer;
      buffer = [];
      if (pending === 0) this.#writer.begin();
      await this.#writer.insert(rows, breathe);
      tracker.written();
      pending += rows.length;
    };
    const settle = (cursorNow: string) => {
      if (pending === 0) this.#writer.begin();
      this.#writer.settleKinds(tracker);
      this.#writer.setMeta('cursor', cursorNow);
      this.#writer.setMeta('skew', String(skew));
      this.#writer.commit();
      this.#added += pending;
      pending = 0;
      lastFlushed = cursorNow;
      const spent = performance.now() - began;
      if (logTotal === null && spent > countAfterMs) counting.line ??= new LineLength(gitDir, from, signal);
      const total = logTotal ?? counting.line?.total ?? null;
      const walked = logTotal === null ? last && counting.line?.newerThan(last.at) : done;
      this.#options.onProgress({
        done,
        total,
        msLeft: walked && total ? Math.max(0, Math.round((spent / walked) * (total - walked))) : null,
      });
    };
    const flush = async (cursorNow: string) => {
      if (buffer.length > 0) await write();
      settle(cursorNow);
    };

    try {
      const log = readLog(this.#log(from, signal), (commits) => reader.prepare(commits));
      stop: for await (const { commits, begun, seen, total } of log) {
        const sources = await begun;
        logTotal = total;
        for (const commit of commits) {
          if (commit.oid === cursor) continue;
          const boundary = shallow.has(commit.oid);
          // Nearly always at once: a promise for each of 100,000 commits would cost more than the rest of the loop.
          let drafts: Draft[] | 'unread' | null = reader.draftsNow(commit, sources.get(commit), boundary);
          if (drafts === 'unread') drafts = await reader.drafts(commit, sources.get(commit), boundary);
          if (!drafts) {
            begin = 'partial';
            take(commit, await this.#baseOf(reader, commit));
            last = commit;
            break stop;
          }
          take(commit, drafts);
          last = commit;
          const early = lastFlushed === null && cursor === null;
          if (buffer.length < (early ? firstRows : rowsPerWrite)) continue;
          await write();
          if (early || pending >= rowsPerCommit) settle(commit.oid);
        }
        done = seen;
      }
    } catch (error) {
      // Without its trees a partial clone cannot be walked further than they reach.
      if (!(error instanceof GitError) || error.kind === 'aborted' || !last || !(await isPartial(gitDir)))
        throw error;
      begin = 'partial';
    } finally {
      counting.line?.stop();
    }
    await this.#finish(
      flush,
      buffer.length > 0 || pending > 0 || lastFlushed === null ? (last?.oid ?? from) : null,
      begin,
      cursor,
    );
  }

  async #finish(
    flush: (cursor: string) => Promise<void>,
    cursor: string | null,
    begin: HistoryBeginning['reason'],
    previous: string | null,
  ): Promise<void> {
    if (cursor !== null) await flush(cursor);
    createIndexes(this.#database);
    this.#database.exec('pragma synchronous=NORMAL');
    this.#writer.begin();
    this.#writer.setMeta('complete', '1');
    this.#writer.setMeta('begin', begin);
    this.#writer.setMeta('mark', shallowMark(this.#options.gitDir));
    // A clone that grows goes on below what stays: the commit before the base states.
    if (begin !== 'root') {
      const row = this.#database
        .prepare(
          `select lower(hex(oid)) as oid from event where not flags & ${flag.base} order by id desc limit 1`,
        )
        .all()[0] as { oid: string } | undefined;
      this.#writer.setMeta('cursor', row?.oid ?? previous);
    }
    this.#writer.commit();
  }

  /** The states that a commit's tree holds, where the commits before it cannot be read. */
  async #baseOf(reader: CommitReader, commit: LogCommit): Promise<Draft[]> {
    const { folders } = this.#options.layout;
    const listed = await runGit(['ls-tree', '-r', '-z', '--end-of-options', commit.oid, '--', ...folders], {
      gitDir: this.#options.gitDir,
    }).catch(() => null);
    if (!listed) return [];
    const drafts: Draft[] = [];
    for (const entry of listed.stdout.toString('utf8').split('\0')) {
      const match = /^100\d{3} blob ([0-9a-f]+)\t(.+)$/s.exec(entry);
      if (!match?.[1] || !match[2]) continue;
      const change = { path: match[2], before: null, after: match[1] };
      // Each by itself: what is missing of one must not hide the others.
      const one = await reader.drafts({ ...commit, changes: [change] }, undefined, true);
      if (one) drafts.push(...one);
    }
    return drafts;
  }

  #trackerFromIndex(): ReturnTracker {
    const tracker = new ReturnTracker();
    const rows = this.#database
      .prepare(
        'select e.id, e.cell, e.after, e.flags, e.kind, c.app from event e join cell c on c.id = e.cell where e.what = ? order by e.id',
      )
      .all(deploymentWhat) as (Pick<EventRow, 'id' | 'cell' | 'flags' | 'kind'> & {
      app: string;
      after: string;
    })[];
    for (const row of rows) tracker.older(row.app, row.after, row, null);
    // Whatever these tell of each other was settled when they were written.
    tracker.late();
    return tracker;
  }
}

const missingBlob = (commit: LogCommit): GitError =>
  new GitError('bad-repo', 'cat-file', `A file of commit ${commit.oid} is missing from the local clone.`);
