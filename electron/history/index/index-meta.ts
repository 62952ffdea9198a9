import type { HistoryBeginning } from '../../../shared/domain/history/history-event';
import type { Database } from '../../systems/sqlite/database';
import { isoTime } from '../query/event-select';
import { noOlderPaths, type OlderPaths } from './older-paths';

/**
 * What the index knows of its own state: `tip`, `cursor` (the oldest commit that is indexed whole, while older ones are
 * missing), `complete`, `begin` and `mark` (where the history begins, and why there), `skew` (how far the clocks ever went
 * back), `older` (where image-tag files lay before they were moved),
 * `records` (the commit at which records of operations were read last) and `unjudged` (`all`, or the id below which rows
 * are new, of which it is not yet said who started them),
 * `skipped` (blobs that ended a worker) and `leftOut` (what is missing for that). Written by the event writer, in its transactions.
 */
export class IndexMeta {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  get(key: string): string | null {
    const row = this.#database.prepare('select value from meta where key = ?').all(key)[0] as
      | { value: string | null }
      | undefined;
    return row?.value ?? null;
  }

  get tip(): string | null {
    return this.get('tip');
  }

  get complete(): boolean {
    return this.get('complete') === '1';
  }

  /** Seconds. */
  get skew(): number {
    return Number(this.get('skew') ?? 0);
  }

  get older(): OlderPaths {
    const text = this.get('older');
    return text === null ? noOlderPaths : (JSON.parse(text) as OlderPaths);
  }

  /** Where the history begins, as far as it is indexed. */
  get beginning(): HistoryBeginning | null {
    const reason = this.complete ? this.get('begin') : 'unfinished';
    const oldest = this.#database
      .prepare('select at, hex(oid) as oid from event order by id desc limit 1')
      .all()[0] as { at: number; oid: string } | undefined;
    if (
      !oldest ||
      !(reason === 'root' || reason === 'shallow' || reason === 'partial' || reason === 'unfinished')
    )
      return null;
    return { reason, at: isoTime(oldest.at), commit: oldest.oid.toLowerCase() };
  }
}
