import type { LineView } from './line-view';

/** Two lines, mostly that of the image tags and that of records that lie apart. Both are indexed to where they begin. */
export interface BothLines {
  tags: LineView;
  records: LineView;
}

/** Above every id. */
const none = Number.MAX_SAFE_INTEGER;

/**
 * How two lines run side by side. Each is in its own order, and both are merged by `eff` (the least time from a row on to
 * its tip), which only falls with age whatever the clocks said; of the same second, what records say is older: a lock is
 * taken before what it is taken for, and within one commit records come first, too. Ids are those of the tables.
 */
export class Interleaving {
  /** Ids of rows of records, newest first. */
  readonly #ids: readonly number[];
  /** The id of the newest row of image tags that is older; it only grows. */
  readonly #bounds: readonly number[];

  private constructor(ids: readonly number[], bounds: readonly number[]) {
    this.#ids = ids;
    this.#bounds = bounds;
  }

  static readonly #known = new WeakMap<object, WeakMap<object, Interleaving>>();

  /** Remembered until either index changes. */
  static of({ tags, records }: BothLines): Interleaving {
    const beside = Interleaving.#known.get(tags.facts) ?? new WeakMap<object, Interleaving>();
    Interleaving.#known.set(tags.facts, beside);
    const of = beside.get(records.facts) ?? Interleaving.#read(tags, records);
    beside.set(records.facts, of);
    return of;
  }

  static #read(tags: LineView, records: LineView): Interleaving {
    const [rows] = records.statements.all<{ ids: string; effs: string }>(
      'select json_group_array(id) as ids, json_group_array(eff) as effs from (select id, eff from event not indexed order by id)',
    );
    const effs = JSON.parse(rows?.effs ?? '[]') as number[];
    const [found] = tags.statements.all<{ pairs: string }>(
      `select json_group_array(json_array(value, id)) as pairs from (select value,
         (select min(id) from event indexed by event_eff where eff = (select max(eff) from event indexed by event_eff where eff < value)) as id
       from json_each(?))`,
      JSON.stringify([...new Set(effs)]),
    );
    const bounds = new Map(JSON.parse(found?.pairs ?? '[]') as [number, number | null][]);
    return new Interleaving(
      JSON.parse(rows?.ids ?? '[]') as number[],
      effs.map((eff) => bounds.get(eff) ?? none),
    );
  }

  /** Whether a row of image tags is newer than one of records. */
  isNewer(tag: number, record: number): boolean {
    return tag < this.tagsBehind(record);
  }

  /** The newest row of image tags that is older than a row of records. Where that row went: than what is older there. */
  tagsBehind(record: number): number {
    return this.#bounds[firstAt(this.#ids, record)] ?? none;
  }

  /** The newest row of records that is older than a row of image tags. */
  recordsBehind(tag: number): number {
    return this.#ids[firstAt(this.#bounds, tag + 1)] ?? none;
  }
}

/** The first place of a list that grows whose number is at least this. */
function firstAt(list: readonly number[], least: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle] ?? 0) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
