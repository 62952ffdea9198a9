import type {
  FeedOutline,
  FeedOutlineQuery,
  HistoryFilter,
} from '../../../shared/domain/history/history-event';
import { isoTime, type Statements } from './event-select';
import type { FeedLine } from './feed-line';
import { allowedBy, idsByWords, leavesNothing } from './feed-query';
import type { IndexFacts } from './index-facts';

/** The events that a filter leaves, newest first, by their place in this list. */
export interface Listed {
  total: number;
  /** The event's id, as it is known outside of the index. */
  id: (row: number) => number;
  /** Seconds since 1970. */
  at: (row: number) => number;
  /** The same for all events of one day (local time of this machine). */
  day: (row: number) => number | string;
  /** When the event's day began (ISO 8601). */
  begin: (row: number) => string;
  /** The same for all events of one operation, or of one commit that is none's. */
  story: (row: number) => number;
  /** How the event is stored: which type it is of. */
  what: (row: number) => number;
  /** Who did it. */
  actor: (row: number) => string;
}

/** What a filter leaves of one line. @param line up to date. */
export function listedOf(
  statements: Statements,
  facts: IndexFacts,
  line: FeedLine,
  filter: HistoryFilter,
): Listed {
  const allowed = allowedBy(facts, filter);
  const nothing = leavesNothing(allowed);
  const ids = allowed.words && !nothing ? idsByWords(statements, allowed, allowed.words) : null;
  const { places, total } = nothing ? { places: new Int32Array(0), total: 0 } : line.choose(allowed, ids);
  const place = (row: number): number => places[row] ?? 0;
  return {
    total,
    id: (row) => 0 - line.id(place(row)),
    at: (row) => line.at(place(row)),
    day: (row) => line.day(place(row)),
    begin: (row) => line.begin(line.day(place(row))),
    story: (row) => line.story(place(row)),
    what: (row) => line.what(place(row)),
    actor: (row) => nameOf(facts, line.actor(place(row))),
  };
}

const names = new WeakMap<IndexFacts, ReadonlyMap<number, string>>();
function nameOf(facts: IndexFacts, actor: number): string {
  let known = names.get(facts);
  if (!known) {
    known = new Map([...facts.actors].map(([name, id]) => [id, name]));
    names.set(facts, known);
  }
  return known.get(actor) ?? '';
}

/**
 * How long the feed is under a filter, where its pages begin and where its days change, without the events. Pages are
 * counted from the oldest end, so that a new event changes the first page alone. Days are those of this machine's time zone.
 */
export function outlineOf(listed: Listed, pageSize: FeedOutlineQuery['pageSize']): FeedOutline {
  const { total } = listed;
  const first = total % pageSize || Math.min(total, pageSize);
  const pages: FeedOutline['pages'] = [];
  for (let row = 0; row < total; row = row === 0 ? first : row + pageSize)
    pages.push({ row, before: row === 0 ? null : listed.id(row - 1) });
  const timeOf = (row: number): string | null => (total > 0 ? isoTime(listed.at(row)) : null);
  return { total, pages, days: daysOf(listed), oldest: timeOf(total - 1), newest: timeOf(0) };
}

/** Stretches of rows of one local day, in the feed's order. Clocks may go back along the line: a day may come twice. */
function daysOf(listed: Listed): FeedOutline['days'] {
  const days: FeedOutline['days'] = [];
  let last: number | string = -1;
  for (let row = 0; row < listed.total; row += 1) {
    const day = listed.day(row);
    const open = days.at(-1);
    if (open && day === last) open.count += 1;
    else days.push({ row, count: 1, from: listed.begin(row) });
    last = day;
  }
  return days;
}
