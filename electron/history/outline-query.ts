import type { FeedOutline, FeedOutlineQuery } from '../../shared/domain/history';
import type { Statements } from './event-select';
import { allowedBy, conditions, fewCells, idRange, leavesNothing } from './feed-query';
import type { IndexFacts } from './index-facts';

interface Place {
  id: number;
  at: number;
}

/**
 * How long the feed is under a filter, where its pages begin and where its days change, without the events. Pages are
 * counted from the oldest end, so that a new event changes the first page alone. Days are those of this machine's time zone.
 */
export function outline(statements: Statements, facts: IndexFacts, query: FeedOutlineQuery): FeedOutline {
  const places = placesOf(statements, facts, query);
  const total = places.length;
  const first = total % query.pageSize || Math.min(total, query.pageSize);
  const pages: FeedOutline['pages'] = [];
  for (let row = 0; row < total; row = row === 0 ? first : row + query.pageSize) {
    const before = places[row - 1];
    pages.push({ row, before: before ? 0 - before.id : null });
  }
  return { total, pages, days: daysOf(places), oldest: isoOf(places.at(-1)), newest: isoOf(places[0]) };
}

const isoOf = (place: Place | undefined): string | null =>
  place ? new Date(place.at * 1000).toISOString() : null;

function placesOf(statements: Statements, facts: IndexFacts, query: FeedOutlineQuery): Place[] {
  const allowed = allowedBy(facts, query);
  if (leavesNothing(allowed)) return [];
  const [first, last] = idRange(statements, facts, allowed, undefined);
  if (first > last) return [];
  const rest = conditions(allowed);
  if (allowed.words)
    return statements.all<Place>(
      `select e.id, e.at from word w cross join event e on e.id = w.rowid
       where word match ? and w.rowid between ? and ? and ${rest.sql} order by w.rowid`,
      allowed.words,
      first,
      last,
      ...rest.params,
    );
  const index = allowed.cells && allowed.cells.length <= fewCells ? 'indexed by event_cell' : 'not indexed';
  return statements.all<Place>(
    `select e.id, e.at from event e ${index} where ${rest.sql} and e.id between ? and ? order by e.id`,
    ...rest.params,
    first,
    last,
  );
}

/** Stretches of rows of one local day, in the feed's order. Clocks may go back along the line: a day may come twice. */
function daysOf(places: readonly Place[]): FeedOutline['days'] {
  const days: FeedOutline['days'] = [];
  let [from, to] = [0, 0];
  for (const [row, { at }] of places.entries()) {
    const day = days.at(-1);
    if (day && at >= from && at < to) {
      day.count += 1;
      continue;
    }
    const time = new Date(at * 1000);
    const [year, month, date] = [time.getFullYear(), time.getMonth(), time.getDate()];
    from = new Date(year, month, date).getTime() / 1000;
    to = new Date(year, month, date + 1).getTime() / 1000;
    days.push({ row, count: 1, from: new Date(from * 1000).toISOString() });
  }
  return days;
}
