import type { FiguresQuery, FiguresRow } from '../../shared/domain/history';
import { type Distribution, distributionOf, periodOf } from '../../shared/domain/history-figures';
import { flag } from './event-row';
import { type Statements, secondsOf } from './event-select';
import type { IndexFacts } from './index-facts';

interface Reached {
  app: string;
  at: number;
  flags: number;
  /** When the version first came to the first environment, `null` when it never did. */
  began: number | null;
  /** The next deployment there, if any. */
  nextAt: number | null;
  nextFlags: number | null;
}

/** Delivery figures, defined at {@link FiguresRow}. Reads the deployments of the period in the last environment, and looks up the rest of each. */
export function figures(statements: Statements, facts: IndexFacts, query: FiguresQuery): FiguresRow[] {
  const [first] = query.environments;
  const last = query.environments.at(-1);
  const cellsOf = (environment: string | undefined) =>
    facts.cells.filter(
      (cell) => cell.environment === environment && (!query.apps || query.apps.includes(cell.app)),
    );
  const after = facts.complete ? 'indexed by event_after' : '';
  const rows = cellsOf(last).flatMap((cell) => {
    const start = facts.cells.find((one) => one.app === cell.app && one.environment === first);
    const found = statements.all<Omit<Reached, 'app'>>(
      `select e.at, e.flags,
         (select f.at from event f ${after} where f.after = e.after and f.what = 2 and f.cell = ? order by f.id desc limit 1) as began,
         n.at as nextAt, n.flags as nextFlags
       from event e indexed by event_cell left join event n on n.id =
         (select id from event indexed by event_cell where cell = e.cell and id < e.id and what = 2 order by id desc limit 1)
       where e.cell = ? and e.what = 2 and e.at >= ? and e.at < ? ${facts.complete ? 'and e.id between ? and ?' : ''}`,
      start?.id ?? -1,
      cell.id,
      secondsOf(query.since),
      secondsOf(query.until),
      ...(facts.complete
        ? idsBetween(statements, facts, secondsOf(query.since), secondsOf(query.until))
        : []),
    );
    return found.map((row) => ({ ...row, app: cell.app }));
  });
  const groups = new Map<string, Reached[]>();
  for (const row of rows) {
    const key = query.by === 'app' ? row.app : query.by === 'all' ? 'all' : periodOf(row.at * 1000, query.by);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, group]) => rowOf(key, group, query.environments.length > 1));
}

/** Ids that rows of a period lie between. */
function idsBetween(
  statements: Statements,
  facts: IndexFacts,
  since: number,
  until: number,
): [number, number] {
  const newest = statements.all<{ id: number | null }>(
    'select min(id) as id from event indexed by event_eff where eff = (select max(eff) from event indexed by event_eff where eff < ?)',
    until,
  )[0];
  const oldest = statements.all<{ id: number | null }>(
    'select max(id) as id from event indexed by event_eff where eff = (select min(eff) from event indexed by event_eff where eff >= ?)',
    since - facts.skew,
  )[0];
  return [newest?.id ?? Number.MAX_SAFE_INTEGER, oldest?.id ?? Number.MIN_SAFE_INTEGER];
}

function rowOf(key: string, group: readonly Reached[], withLead: boolean): FiguresRow {
  const lead: number[] = [];
  const restore: number[] = [];
  for (const { at, flags, began, nextAt, nextFlags } of group) {
    if (withLead && !(flags & flag.returns) && began !== null && at >= began) lead.push((at - began) * 1000);
    if (nextAt !== null && (nextFlags ?? 0) & flag.returns) restore.push(Math.max(0, nextAt - at) * 1000);
  }
  const distribution: (values: number[]) => Distribution | null = distributionOf;
  return {
    key,
    deployments: group.length,
    leadTime: distribution(lead),
    rolledBack: restore.length,
    restore: distribution(restore),
  };
}
