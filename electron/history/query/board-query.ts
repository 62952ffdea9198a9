import {
  type ComparedCell,
  type ComparedSide,
  type DeploymentEvent,
  type HistoricBoard,
  type HistoricCell,
  isLedgerEventType,
  type LedgerEvent,
  type Moment,
} from '../../../shared/domain/history/history-event';
import { isSaid } from '../../../shared/domain/history/history-rules';
import { standingTypes } from '../../../shared/domain/ledger/ledger-events';
import { baseTypeSql, deploymentWhat, flag, stateOf, typeOf } from '../index/event-row';
import { Lineage } from '../index/lineage';
import {
  deploymentOf,
  eventColumns,
  eventJoins,
  hexOf,
  isoTime,
  ledgerEventOf,
  type SelectedRow,
  type Statements,
  secondsOf,
} from './event-select';
import type { IndexFacts } from './index-facts';
import { changesOf } from './version-query';

/** The answer of one state of the index: every board that is put together asks for it. */
const newest = new WeakMap<IndexFacts, DeploymentEvent[]>();

/**
 * The newest deployment of each app in each environment where main has a file for it now; what was deployed under another
 * name carries the present one. Remembered until the index changes.
 */
export function lastDeployments(statements: Statements, facts: IndexFacts): DeploymentEvent[] {
  const known = newest.get(facts);
  if (known) return known;
  const found = readLast(statements, facts);
  if (facts.complete) newest.set(facts, found);
  return found;
}

function readLast(statements: Statements, facts: IndexFacts): DeploymentEvent[] {
  const rows = statements.all<SelectedRow & { now: string | null; nowFlags: number }>(
    `select ${eventColumns}, s.after as now, s.flags as nowFlags from cell k
     cross join event s on s.id = (select id from event indexed by event_cell where cell = k.id order by id limit 1)
     cross join event e on e.id = (select id from event indexed by event_cell where cell = k.id and what = 2 order by id limit 1)
     ${eventJoins} where k.path = '' order by e.id`,
  );
  const found = rows.filter((row) => isSaid(stateOf(row.now, row.nowFlags))).map(deploymentOf);
  if (facts.lineage.isEmpty) return found;
  const moved = new Set(facts.lineage.cells);
  const keyOf = ({ app, environment }: { app: string; environment: string }) => `${environment}\0${app}`;
  const elsewhere = facts.cells
    .filter(({ id }) => moved.has(id))
    .flatMap((cell): DeploymentEvent[] => {
      const [now] = changesOf(statements, new Lineage(), cell.id, 1, 'true');
      const [last] = changesOf(statements, facts.lineage, cell.id, 1, 'e.what = 2');
      if (!now || !last || !isSaid(stateOf(now.after, now.flags))) return [];
      return [{ ...deploymentOf(last), app: cell.app, environment: cell.environment }];
    });
  const replaced = new Set(elsewhere.map(keyOf));
  return [...found.filter((one) => !replaced.has(keyOf(one))), ...elsewhere].sort((a, b) => b.id - a.id);
}

/** The id from which on everything was so already at a moment; `null` when the moment lies before everything. */
export function idOfMoment(statements: Statements, moment: Moment, complete: boolean): number | null {
  if ('id' in moment) return 0 - moment.id;
  const at = Math.floor(secondsOf(moment.at));
  // The newest row of the newest commit that is no later, wherever the clocks stood: `git rev-list -1 --before=…`.
  const sql = complete
    ? 'select min(id) as id from event indexed by event_eff where eff = (select max(eff) from event indexed by event_eff where eff <= ?)'
    : 'select id from event not indexed where eff <= ? order by id limit 1';
  return statements.all<{ id: number | null }>(sql, at)[0]?.id ?? null;
}

/** Boards of one state of the index by their id, the one that was asked for last at the end. */
const boards = new WeakMap<IndexFacts, Map<number, HistoricBoard>>();
/** As many moments as one goes back and forth between; a board of 200 cells takes about 200 kB. */
const boardsKept = 8;

/**
 * Every cell as it was at a moment. Cells whose file was not there, or said nothing, are left out. The last few are
 * remembered until the index changes: of two that are compared, one mostly stays.
 */
export function board(statements: Statements, facts: IndexFacts, moment: Moment): HistoricBoard {
  const id = idOfMoment(statements, moment, facts.complete);
  const kept = boards.get(facts) ?? new Map<number, HistoricBoard>();
  boards.set(facts, kept);
  const found = (id !== null && kept.get(id)) || readBoard(statements, facts, id);
  if (id === null || !facts.complete) return found;
  kept.delete(id);
  kept.set(id, found);
  const [oldest] = kept.keys();
  if (kept.size > boardsKept && oldest !== undefined) kept.delete(oldest);
  return found;
}

function readBoard(statements: Statements, facts: IndexFacts, id: number | null): HistoricBoard {
  if (id === null) return { commit: null, at: null, cells: [], standing: [] };
  const top = statements.all<{ oid: ArrayBuffer; at: number }>(
    'select oid, at from event where id >= ? order by id limit 1',
    id,
  )[0];
  const states = statements.all<SelectedRow & { cell: number }>(
    `select e.cell, ${eventColumns} from cell k cross join event e on e.id =
       (select id from event indexed by event_cell where cell = k.id and id >= ? order by id limit 1)
     ${eventJoins} where k.path = '' order by k.app, k.environment`,
    id,
  );
  // Mostly the last thing that happened to a cell is a deployment.
  const others = states.filter(({ what }) => what !== deploymentWhat).map(({ cell }) => cell);
  const deployments = new Map(
    statements
      .all<SelectedRow & { cell: number }>(
        `select e.cell, ${eventColumns} from json_each(?) k cross join event e on e.id =
           (select id from event indexed by event_cell where cell = k.value and id >= ? and what = 2 order by id limit 1)
         ${eventJoins}`,
        JSON.stringify(others),
        id,
      )
      .map((row) => [row.cell, row]),
  );
  const cells: HistoricCell[] = [];
  for (const row of states) {
    const state = stateOf(row.after, row.flags);
    if (!isSaid(state)) continue;
    const deployment =
      row.what === deploymentWhat
        ? row
        : newestOf(deployments.get(row.cell), behind(statements, facts, row.cell, id));
    cells.push({
      app: row.app,
      environment: row.environment,
      ...state,
      deployment: deployment && state.version !== null ? deploymentOf(deployment) : null,
    });
  }
  return {
    commit: top ? hexOf(top.oid) : null,
    at: top ? isoTime(top.at) : null,
    cells,
    standing: standingOf(standingRows(statements, id)),
  };
}

const newestOf = (a: SelectedRow | undefined, b: SelectedRow | undefined): SelectedRow | undefined =>
  a && b ? (a.id <= b.id ? a : b) : (a ?? b);

/** The newest deployment of a cell as of an id that was made before its file came to where it was then. */
function behind(
  statements: Statements,
  { lineage }: IndexFacts,
  cell: number,
  id: number,
): SelectedRow | undefined {
  if (lineage.isEmpty) return undefined;
  return lineage
    .asOf(id)
    .stretches(cell)
    .flatMap((stretch) =>
      statements.all<SelectedRow>(
        `select ${eventColumns} from event e indexed by event_cell ${eventJoins}
         where e.cell = ? and e.id >= ? and e.id > ? and e.what = 2 order by e.id limit 1`,
        stretch.cell,
        id,
        stretch.above,
      ),
    )
    .sort((a, b) => a.id - b.id)[0];
}

/** The newest row of a record's file as of an id, with the type of event by which something stands since the beginning. */
type StandingRow = SelectedRow & { base: number };

/**
 * The newest row of each file under `.signalbox/` as of an id, newest first. A file that went since its record moved is
 * none: what the record came to is told where it lies now.
 */
export const standingRows = (statements: Statements, id: number | null): StandingRow[] =>
  id === null
    ? []
    : statements.all<StandingRow>(
        `select ${eventColumns}, ${baseTypeSql('e.flags')} as base from cell k cross join event e on e.id =
           (select id from event indexed by event_cell where cell = k.id and id >= ? and (what > 0 or flags & ${flag.base}) order by id limit 1)
         ${eventJoins} where k.path <> '' order by e.id`,
        id,
      );

/** What stands there of it. */
export const standingOf = (rows: readonly StandingRow[]): LedgerEvent[] =>
  rows.flatMap((row) => {
    const type = typeOf(row.what || row.base);
    return type && isLedgerEventType(type) && standingTypes.includes(type) ? [ledgerEventOf(row, type)] : [];
  });

/** Where two sides differ in version, hold or promotion. With environments given, apps are matched by name alone. */
export function compare(
  statements: Statements,
  facts: IndexFacts,
  left: ComparedSide,
  right: ComparedSide,
): ComparedCell[] {
  const byEnvironment = left.environment !== undefined || right.environment !== undefined;
  const side = (one: ComparedSide): Map<string, HistoricCell> => {
    const { cells } = board(statements, facts, one.moment);
    const wanted =
      one.environment === undefined ? cells : cells.filter((cell) => cell.environment === one.environment);
    return new Map(
      wanted.map((cell) => [byEnvironment ? cell.app : `${cell.app}\0${cell.environment}`, cell]),
    );
  };
  const [lefts, rights] = [side(left), side(right)];
  const keys = [...new Set([...lefts.keys(), ...rights.keys()])].sort();
  return keys.flatMap((key) => {
    const [a, b] = [lefts.get(key) ?? null, rights.get(key) ?? null];
    const same =
      a?.version === b?.version && a?.automaticDeploys === b?.automaticDeploys && a?.promote === b?.promote;
    return same ? [] : [{ app: (a ?? b)?.app ?? '', left: a, right: b }];
  });
}
