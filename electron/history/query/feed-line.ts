import type { Statements } from './event-select';
import type { Allowed } from './feed-query';

/** Columns of the events in memory, each oldest first: the last of each is the newest event. */
const columns = ['id', 'at', 'cell', 'what', 'kind', 'actor'] as const;

/** Operations by their id: a story has one number, on whichever line its events lie. */
const operations = new Map<string, number>();
let stories = 0;
/** Numbers of stories that were given out: each is below this. */
export const storyCount = (): number => stories;

function storyOf(operation: string): number {
  const known = operations.get(operation);
  if (known !== undefined) return known;
  operations.set(operation, stories);
  stories += 1;
  return stories - 1;
}
type Column = (typeof columns)[number];

/** An event that a filter leaves, by its place in the columns. */
export interface Chosen {
  /** Newest first; only the first `total` count. */
  places: Int32Array;
  total: number;
}

/**
 * What filters look at, of every event, in memory, column by column: about 6 MB for 118,000. How long a feed is and where
 * its days change takes a look at every event, which SQLite alone cannot do at once. Filled when it is first asked for,
 * then kept up by what is new.
 */
export class FeedLine {
  readonly #of: Record<Column, number[]> = { id: [], at: [], cell: [], what: [], kind: [], actor: [] };
  /** The story of each event: those of one operation, else of one commit. */
  readonly #story: number[] = [];
  /** The day of each event, as a place in `#days`. */
  readonly #day: number[] = [];
  readonly #days: string[] = [];
  readonly #known = new Map<number, number>();
  #today = { from: 0, to: 0, day: 0 };

  /** Takes in what came since the last time. What is older must not have changed meanwhile. */
  refresh(statements: Statements): this {
    const newest = this.#of.id.at(-1) ?? Number.MAX_SAFE_INTEGER;
    const [found] = statements.all<Record<Column | 'begins', string>>(
      `select ${[...columns, 'begins'].map((column) => `json_group_array(${column}) as ${column}`).join(', ')}
       from (select ${columns.join(', ')}, oid is not lag(oid) over (order by id desc) as begins
         from event not indexed where what > 0 and id < ? order by id desc)`,
      newest,
    );
    if (!found) return this;
    this.#tellStories(statements, found, newest);
    for (const column of columns) {
      const all = this.#of[column];
      for (const value of JSON.parse(found[column]) as (number | null)[]) all.push(value ?? -1);
    }
    for (let place = this.#day.length; place < this.#of.at.length; place += 1)
      this.#day.push(this.#dayOf(this.at(place)));
    return this;
  }

  /** A commit is taken in whole, so that the first new event begins a story of its own. */
  #tellStories(statements: Statements, found: { id: string; begins: string }, newest: number): void {
    const [named] = statements.all<{ pairs: string }>(
      `select json_group_array(json_array(e.id, n.operation)) as pairs from note n cross join event e on e.note = n.id
       where n.operation is not null and e.what > 0 and e.id < ?`,
      newest,
    );
    const operationOf = new Map(JSON.parse(named?.pairs ?? '[]') as [number, string][]);
    const ids = JSON.parse(found.id) as number[];
    let commit = 0;
    for (const [place, begins] of (JSON.parse(found.begins) as number[]).entries()) {
      if (begins) {
        commit = stories;
        stories += 1;
      }
      const operation = operationOf.get(ids[place] ?? 0);
      this.#story.push(operation === undefined ? commit : storyOf(operation));
    }
  }

  /** A number that the events of one operation share, or of one commit that is none's. */
  story(place: number): number {
    return this.#story[place] ?? 0;
  }

  what(place: number): number {
    return this.#of.what[place] ?? 0;
  }

  /** Who did it, as the index numbers them. */
  actor(place: number): number {
    return this.#of.actor[place] ?? -1;
  }

  id(place: number): number {
    return this.#of.id[place] ?? 0;
  }

  /** Seconds since 1970. */
  at(place: number): number {
    return this.#of.at[place] ?? 0;
  }

  /** A number that the events of one day (local time of this machine) share. */
  day(place: number): number {
    return this.#day[place] ?? 0;
  }

  /** When a day began (ISO 8601). */
  begin(day: number): string {
    return this.#days[day] ?? '';
  }

  /** The events that a filter leaves. @param ids what the full text leaves, ascending; `null` for everything. */
  choose({ cells, actors, sorts, since, until }: Allowed, ids: readonly number[] | null): Chosen {
    const { id, at, cell, what, kind, actor } = this.#of;
    const tests = (
      [
        [cell, cells],
        [actor, actors],
      ] as const
    ).flatMap(([column, values]) => (values ? [{ column, mask: maskOf(values) }] : []));
    const [ofKind, ofType] = [maskOf(sorts?.kinds ?? []), maskOf(sorts?.whats ?? [])];
    const [from, to] = [since ?? Number.NEGATIVE_INFINITY, until ?? Number.POSITIVE_INFINITY];
    const places = new Int32Array(ids ? ids.length : id.length);
    let [total, next] = [0, 0];
    each: for (let place = id.length - 1; place >= 0; place -= 1) {
      if (ids) {
        const own = this.id(place);
        while (next < ids.length && (ids[next] ?? 0) < own) next += 1;
        if (next === ids.length) break;
        if (ids[next] !== own) continue;
      }
      for (const { column, mask } of tests) if (!mask[column[place] ?? -1]) continue each;
      if (sorts && !ofKind[kind[place] ?? -1] && !ofType[what[place] ?? -1]) continue;
      const time = at[place] ?? 0;
      if (time < from || time >= to) continue;
      places[total] = place;
      total += 1;
    }
    return { places, total };
  }

  #dayOf(at: number): number {
    if (at >= this.#today.from && at < this.#today.to) return this.#today.day;
    const time = new Date(at * 1000);
    const [year, month, date] = [time.getFullYear(), time.getMonth(), time.getDate()];
    const from = new Date(year, month, date).getTime() / 1000;
    let day = this.#known.get(from);
    if (day === undefined) {
      day = this.#days.push(new Date(from * 1000).toISOString()) - 1;
      this.#known.set(from, day);
    }
    this.#today = { from, to: new Date(year, month, date + 1).getTime() / 1000, day };
    return day;
  }
}

/** Which numbers are wanted, to be looked up by the number. */
function maskOf(values: readonly number[]): Uint8Array {
  const mask = new Uint8Array(Math.max(0, ...values) + 1);
  for (const value of values) mask[value] = 1;
  return mask;
}
