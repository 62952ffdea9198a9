import type { FeedOutline, FeedOutlineQuery } from '../../../shared/domain/history/history-event';
import { isoTime, type Statements } from './event-select';
import type { Chosen, FeedLine } from './feed-line';
import { allowedBy, idsByWords, leavesNothing } from './feed-query';
import type { IndexFacts } from './index-facts';

/**
 * How long the feed is under a filter, where its pages begin and where its days change, without the events. Pages are
 * counted from the oldest end, so that a new event changes the first page alone. Days are those of this machine's time zone.
 */
export function outline(
  statements: Statements,
  facts: IndexFacts,
  line: FeedLine,
  query: FeedOutlineQuery,
): FeedOutline {
  const allowed = allowedBy(facts, query);
  const ids =
    allowed.words && !leavesNothing(allowed) ? idsByWords(statements, allowed, allowed.words) : null;
  const chosen = leavesNothing(allowed) ? { places: new Int32Array(0), total: 0 } : line.choose(allowed, ids);
  const { places, total } = chosen;
  const first = total % query.pageSize || Math.min(total, query.pageSize);
  const pages: FeedOutline['pages'] = [];
  for (let row = 0; row < total; row = row === 0 ? first : row + query.pageSize) {
    const before = places[row - 1];
    pages.push({ row, before: before === undefined ? null : 0 - line.id(before) });
  }
  const timeOf = (row: number): string | null => (total > 0 ? isoTime(line.at(places[row] ?? 0)) : null);
  return { total, pages, days: daysOf(line, chosen), oldest: timeOf(total - 1), newest: timeOf(0) };
}

/** Stretches of rows of one local day, in the feed's order. Clocks may go back along the line: a day may come twice. */
function daysOf(line: FeedLine, { places, total }: Chosen): FeedOutline['days'] {
  const days: FeedOutline['days'] = [];
  let last = -1;
  for (let row = 0; row < total; row += 1) {
    const day = line.day(places[row] ?? 0);
    const open = days.at(-1);
    if (open && day === last) open.count += 1;
    else days.push({ row, count: 1, from: line.begin(day) });
    last = day;
  }
  return days;
}
