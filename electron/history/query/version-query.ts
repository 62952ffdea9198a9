import type { DeploymentEvent, VersionRun } from '../../../shared/domain/history/history-event';
import { deploymentWhat, kindNumber } from '../index/event-row';
import type { Lineage, Stretch } from '../index/lineage';
import {
  deploymentOf,
  eventColumns,
  eventJoins,
  isoTime,
  type SelectedRow,
  type Statements,
} from './event-select';
import type { IndexFacts } from './index-facts';

const rollbackNumber = kindNumber('rollback');

/** Deployments of one app, newest first, in one environment or in all. */
export function deployments(
  statements: Statements,
  facts: IndexFacts,
  query: { app: string; environment?: string | undefined; limit: number },
): DeploymentEvent[] {
  const rows = facts.cells
    .filter(({ app, environment }) => app === query.app && (query.environment ?? environment) === environment)
    .flatMap(({ id }) => changesOf(statements, facts.lineage, id, query.limit, 'e.what = 2'));
  return [...new Map(rows.map((row) => [row.id, row])).values()]
    .sort((a, b) => a.id - b.id)
    .slice(0, query.limit)
    .map(deploymentOf);
}

/** Versions that ran there before the present one, each once, most recent first. */
export function previousVersions(
  statements: Statements,
  facts: IndexFacts,
  query: { app: string; environment: string; limit: number },
): VersionRun[] {
  const cell = facts.cells.find(
    ({ app, environment }) => app === query.app && environment === query.environment,
  );
  if (!cell) return [];
  // Some versions come more than once; a few rows more do for nearly all apps.
  for (let rows = query.limit * 2 + 8; ; rows *= 4) {
    const changes = changesOf(statements, facts.lineage, cell.id, rows, 'e.what in (2, 7)');
    const runs: VersionRun[] = [];
    const seen = new Set<string>();
    const present = changes[0]?.what === deploymentWhat ? changes[0].after : null;
    if (present) seen.add(present);
    for (let i = 0; i < changes.length && runs.length < query.limit; i += 1) {
      const change = changes[i];
      if (change?.what !== deploymentWhat || !change.after || seen.has(change.after)) continue;
      seen.add(change.after);
      runs.push(runOf(change, changes[i - 1]));
    }
    if (runs.length === query.limit || changes.length < rows) return runs;
  }
}

/** Every stay of one version of an app, in every environment, oldest first; also where the app was called otherwise then. */
export function versionHistory(
  statements: Statements,
  facts: IndexFacts,
  query: { app: string; version: string },
): (VersionRun & { environment: string })[] {
  const histories = facts.cells
    .filter(({ app }) => app === query.app)
    .map(({ id }) => facts.lineage.stretches(id));
  const cells = [...new Set(histories.flat().map(({ cell }) => cell))];
  const stays = statements.all<SelectedRow & { cell: number }>(
    `select e.cell, ${eventColumns} from event e ${facts.complete ? 'indexed by event_after' : ''} ${eventJoins}
     where e.after = ? and e.what = 2 and e.cell in (select value from json_each(?)) order by e.id desc`,
    query.version,
    JSON.stringify(cells),
  );
  return stays.flatMap((stay) => {
    const history = histories.find((one) =>
      one.some(({ cell, above }) => cell === stay.cell && stay.id > above),
    );
    if (!history) return [];
    const next = history
      .flatMap(({ cell, above }) =>
        statements.all<SelectedRow>(
          `select ${eventColumns} from event e indexed by event_cell ${eventJoins}
           where e.cell = ? and e.id < ? and e.id > ? and e.what in (2, 7) order by e.id desc limit 1`,
          cell,
          stay.id,
          above,
        ),
      )
      .sort((a, b) => b.id - a.id)[0];
    return [{ ...runOf(stay, next), environment: stay.environment }];
  });
}

/** Events of one cell's history, newest first: its own, and those from before its file came here. */
export function changesOf(
  statements: Statements,
  lineage: Lineage,
  cell: number,
  limit: number,
  which: string,
): SelectedRow[] {
  const of = (stretch: Stretch) =>
    statements.all<SelectedRow>(
      `select ${eventColumns} from event e indexed by event_cell ${eventJoins} where e.cell = ? and e.id > ? and ${which} order by e.id limit ?`,
      stretch.cell,
      stretch.above,
      limit,
    );
  const stretches = lineage.stretches(cell);
  if (stretches.length === 1) return stretches.flatMap(of);
  return stretches
    .flatMap(of)
    .sort((a, b) => a.id - b.id)
    .slice(0, limit);
}

function runOf(row: SelectedRow, next: SelectedRow | undefined): VersionRun {
  const deployment = deploymentOf(row);
  return {
    version: deployment.to,
    deployment,
    until: next ? isoTime(next.at) : null,
    replacedBy: next?.what === deploymentWhat ? next.after : null,
    rolledBack: next?.what === deploymentWhat && next.kind === rollbackNumber,
  };
}
