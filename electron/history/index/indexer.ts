import type { HistoryBeginning } from '../../../shared/domain/history/history-event';
import { hasVolleys, shallowMark } from '../../systems/git/history/local-clone';
import { dropIndexes } from '../store/schema';
import { monthsAt } from './claim-sources';
import { CommitReader, KnownStates } from './commit-reader';
import { flag } from './event-row';
import { EventWriter } from './event-writer';
import { BackIndexing } from './index-back';
import { indexFront } from './index-front';
import { IndexMeta } from './index-meta';
import type { IndexerOptions, IndexWriting } from './index-writing';
import { settleClaims, type Witnesses, withdrawClaims } from './settle-claims';

/** What an update did. */
export interface Updated {
  /** Events that are new in the index. */
  added: number;
  /** Events that went since the branch was rewritten. */
  removed: number;
  /** Rows that tell of another person than before. */
  attributed: number;
}

/** Brings the index up to a tip: what is new on top of what is known, then what is older ({@link IndexMeta}). */
export class Indexer {
  readonly #writing: IndexWriting;
  readonly #states: KnownStates;

  constructor(options: IndexerOptions) {
    const { database } = options;
    this.#states = new KnownStates(options.guard);
    this.#writing = { ...options, writer: new EventWriter(database), meta: new IndexMeta(database) };
  }

  get tip(): string | null {
    return this.#writing.meta.tip;
  }

  get complete(): boolean {
    return this.#writing.meta.complete;
  }

  /** Where the history begins, as far as it is indexed. */
  get beginning(): HistoryBeginning | null {
    return this.#writing.meta.beginning;
  }

  /**
   * Indexes what is missing up to a tip (a commit id), and says who started what bots committed.
   * @throws {GitError} and SQLite's errors; everything written before stays, and the next call goes on from there.
   */
  async update(tip: string, witnesses: Witnesses, signal?: AbortSignal): Promise<Updated> {
    const { writer } = this.#writing;
    const updated: Updated = { added: 0, removed: 0, attributed: 0 };
    const volleys = await hasVolleys();
    const { records } = witnesses;
    // Beside what the log needs: a process more, of which nobody waits for the start.
    let months =
      records && this.#writing.meta.get('records') !== records.commit ? monthsAt(records, signal) : null;
    // It is awaited when its turn comes.
    months?.catch(() => {});
    const reader = new CommitReader({ ...this.#writing, states: this.#states, volleys, signal });
    try {
      this.#reopenEnd();
      if (this.tip === null || this.tip !== tip) {
        const front = this.tip === null ? 'unknown' : await indexFront(this.#writing, reader, tip, signal);
        if (front === 'unknown') this.#clear(tip);
        else Object.assign(updated, front);
      }
      if (!this.complete) {
        const back = new BackIndexing(this.#writing, reader, signal);
        await back.run();
        updated.added += back.added;
      }
      // What was known of them is gone with the rest, where everything was indexed anew.
      if (records && this.#writing.meta.get('records') !== records.commit)
        months ??= monthsAt(records, signal);
      updated.attributed = await settleClaims(this.#writing, witnesses, months, volleys, signal);
    } catch (error) {
      writer.rollback();
      throw error;
    } finally {
      reader.close();
    }
    return updated;
  }

  /** An empty index, with everything to do. */
  #clear(tip: string): void {
    const { database, writer, onCleared } = this.#writing;
    const kept = ['source', 'skipped'].map((key) => [key, this.#writing.meta.get(key)] as const);
    dropIndexes(database);
    database.exec(
      `begin; delete from event; delete from note; delete from move; delete from meta;
       delete from claim; delete from month; delete from descent; delete from attributed; insert into word(word) values('delete-all'); commit;`,
    );
    writer.begin();
    for (const [key, value] of kept) if (value !== null) writer.setMeta(key, value);
    writer.setMeta('tip', tip);
    writer.setMeta('complete', '0');
    writer.setMeta('unjudged', 'all');
    writer.commit();
    onCleared();
  }

  /** A clone that was shallow or partial may have got more history since: then the end of the line is open again. */
  #reopenEnd(): void {
    const { database, gitDir, meta, writer } = this.#writing;
    const begin = meta.get('begin');
    if (!this.complete || begin === 'root' || begin === null) return;
    const now = begin === 'shallow' ? shallowMark(gitDir) : null;
    if (begin === 'shallow' && now === meta.get('mark')) return;
    writer.begin();
    withdrawClaims(this.#writing);
    database.exec(`delete from event where flags & ${flag.base}`);
    writer.setMeta('complete', '0');
    writer.commit();
  }
}
