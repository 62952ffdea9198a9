import { type FileState, nothingSaid, readFileState } from '../../../shared/domain/history/history-rules';
import { type LedgerRecord, readLedgerRecord } from '../../../shared/domain/ledger/ledger-events';
import type { LogChange, LogCommit } from '../../systems/git/history/log-parser';
import { ObjectReader } from '../../systems/git/history/object-reader';
import { TreeDiffs } from '../../systems/git/history/tree-diffs';
import { BlobStates } from './blob-states';
import { type SideReaders, sourcesOfMerge } from './change-source';
import {
  appDrafts,
  type Draft,
  ledgerDrafts,
  movedDrafts,
  movedRecordDraft,
  readMessage,
  type Told,
} from './event-draft';
import { type CommitMoves, MoveFinder } from './move-finder';
import type { RecordMoves } from './moved-records';
import type { FilePlace, Layout } from './path-matcher';
import type { ReadGuard } from './read-guard';
import { type ChangeSource, CommitTexts } from './side-commit';

/** What a commit does not tell by itself. */
export interface CommitFacts {
  /** Who made each change of a merge; `null`: the merge itself. */
  sources?: (ChangeSource | null)[];
  moves?: CommitMoves;
}

/** What has to be fetched for a portion of commits, on its way; commits that tell everything by themselves are left out. */
export type Prepared = Promise<ReadonlyMap<LogCommit, CommitFacts>>;

/** What the files say, remembered from one update to the next. */
export class KnownStates {
  readonly apps: BlobStates<FileState>;
  readonly records: BlobStates<LedgerRecord>;
  readonly guard: ReadGuard;

  constructor(guard: ReadGuard) {
    this.guard = guard;
    this.apps = new BlobStates(nothingSaid, readFileState, guard);
    this.records = new BlobStates(readLedgerRecord(''), readLedgerRecord, guard);
  }

  of(place: FilePlace): BlobStates<FileState> | BlobStates<LedgerRecord> {
    return place.ledger ? this.records : this.apps;
  }
}

export interface CommitReaderParts {
  gitDir: string;
  /** The estate's, of which `layout` was made. */
  template: string;
  layout: Layout;
  states: KnownStates;
  /** `null`: no record ever moved to or from this line. */
  recordMoves: RecordMoves | null;
  volleys: boolean;
  signal?: AbortSignal | undefined;
}

/** Makes events of commits: reads the blobs on both sides of each change, and who made it where the commit is a merge. */
export class CommitReader {
  #layout: Layout;
  readonly #moves: MoveFinder;
  /** Commits are read apart from blobs: a clone may lack these and have all of those. */
  readonly #blobs: ObjectReader;
  readonly #sides: SideReaders;
  readonly #states: KnownStates;
  readonly #recordMoves: RecordMoves | null;
  readonly #places = new Map<string, FilePlace | null>();
  #diffs: TreeDiffs | null = null;
  #lastMessage: { message: string; told: Told } | null = null;

  constructor({ gitDir, template, layout, states, recordMoves, volleys, signal }: CommitReaderParts) {
    this.#layout = layout;
    this.#states = states;
    this.#recordMoves = recordMoves;
    this.#moves = new MoveFinder(gitDir, template, signal);
    this.#blobs = new ObjectReader(gitDir, volleys, signal);
    this.#sides = {
      commits: new ObjectReader(gitDir, volleys, signal),
      texts: new CommitTexts(gitDir, signal),
      diffs: () => {
        this.#diffs ??= new TreeDiffs(gitDir, this.#layout.folders, 'changed', signal);
        return this.#diffs;
      },
    };
  }

  close(): void {
    this.#blobs.close();
    this.#sides.commits.close();
    this.#diffs?.close();
    this.#moves.close();
  }

  get layout(): Layout {
    return this.#layout;
  }

  /** From here on files lie elsewhere, too. Nothing may be on its way. */
  setLayout(layout: Layout): void {
    this.#layout = layout;
    this.#places.clear();
    this.#diffs?.close();
    this.#diffs = null;
  }

  /** Asks for everything that a portion of commits needs. */
  prepare(commits: LogCommit[]): Prepared {
    const facts = new Map<LogCommit, CommitFacts>();
    const waits: Promise<unknown>[] = [];
    const factsOf = (commit: LogCommit): CommitFacts => {
      const known = facts.get(commit) ?? {};
      facts.set(commit, known);
      return known;
    };
    for (const commit of commits) {
      for (const { path, before, after } of commit.changes) {
        this.#ask(path, before, after, waits);
        this.#states.guard.meet(after, path, commit.oid);
      }
      if (MoveFinder.mayMove(commit, this.#layout))
        waits.push(
          this.#moves.find(commit, this.#layout).then((moves) => {
            if (!moves) return;
            factsOf(commit).moves = moves;
            const more: Promise<unknown>[] = [];
            for (const { from, to } of moves.byPath.values()) this.#ask(to.path, from.blob, null, more);
            return Promise.all(more);
          }),
        );
      const moved = this.#recordMoves?.prepare(commit);
      if (moved) waits.push(moved);
      if (commit.parents.length > 1)
        waits.push(
          sourcesOfMerge(commit, this.#sides).then((sources) => {
            factsOf(commit).sources = sources;
          }),
        );
    }
    const prepared = Promise.all(waits).then(() => facts);
    // It is awaited when its turn comes.
    prepared.catch(() => {});
    return prepared;
  }

  #ask(path: string, before: string | null, after: string | null, waits: Promise<unknown>[]): void {
    const place = this.#place(path);
    if (!place) return;
    const states = this.#states.of(place);
    states.ask(before, this.#blobs, waits);
    states.ask(after, this.#blobs, waits);
  }

  /**
   * The events of one commit, in order; `null` when a blob is missing from the repo (partial clone).
   * `asBase`: only the states that the commit leaves, as no events (where a shallow clone begins).
   */
  async drafts(commit: LogCommit, facts: CommitFacts | undefined, asBase: boolean): Promise<Draft[] | null> {
    const now = this.draftsNow(commit, facts, asBase);
    if (now !== 'unread') return now;
    // Read for this portion and forgotten since, or missing.
    for (const { path, before, after } of commit.changes) {
      const place = this.#place(path);
      if (!place) continue;
      const states = this.#states.of(place);
      const moved = facts?.moves?.byPath.get(path)?.from.blob ?? before;
      if (!(await states.of(moved, this.#blobs))) return null;
      if (!(await states.of(after, this.#blobs))) return null;
    }
    const again = this.draftsNow(commit, facts, asBase);
    return again === 'unread' ? null : again;
  }

  /** Like {@link drafts} without waiting; `unread` when a blob is not in memory. */
  draftsNow(commit: LogCommit, facts: CommitFacts | undefined, asBase: boolean): Draft[] | 'unread' {
    const drafts: Draft[] = [];
    for (let i = 0; i < commit.changes.length; i += 1) {
      const change = commit.changes[i];
      const place = change && this.#place(change.path);
      if (!place) continue;
      const source = facts?.sources?.[i] ?? commit;
      const told = this.#tell(source.message);
      const moves = asBase ? undefined : facts?.moves;
      // It is told where the file is now.
      if (moves?.sources.has(change.path)) continue;
      const read = place.ledger
        ? this.#ledgerDrafts(drafts, place, change, source, told, asBase)
        : this.#appDrafts(drafts, place, change, source.author, told, asBase, moves);
      if (!read) return 'unread';
    }
    return drafts;
  }

  #appDrafts(
    drafts: Draft[],
    place: FilePlace,
    change: LogChange,
    author: string,
    told: Told,
    asBase: boolean,
    moves: CommitMoves | undefined,
  ): boolean {
    const move = moves?.byPath.get(change.path);
    const before = this.#states.apps.known(move?.from.blob ?? change.before);
    const after = this.#states.apps.known(change.after);
    if (!before || !after) return false;
    if (move) {
      const { app, environment, path } = move.from;
      const from = { app, environment, path: '', ledger: null };
      const places = { from, fromPath: path, to: place, toPath: change.path };
      movedDrafts(drafts, places, before, after, author, told);
    } else
      appDrafts(drafts, place, asBase ? null : before, after, author, told, moves?.open.get(change.path));
    return true;
  }

  #ledgerDrafts(
    drafts: Draft[],
    place: FilePlace,
    change: LogChange,
    { author, message }: Pick<ChangeSource, 'author' | 'message'>,
    told: Told,
    asBase: boolean,
  ): boolean {
    const moved = asBase ? 'event' : (this.#recordMoves?.of(message, change) ?? 'event');
    if (moved === 'state') drafts.push(movedRecordDraft(place, author, told));
    if (moved !== 'event') return true;
    const before = this.#states.records.known(change.before);
    const after = this.#states.records.known(change.after);
    if (!before || !after) return false;
    const there = <T>(id: string | null, record: T): T | null => (id === null ? null : record);
    ledgerDrafts(
      drafts,
      place,
      there(change.before, before),
      there(change.after, after),
      author,
      told,
      asBase,
    );
    return true;
  }

  #place(path: string): FilePlace | null {
    let place = this.#places.get(path);
    if (place === undefined) {
      if (this.#places.size > 50_000) this.#places.clear();
      place = this.#layout.match(path);
      this.#places.set(path, place);
    }
    return place;
  }

  #tell(message: string): Told {
    if (this.#lastMessage?.message === message) return this.#lastMessage.told;
    const told = readMessage(message);
    this.#lastMessage = { message, told };
    return told;
  }
}
