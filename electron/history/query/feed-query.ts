import type { FeedPage, FeedQuery, HistoryFilter } from '../../../shared/domain/history/history-event';
import { deploymentWhat, kindNumber, sparseKinds, whatOf } from '../index/event-row';
import {
  eventColumns,
  eventJoins,
  eventOf,
  type SelectedRow,
  type Statements,
  secondsOf,
} from './event-select';
import type { IndexFacts } from './index-facts';

/** Up to so many rows are looked up by an index and sorted; of more, the table is read in its own order. */
const fewRows = 3000;
/** Up to so many cells are read side by side, each newest first, and merged. */
const fewCells = 24;

/** The values that a filter allows, `null` for all. */
export interface Allowed {
  cells: number[] | null;
  actors: number[] | null;
  /** Kinds of deployments and types of events: one of both is enough. */
  sorts: { kinds: number[]; whats: number[] } | null;
  words: string | null;
  since: number | null;
  until: number | null;
}

/**
 * One page of the feed. Keyset paging: the table's own order is newest first, so a page begins where the last one ended.
 * How it is read depends on what the filter leaves: by full text; by an index when few rows are left; cell by cell; or
 * simply down the table, where matches come soon.
 */
export function feed(statements: Statements, facts: IndexFacts, query: FeedQuery): FeedPage {
  const allowed = allowedBy(facts, query);
  if (leavesNothing(allowed)) return { events: [], next: null };
  const [first, last] = idRange(statements, facts, allowed, query.before);
  if (first > last) return { events: [], next: null };
  const rows = allowed.words
    ? byWords(statements, allowed, allowed.words, first, last, query.limit + 1)
    : byEvents(statements, facts, allowed, first, last, query.limit + 1);
  const events = rows.slice(0, query.limit).flatMap((row) => eventOf(row) ?? []);
  return { events, next: rows.length > query.limit ? (events.at(-1)?.id ?? null) : null };
}

/** Whether a filter names only what does not occur. */
export const leavesNothing = ({ cells, actors, sorts }: Allowed): boolean =>
  [cells, actors, sorts && [...sorts.kinds, ...sorts.whats]].some((list) => list?.length === 0);

export function allowedBy(facts: IndexFacts, query: HistoryFilter): Allowed {
  const { apps, environments, actors, kinds, types } = query;
  const cells =
    apps || environments
      ? facts.files
          .filter(
            (cell) =>
              (!apps || apps.includes(cell.app)) &&
              (!environments || environments.includes(cell.environment)),
          )
          .map((cell) => cell.id)
      : null;
  const whats = (types ?? []).map(whatOf);
  return {
    cells,
    actors: actors ? actors.flatMap((name) => facts.actors.get(name) ?? []) : null,
    // Only deployments have a kind: it says which of them, and of nothing else.
    sorts: kinds
      ? { kinds: kinds.map(kindNumber), whats: whats.filter((what) => what !== deploymentWhat) }
      : types
        ? { kinds: [], whats }
        : null,
    words: query.text === undefined ? null : matchOf(query.text),
    since: query.since === undefined ? null : secondsOf(query.since),
    until: query.until === undefined ? null : secondsOf(query.until),
  };
}

/** What people call the kinds and types of events that the full text knows by words of their own. */
const called: readonly [word: string, token: string][] = [
  ...(['deploy', 'rollback', 'bag', 'manual'] as const).map((kind): [string, string] => [
    kind,
    `"zzk${kindNumber(kind)}"`,
  ]),
  ...(
    [
      ['hold', 'hold-set'],
      ['hold', 'hold-released'],
      ['freeze', 'frozen'],
      ['freeze', 'unfrozen'],
      ['lock', 'locked'],
      ['unlock', 'unlocked'],
      ['pin', 'pinned'],
    ] as const
  ).map(([word, type]): [string, string] => [word, `"zzw${whatOf(type)}"`]),
];

/** The words of the full text for kinds and types that a typed word names, in the singular or the plural. */
const kindsNamed = (typed: string): string[] =>
  called.flatMap(([word, token]) => (typed.toLowerCase().replace(/s$/, '') === word ? [token] : []));

/**
 * What a person typed, as an FTS5 query: every word has to occur, the last one as the beginning of a word (it is being
 * typed), a word with signs in it (`publishing-api`) as a phrase. A word that names a kind (`rollbacks`) finds those of it, too. Nothing of it is read as FTS5's own syntax. `null`
 * when there is no word in it.
 */
function matchOf(text: string): string | null {
  const words = text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const asked = words.map((word, at) => {
    const phrase = `"${word.replaceAll('"', ' ')}"${at === words.length - 1 ? ' *' : ''}`;
    const own = kindsNamed(word);
    return own.length > 0 ? `(${[phrase, ...own].join(' OR ')})` : phrase;
  });
  return asked.length > 0 ? asked.join(' AND ') : null;
}

/** Ids between which everything lies that the times and the page allow. */
function idRange(
  statements: Statements,
  facts: IndexFacts,
  { since, until }: Allowed,
  before: number | undefined,
): [number, number] {
  let first = before === undefined ? Number.MIN_SAFE_INTEGER : 0 - before + 1;
  let last = Number.MAX_SAFE_INTEGER;
  if (!facts.complete) return [first, last];
  if (until !== null) {
    const found = statements.all<{ id: number | null }>(
      'select min(id) as id from event indexed by event_eff where eff = (select max(eff) from event indexed by event_eff where eff < ?)',
      until,
    )[0];
    first = Math.max(first, found?.id ?? Number.MAX_SAFE_INTEGER);
  }
  if (since !== null) {
    const found = statements.all<{ id: number | null }>(
      'select max(id) as id from event indexed by event_eff where eff = (select min(eff) from event indexed by event_eff where eff >= ?)',
      since - facts.skew,
    )[0];
    last = found?.id ?? Number.MIN_SAFE_INTEGER;
  }
  return [first, last];
}

/** The conditions that a row must meet besides what chose it. */
function conditions(allowed: Allowed): { sql: string; params: unknown[] } {
  const sql = ['e.what > 0'];
  const params: unknown[] = [];
  const among = (...columns: [name: string, values: number[] | null | undefined][]) => {
    const asked = columns.flatMap(([name, values]) => (values?.length ? [{ name, values }] : []));
    if (asked.length === 0) return;
    sql.push(`(${asked.map(({ name }) => `e.${name} in (select value from json_each(?))`).join(' or ')})`);
    params.push(...asked.map(({ values }) => JSON.stringify(values)));
  };
  among(['cell', allowed.cells]);
  among(['actor', allowed.actors]);
  among(['kind', allowed.sorts?.kinds], ['what', allowed.sorts?.whats]);
  if (allowed.since !== null) {
    sql.push('e.at >= ?');
    params.push(allowed.since);
  }
  if (allowed.until !== null) {
    sql.push('e.at < ?');
    params.push(allowed.until);
  }
  return { sql: sql.join(' and '), params };
}

/** The full text's question for what a filter allows, and what it cannot be asked for. */
function matchFor(allowed: Allowed, words: string): { match: string; rest: Allowed } {
  // These are words of their own in the full text, so that it leaves out the rest by itself.
  const own = (ids: [letter: string, ids: number[] | null | undefined][]) => {
    const any = ids.flatMap(([letter, list]) => (list ?? []).map((id) => `"zz${letter}${id}"`));
    return any.length > 0 ? ` AND (${any.join(' OR ')})` : '';
  };
  const rare = rareSorts(allowed);
  return {
    match:
      words +
      own([['c', allowed.cells]]) +
      own([['a', allowed.actors]]) +
      own([
        ['k', rare?.kinds],
        ['w', rare?.whats],
      ]),
    rest: { ...allowed, cells: null, actors: null, sorts: rare ? null : allowed.sorts },
  };
}

/** The kinds and types of a filter, where few events are of any of them; `null` where many are, or all are allowed. */
const rareSorts = ({ sorts }: Allowed): Allowed['sorts'] =>
  sorts?.kinds.every((kind) => sparseKinds.includes(kind)) &&
  sorts.whats.every((what) => what !== deploymentWhat)
    ? sorts
    : null;

/** Ids (of the table: newest first) of all rows that the full text leaves; other conditions may still leave some out. */
export function idsByWords(statements: Statements, allowed: Allowed, words: string): number[] {
  const [found] = statements.all<{ ids: string }>(
    'select json_group_array(id) as ids from (select rowid as id from word where word match ? order by rowid)',
    matchFor(allowed, words).match,
  );
  return JSON.parse(found?.ids ?? '[]') as number[];
}

function byWords(
  statements: Statements,
  allowed: Allowed,
  words: string,
  first: number,
  last: number,
  limit: number,
): SelectedRow[] {
  const { match, rest } = matchFor(allowed, words);
  const { sql, params } = conditions(rest);
  return statements.all<SelectedRow>(
    `select ${eventColumns} from word w cross join event e on e.id = w.rowid ${eventJoins}
     where word match ? and w.rowid between ? and ? and ${sql} order by w.rowid limit ?`,
    match,
    first,
    last,
    ...params,
    limit,
  );
}

function byEvents(
  statements: Statements,
  facts: IndexFacts,
  allowed: Allowed,
  first: number,
  last: number,
  limit: number,
): SelectedRow[] {
  const rest = conditions(allowed);
  const index = fewestRows(facts, allowed);
  const read = (from: string, ...params: unknown[]) =>
    statements.all<SelectedRow>(`select ${eventColumns} ${from} order by e.id limit ?`, ...params, limit);
  if (index === 'sorts') {
    const others = conditions({ ...allowed, sorts: null });
    // The names are looked up for the rows of the page alone.
    return read(
      `from (select e.id from (${idsOfSorts}) m cross join event e on e.id = m.id where e.id between ? and ? and ${others.sql}
         order by e.id limit ?) m cross join event e on e.id = m.id ${eventJoins}`,
      JSON.stringify(allowed.sorts?.kinds ?? []),
      JSON.stringify(allowed.sorts?.whats ?? []),
      first,
      last,
      ...others.params,
      limit,
    );
  }
  if (index)
    return read(
      `from event e indexed by ${index} ${eventJoins} where ${rest.sql} and e.id between ? and ?`,
      ...rest.params,
      first,
      last,
    );
  if (allowed.cells && allowed.cells.length <= fewCells) {
    const others = conditions({ ...allowed, cells: null });
    const one = `select id from (select e.id from event e indexed by event_cell where e.cell = ? and e.id between ? and ? and ${others.sql} order by e.id limit ?)`;
    const params = allowed.cells.flatMap((cell) => [cell, first, last, ...others.params, limit]);
    return read(
      `from (${allowed.cells.map(() => one).join(' union all ')}) m cross join event e on e.id = m.id ${eventJoins}`,
      ...params,
    );
  }
  return read(
    `from event e not indexed ${eventJoins} where e.id between ? and ? and ${rest.sql}`,
    first,
    last,
    ...rest.params,
  );
}

/** Events of rare kinds and types, by the partial indexes: each needs to hear what it is of. */
const idsOfSorts = `select id from event indexed by event_kind where kind in (${sparseKinds.join(', ')}) and kind in (select value from json_each(?))
  union all select id from event indexed by event_what where what <> 2 and what in (select value from json_each(?))`;

type Way = 'event_cell' | 'event_actor' | 'sorts';

/** The way that leaves the fewest rows, if it leaves few. */
function fewestRows(facts: IndexFacts, allowed: Allowed): Way | null {
  if (!facts.complete) return null;
  const sum = (values: number[] | null, counts: ReadonlyMap<number, number>): number =>
    values ? values.reduce((total, value) => total + (counts.get(value) ?? 0), 0) : Number.POSITIVE_INFINITY;
  const rare = rareSorts(allowed);
  const choices: [Way, number][] = [
    ['event_cell', sum(allowed.cells, facts.perCell)],
    ['event_actor', sum(allowed.actors, facts.perActor)],
  ];
  if (rare) choices.push(['sorts', sum(rare.kinds, facts.perKind) + sum(rare.whats, facts.perWhat)]);
  const best = choices.sort((a, b) => a[1] - b[1])[0];
  return best && best[1] <= fewRows ? best[0] : null;
}
