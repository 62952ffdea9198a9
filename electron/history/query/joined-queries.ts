import type {
  ComparedCell,
  ComparedSide,
  FeedPage,
  FeedQuery,
  HistoricBoard,
  HistoryEvent,
  HistoryFilter,
  Moment,
} from '../../../shared/domain/history/history-event';
import { board, compare, idOfMoment, standingOf, standingRows } from './board-query';
import { eventsByIds, hexOf, isoTime } from './event-select';
import { feed } from './feed-query';
import { type BothLines, Interleaving } from './interleaving';
import { type Listed, listedOf } from './outline-query';

/**
 * Questions about a history whose records lie apart from the image tags: each line is asked by itself, and the answers are
 * merged ({@link Interleaving}), so that nobody who asks knows of two.
 */

/** What is added to the ids of events of records, so that no two events have the same. */
const recordsBase = 2 ** 50;

const isOfRecords = (id: number): boolean => id > recordsBase / 2;
/** The id in its table of an event, and the other way round. */
const rowOf = (id: number): number => (isOfRecords(id) ? recordsBase - id : 0 - id);
const idOfRecord = (row: number): number => recordsBase - row;

/** Above every id of a table. */
const none = Number.MAX_SAFE_INTEGER;

/** From which rows on something is so, in both tables. */
interface Rows {
  tags: number;
  records: number;
}

/** What is older than an event, in both tables. */
function behind(both: BothLines, id: number): Rows {
  const order = Interleaving.of(both);
  const row = rowOf(id);
  return isOfRecords(id)
    ? { tags: order.tagsBehind(row), records: row + 1 }
    : { tags: row + 1, records: order.recordsBehind(row) };
}

/** One page of the feed of both lines. */
export function joinedFeed(both: BothLines, query: FeedQuery): FeedPage {
  const order = Interleaving.of(both);
  const { before, ...rest } = query;
  const from = before === undefined ? null : behind(both, before);
  const pageOf = (side: 'tags' | 'records'): FeedPage => {
    const { statements, facts } = both[side];
    const row = from?.[side];
    if (row === none) return { events: [], next: null };
    return feed(statements, facts, { ...rest, ...(row === undefined ? {} : { before: 1 - row }) });
  };
  const [tags, records] = [pageOf('tags'), pageOf('records')];
  const events: HistoryEvent[] = [];
  const [left, right] = [[...tags.events].reverse(), [...records.events].reverse()];
  while (events.length < query.limit) {
    const [tag, record] = [left.at(-1), right.at(-1)];
    if (tag && (!record || order.isNewer(0 - tag.id, 0 - record.id))) {
      events.push(tag);
      left.pop();
    } else if (record) {
      events.push({ ...record, id: idOfRecord(0 - record.id) });
      right.pop();
    } else break;
  }
  const isMore = left.length > 0 || right.length > 0 || tags.next !== null || records.next !== null;
  return { events, next: isMore ? (events.at(-1)?.id ?? null) : null };
}

/** What a filter leaves of both lines. */
export function joinedList(both: BothLines, filter: HistoryFilter): Listed {
  const order = Interleaving.of(both);
  const listed = (side: 'tags' | 'records'): Listed => {
    const { statements, facts, lines } = both[side];
    return listedOf(statements, facts, lines().feed.refresh(statements), filter);
  };
  return merged(listed('tags'), listed('records'), order);
}

/** Events of both lines by their ids, in the order given. */
export function joinedEvents(both: BothLines, ids: readonly number[]): HistoryEvent[] {
  const tags = eventsByIds(
    both.tags.statements,
    ids.filter((id) => !isOfRecords(id)),
  );
  const records = eventsByIds(
    both.records.statements,
    ids.filter(isOfRecords).map((id) => 0 - rowOf(id)),
  ).map((event) => ({ ...event, id: idOfRecord(0 - event.id) }));
  const byId = new Map([...tags, ...records].map((event) => [event.id, event]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/** Two lists as one, newest first. */
function merged(tags: Listed, records: Listed, order: Interleaving): Listed {
  const total = tags.total + records.total;
  /** The place of each in its own list; those of records below zero. */
  const places = new Int32Array(total);
  let [tag, record] = [0, 0];
  /** Up to this row of its table, what the image tags say is newer than the next of the records. */
  const boundOf = (): number => (record < records.total ? order.tagsBehind(0 - records.id(record)) : none);
  let bound = boundOf();
  for (let row = 0; row < total; row += 1) {
    if (tag < tags.total && (record === records.total || 0 - tags.id(tag) < bound)) {
      places[row] = tag;
      tag += 1;
    } else {
      places[row] = -1 - record;
      record += 1;
      bound = boundOf();
    }
  }
  const of = <T>(row: number, read: (list: Listed, place: number) => T): T => {
    const place = places[row] ?? 0;
    return place < 0 ? read(records, -1 - place) : read(tags, place);
  };
  return {
    total,
    id: (row) => {
      const place = places[row] ?? 0;
      return place < 0 ? idOfRecord(0 - records.id(-1 - place)) : tags.id(place);
    },
    at: (row) => of(row, (list, place) => list.at(place)),
    // Each list counts its days by itself.
    day: (row) => of(row, (list, place) => list.begin(place)),
    begin: (row) => of(row, (list, place) => list.begin(place)),
    story: (row) => of(row, (list, place) => list.story(place)),
    what: (row) => of(row, (list, place) => list.what(place)),
    actor: (row) => of(row, (list, place) => list.actor(place)),
  };
}

/** From which rows on everything was so already at a moment. `null`: it lies before all of that line. */
function rowsAt(both: BothLines, moment: Moment): { tags: number | null; records: number | null } {
  if ('at' in moment)
    return {
      tags: idOfMoment(both.tags.statements, moment, true),
      records: idOfMoment(both.records.statements, moment, true),
    };
  const { tags, records } = behind(both, moment.id);
  const own = rowOf(moment.id);
  // The event itself counts, too. Above all of them is now.
  const isNow = moment.id === Number.MAX_SAFE_INTEGER;
  return isOfRecords(moment.id) ? { tags: isNow ? 0 - none : tags, records: own } : { tags: own, records };
}

/** Every cell as it was at a moment, and what stood then in the records, wherever they lay. */
export function joinedBoard(both: BothLines, moment: Moment): HistoricBoard {
  const order = Interleaving.of(both);
  const rows = rowsAt(both, moment);
  const { cells, commit, at } = board(
    both.tags.statements,
    both.tags.facts,
    rows.tags === null ? moment : { id: 0 - rows.tags },
  );
  const [tags, records] = [
    standingRows(both.tags.statements, rows.tags),
    standingRows(both.records.statements, rows.records),
  ];
  const apart = new Map(records.map((row) => [row.path, row]));
  // Of a record that lay in both places the newer word counts.
  const besides = tags.filter((row) => {
    const other = apart.get(row.path);
    if (other && order.isNewer(row.id, other.id)) apart.delete(row.path);
    return apart.get(row.path) === undefined;
  });
  const standing = [
    ...standingOf(besides).map((event) => ({ event, tag: 0 - event.id, record: null })),
    ...standingOf([...apart.values()]).map((event) => ({ event, tag: null, record: 0 - event.id })),
  ].sort((a, b) => {
    if (a.tag !== null && b.tag !== null) return a.tag - b.tag;
    if (a.record !== null && b.record !== null) return a.record - b.record;
    if (a.tag !== null) return order.isNewer(a.tag, b.record ?? none) ? -1 : 1;
    return order.isNewer(b.tag ?? none, a.record ?? none) ? 1 : -1;
  });
  return {
    ...newestOf(both, rows, order, { commit, at }),
    cells,
    standing: standing.map(({ event, record }) =>
      record === null ? event : { ...event, id: idOfRecord(record) },
    ),
  };
}

/** Commit and time of the newest event of both that counts. */
function newestOf(
  { tags, records }: BothLines,
  rows: { tags: number | null; records: number | null },
  order: Interleaving,
  ofTags: Pick<HistoricBoard, 'commit' | 'at'>,
): Pick<HistoricBoard, 'commit' | 'at'> {
  const sql = 'select id, oid, at from event where id >= ? order by id limit 1';
  type Top = { id: number; oid: ArrayBuffer; at: number };
  const top = (view: typeof tags, row: number | null): Top | undefined =>
    row === null ? undefined : view.statements.all<Top>(sql, row)[0];
  const [tag, record] = [top(tags, rows.tags), top(records, rows.records)];
  if (!record || (tag && order.isNewer(tag.id, record.id))) return ofTags;
  return { commit: hexOf(record.oid), at: isoTime(record.at) };
}

/** Where two moments or environments differ: records say nothing of it, but a moment may be one of theirs. */
export function joinedCompare(both: BothLines, left: ComparedSide, right: ComparedSide): ComparedCell[] {
  const sideOf = (side: ComparedSide): ComparedSide => {
    const { tags } = rowsAt(both, side.moment);
    return tags === null ? side : { ...side, moment: { id: 0 - tags } };
  };
  return compare(both.tags.statements, both.tags.facts, sideOf(left), sideOf(right));
}
