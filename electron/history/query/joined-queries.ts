import type {
  ComparedCell,
  ComparedSide,
  DeploymentEvent,
  FeedPage,
  FeedQuery,
  HistoricBoard,
  HistoryEvent,
  HistoryFilter,
  Moment,
  VersionRun,
} from '../../../shared/domain/history/history-event';
import { board, compare, idOfMoment, lastDeployments, standingOf, standingRows } from './board-query';
import { eventsByIds, hexOf, isoTime } from './event-select';
import { feed } from './feed-query';
import { idOf, LineOrder, lineOf, none, rowOf } from './line-order';
import type { LineView } from './line-view';
import { type Listed, listedOf } from './outline-query';
import { deployments, previousVersions, versionHistory } from './version-query';

/**
 * Questions about a history of several lines: the image tags, records that lie apart from them, what a Concourse deployed.
 * Each line is asked by itself, and the answers are merged ({@link LineOrder}), so that nobody who asks knows of several.
 * The image tags come first; of the same second, they are newer than what the other lines tell.
 */
export type Lines = readonly LineView[];

/** An event as it is known outside of its line. */
const outside = <E extends HistoryEvent>(line: LineView, index: number, event: E): E => ({
  ...event,
  id: idOf(index, 0 - event.id),
  // What it was made by is no operation of Signalbox.
  ...(line.origin === null ? {} : { origin: line.origin, operationId: null }),
});

/** One page of the feed of all lines. */
export function joinedFeed(lines: Lines, query: FeedQuery): FeedPage {
  const order = new LineOrder(lines);
  const { before, ...rest } = query;
  const pages = lines.map(({ statements, facts }, index): FeedPage => {
    if (before === undefined) return feed(statements, facts, rest);
    const row = order.behind(lineOf(before), rowOf(before), index);
    return row === none ? { events: [], next: null } : feed(statements, facts, { ...rest, before: 1 - row });
  });
  const waiting = pages.map(({ events }) => [...events].reverse());
  const events: HistoryEvent[] = [];
  while (events.length < query.limit) {
    let newest: { index: number; row: number } | null = null;
    for (const [index, list] of waiting.entries()) {
      const head = list.at(-1);
      if (head && (!newest || order.isNewer(index, 0 - head.id, newest.index, newest.row)))
        newest = { index, row: 0 - head.id };
    }
    const [line, event] = newest ? [lines[newest.index], waiting[newest.index]?.pop()] : [];
    if (!newest || !line || !event) break;
    events.push(outside(line, newest.index, event));
  }
  const isMore = waiting.some((list) => list.length > 0) || pages.some(({ next }) => next !== null);
  return { events, next: isMore ? (events.at(-1)?.id ?? null) : null };
}

/** What a filter leaves of all lines. */
export function joinedList(lines: Lines, filter: HistoryFilter): Listed {
  const lists = lines.map(({ statements, facts, lines: memory }) =>
    listedOf(statements, facts, memory().feed.refresh(statements), filter),
  );
  return merged(lists, new LineOrder(lines));
}

/** Events of all lines by their ids, in the order given. */
export function joinedEvents(lines: Lines, ids: readonly number[]): HistoryEvent[] {
  const events = lines.flatMap((line, index) =>
    eventsByIds(
      line.statements,
      ids.filter((id) => lineOf(id) === index).map((id) => 0 - rowOf(id)),
    ).map((event) => outside(line, index, event)),
  );
  const byId = new Map(events.map((event) => [event.id, event]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/** Lists as one, newest first. */
function merged(lists: readonly Listed[], order: LineOrder): Listed {
  const total = lists.reduce((sum, list) => sum + list.total, 0);
  /** Whose each is, and its place in its own list. */
  const owners = new Uint8Array(total);
  const places = new Int32Array(total);
  const heads = lists.map(() => 0);
  const headRow = (index: number): number | null => {
    const [list, head] = [lists[index], heads[index] ?? 0];
    return list && head < list.total ? 0 - list.id(head) : null;
  };
  const sides = lists.map((_, index) => index).slice(1);
  /** The newest head of the other lines, and up to which row of its table the image tags are newer than that. */
  const newestSide = (): { index: number; bound: number } | null => {
    let newest: { index: number; row: number } | null = null;
    for (const index of sides) {
      const row = headRow(index);
      if (row !== null && (!newest || order.isNewer(index, row, newest.index, newest.row)))
        newest = { index, row };
    }
    return newest && { index: newest.index, bound: order.behind(newest.index, newest.row, 0) };
  };
  let side = newestSide();
  for (let row = 0; row < total; row += 1) {
    const tag = headRow(0);
    const owner = tag !== null && (!side || tag < side.bound) ? 0 : (side?.index ?? 0);
    owners[row] = owner;
    places[row] = heads[owner] ?? 0;
    heads[owner] = (heads[owner] ?? 0) + 1;
    if (owner !== 0) side = newestSide();
  }
  const of = <T>(row: number, read: (list: Listed, place: number) => T): T => {
    const list = lists[owners[row] ?? 0];
    if (!list) throw new RangeError('There is no such row.');
    return read(list, places[row] ?? 0);
  };
  return {
    total,
    id: (row) => of(row, (list, place) => idOf(owners[row] ?? 0, 0 - list.id(place))),
    at: (row) => of(row, (list, place) => list.at(place)),
    // Each list counts its days by itself.
    day: (row) => of(row, (list, place) => list.begin(place)),
    begin: (row) => of(row, (list, place) => list.begin(place)),
    story: (row) => of(row, (list, place) => list.story(place)),
    what: (row) => of(row, (list, place) => list.what(place)),
    actor: (row) => of(row, (list, place) => list.actor(place)),
  };
}

/** From which rows on everything was so already at a moment, by line. `null`: it lies before all of that line. */
function rowsAt(lines: Lines, order: LineOrder, moment: Moment): (number | null)[] {
  if ('at' in moment) return lines.map(({ statements }) => idOfMoment(statements, moment, true));
  // Above all events is now.
  if (moment.id === Number.MAX_SAFE_INTEGER) return lines.map(() => 0 - none);
  const [line, row] = [lineOf(moment.id), rowOf(moment.id)];
  // The event itself counts, too.
  return lines.map((_, index) => (index === line ? row : order.behind(line, row, index)));
}

/** Every cell as it was at a moment, and what stood then in the records, wherever they lay. */
export function joinedBoard(lines: Lines, moment: Moment): HistoricBoard {
  const order = new LineOrder(lines);
  const rows = rowsAt(lines, order, moment);
  const boards = lines.map(({ statements, facts }, index) => {
    const row = rows[index] ?? null;
    return row === null
      ? { commit: null, at: null, cells: [], standing: [] }
      : board(statements, facts, { id: 0 - row });
  });
  type Standing = { line: number; row: number; path: string; stands: ReturnType<typeof standingOf> };
  const byPath = new Map<string, Standing>();
  for (const [line, { statements }] of lines.entries())
    for (const row of standingRows(statements, rows[line] ?? null)) {
      const known = byPath.get(row.path);
      // Of a record that lay in several places the newest word counts.
      if (known && order.isNewer(known.line, known.row, line, row.id)) continue;
      byPath.set(row.path, { line, row: row.id, path: row.path, stands: standingOf([row]) });
    }
  const standing = [...byPath.values()].sort((a, b) =>
    a.line === b.line ? a.row - b.row : order.isNewer(a.line, a.row, b.line, b.row) ? -1 : 1,
  );
  return {
    ...newestOf(lines, rows, order),
    cells: boards.flatMap(({ cells }, index) => {
      const line = lines[index];
      const before = new Set(boards.slice(0, index).flatMap((one) => one.cells.map(cellKey)));
      return cells
        .filter((cell) => !before.has(cellKey(cell)))
        .map((cell) => ({
          ...cell,
          deployment: cell.deployment && line ? outside(line, index, cell.deployment) : null,
        }));
    }),
    standing: standing.flatMap(({ line, stands }) => {
      const view = lines[line];
      return view ? stands.map((event) => outside(view, line, event)) : [];
    }),
  };
}

/** Commit and time of the newest event of all lines that counts. */
function newestOf(
  lines: Lines,
  rows: readonly (number | null)[],
  order: LineOrder,
): Pick<HistoricBoard, 'commit' | 'at'> {
  type Top = { id: number; oid: ArrayBuffer; at: number };
  let newest: { index: number; top: Top } | null = null;
  for (const [index, { statements }] of lines.entries()) {
    const row = rows[index] ?? null;
    const top =
      row === null
        ? undefined
        : statements.all<Top>('select id, oid, at from event where id >= ? order by id limit 1', row)[0];
    if (top && (!newest || order.isNewer(index, top.id, newest.index, newest.top.id)))
      newest = { index, top };
  }
  return newest ? { commit: hexOf(newest.top.oid), at: isoTime(newest.top.at) } : { commit: null, at: null };
}

/** Where two moments or environments differ, in each line: a moment may be one of another line’s. */
export function joinedCompare(lines: Lines, left: ComparedSide, right: ComparedSide): ComparedCell[] {
  const order = new LineOrder(lines);
  const [lefts, rights] = [left, right].map((side) => rowsAt(lines, order, side.moment));
  return lines
    .flatMap(({ statements, facts }, index) => {
      const sideOf = (side: ComparedSide, row: number | null | undefined): ComparedSide =>
        row === null || row === undefined ? side : { ...side, moment: { id: 0 - row } };
      return compare(statements, facts, sideOf(left, lefts?.[index]), sideOf(right, rights?.[index]));
    })
    .sort((a, b) => (a.app < b.app ? -1 : a.app > b.app ? 1 : 0));
}

const cellKey = ({ app, environment }: { app: string; environment: string }): string =>
  `${environment}\0${app}`;

/**
 * Whether a cell is another line's that comes before: a cell that several lines have is the first one's alone. What is
 * rolled back in the release repo goes back to what ran by the release repo, whatever a Concourse calls by the same names.
 */
function isOthers(lines: Lines, index: number): (cell: { app: string; environment: string }) => boolean {
  const before = new Set(lines.slice(0, index).flatMap(({ facts }) => facts.cells.map(cellKey)));
  return (cell) => before.has(cellKey(cell));
}

/** The newest deployments of every cell, of all lines. */
export const joinedLast = (lines: Lines): DeploymentEvent[] =>
  lines.flatMap((line, index) => {
    const isNotOurs = isOthers(lines, index);
    return lastDeployments(line.statements, line.facts)
      .filter((event) => !isNotOurs(event))
      .map((event) => outside(line, index, event));
  });

/** Deployments of one app, newest first. */
export const joinedDeployments = (
  lines: Lines,
  query: { app: string; environment?: string | undefined; limit: number },
): DeploymentEvent[] =>
  newestFirst(
    lines.flatMap((line, index) => {
      const isNotOurs = isOthers(lines, index);
      return deployments(line.statements, line.facts, query)
        .filter((event) => !isNotOurs(event))
        .map((event) => outside(line, index, event));
    }),
    (event) => event,
  ).slice(0, query.limit);

/** Versions that ran in one cell before: a cell that several lines have is the first one’s. */
export function joinedPrevious(
  lines: Lines,
  query: { app: string; environment: string; limit: number },
): VersionRun[] {
  for (const [index, line] of lines.entries()) {
    const isHere = line.facts.cells.some((cell) => cellKey(cell) === cellKey(query));
    if (isHere)
      return previousVersions(line.statements, line.facts, query).map((run) => ({
        ...run,
        deployment: outside(line, index, run.deployment),
      }));
  }
  return [];
}

/** Every stay of one version of an app, oldest first. */
export const joinedVersions = (
  lines: Lines,
  query: { app: string; version: string },
): (VersionRun & { environment: string })[] =>
  newestFirst(
    lines.flatMap((line, index) =>
      versionHistory(line.statements, line.facts, query)
        .map((run) => ({ ...run, deployment: outside(line, index, run.deployment) }))
        .reverse(),
    ),
    ({ deployment }) => deployment,
  ).reverse();

/** Stable: what one line tells stays in its own order where times are the same. */
const newestFirst = <T>(list: readonly T[], eventOf: (one: T) => HistoryEvent): T[] =>
  [...list].sort((a, b) => Date.parse(eventOf(b).at) - Date.parse(eventOf(a).at));
