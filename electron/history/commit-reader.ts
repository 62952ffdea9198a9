import { type FileState, nothingSaid, readFileState } from '../../shared/domain/history-rules';
import { type LedgerRecord, readLedgerRecord } from '../../shared/domain/ledger-events';
import { BlobStates } from './blob-states';
import { type SideReaders, sourcesOfMerge } from './change-source';
import { appDrafts, type Draft, ledgerDrafts, readMessage, type Told } from './draft';
import type { FilePlace, Layout } from './layout';
import type { LogChange, LogCommit } from './log-parser';
import { ObjectReader } from './object-reader';
import { type ChangeSource, CommitTexts } from './side-commit';
import { TreeDiffs } from './tree-diffs';

/** What has to be fetched for a portion of commits, on its way. */
export type Prepared = Promise<Map<LogCommit, (ChangeSource | null)[]>>;

/** What the files say, remembered from one update to the next. */
export class KnownStates {
  readonly apps = new BlobStates<FileState>(nothingSaid, readFileState);
  readonly records = new BlobStates<LedgerRecord>(readLedgerRecord(''), readLedgerRecord);

  of(place: FilePlace): BlobStates<FileState> | BlobStates<LedgerRecord> {
    return place.ledger ? this.records : this.apps;
  }
}

/** Makes events of commits: reads the blobs on both sides of each change, and who made it where the commit is a merge. */
export class CommitReader {
  readonly #layout: Layout;
  /** Commits are read apart from blobs: a clone may lack these and have all of those. */
  readonly #blobs: ObjectReader;
  readonly #sides: SideReaders;
  readonly #states: KnownStates;
  readonly #places = new Map<string, FilePlace | null>();
  #diffs: TreeDiffs | null = null;
  #lastMessage: { message: string; told: Told } | null = null;

  constructor(gitDir: string, layout: Layout, states: KnownStates, volleys: boolean, signal?: AbortSignal) {
    this.#layout = layout;
    this.#states = states;
    this.#blobs = new ObjectReader(gitDir, volleys, signal);
    this.#sides = {
      commits: new ObjectReader(gitDir, volleys, signal),
      texts: new CommitTexts(gitDir, signal),
      diffs: () => {
        this.#diffs ??= new TreeDiffs(gitDir, layout.folders, signal);
        return this.#diffs;
      },
    };
  }

  close(): void {
    this.#blobs.close();
    this.#sides.commits.close();
    this.#diffs?.close();
  }

  /** Asks for everything that a portion of commits needs. */
  prepare(commits: LogCommit[]): Prepared {
    const sources = new Map<LogCommit, (ChangeSource | null)[]>();
    const waits: Promise<unknown>[] = [];
    for (const commit of commits) {
      for (const change of commit.changes) {
        const place = this.#place(change.path);
        if (!place) continue;
        const states = this.#states.of(place);
        states.ask(change.before, this.#blobs, waits);
        states.ask(change.after, this.#blobs, waits);
      }
      if (commit.parents.length < 2) continue;
      waits.push(
        sourcesOfMerge(commit, this.#sides).then((found) => {
          sources.set(commit, found);
        }),
      );
    }
    const prepared = Promise.all(waits).then(() => sources);
    // It is awaited when its turn comes.
    prepared.catch(() => {});
    return prepared;
  }

  /**
   * The events of one commit, in order; `null` when a blob is missing from the repo (partial clone).
   * `asBase`: only the states that the commit leaves, as no events (where a shallow clone begins).
   */
  async drafts(
    commit: LogCommit,
    sources: (ChangeSource | null)[] | undefined,
    asBase: boolean,
  ): Promise<Draft[] | null> {
    const now = this.draftsNow(commit, sources, asBase);
    if (now !== 'unread') return now;
    // Read for this portion and forgotten since, or missing.
    for (const change of commit.changes) {
      const place = this.#place(change.path);
      if (!place) continue;
      const states = this.#states.of(place);
      if (!(await states.of(change.before, this.#blobs))) return null;
      if (!(await states.of(change.after, this.#blobs))) return null;
    }
    const again = this.draftsNow(commit, sources, asBase);
    return again === 'unread' ? null : again;
  }

  /** Like {@link drafts} without waiting; `unread` when a blob is not in memory. */
  draftsNow(
    commit: LogCommit,
    sources: (ChangeSource | null)[] | undefined,
    asBase: boolean,
  ): Draft[] | 'unread' {
    const drafts: Draft[] = [];
    for (let i = 0; i < commit.changes.length; i += 1) {
      const change = commit.changes[i];
      const place = change && this.#place(change.path);
      if (!place) continue;
      const source = sources?.[i] ?? commit;
      const told = this.#tell(source.message);
      const read = place.ledger
        ? this.#ledgerDrafts(drafts, place, change, source.author, told, asBase)
        : this.#appDrafts(drafts, place, change, source.author, told, asBase);
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
  ): boolean {
    const before = this.#states.apps.known(change.before);
    const after = this.#states.apps.known(change.after);
    if (!before || !after) return false;
    appDrafts(drafts, place, asBase ? null : before, after, author, told);
    return true;
  }

  #ledgerDrafts(
    drafts: Draft[],
    place: FilePlace,
    change: LogChange,
    author: string,
    told: Told,
    asBase: boolean,
  ): boolean {
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
