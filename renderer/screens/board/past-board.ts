import type { Board, Cell, EnvironmentView } from '../../../shared/domain/board/board';
import { driftOf } from '../../../shared/domain/board/drift';
import type { HistoricBoard, HistoricCell } from '../../../shared/domain/history/history-event';
import { shutGate } from '../../../shared/domain/hold/hold-plan';

/** Why nothing can be done from a board of the past. */
export const pastBlocked = 'You are viewing the past. Go back to now to use actions.';

/** The first environment of the chain that one is in. */
function firstOf(environments: readonly EnvironmentView[], name: string): string {
  const before = environments.find((one) => one.name === name)?.before ?? null;
  return before === null ? name : firstOf(environments, before);
}

function cellThen(
  cell: HistoricCell,
  then: HistoricBoard,
  environments: readonly EnvironmentView[],
  find: (environment: string) => HistoricCell | undefined,
): Cell {
  const before = environments.find(({ name }) => name === cell.environment)?.before ?? null;
  const first = firstOf(environments, cell.environment);
  const frozen = then.standing.find(
    (event) =>
      event.type === 'frozen' &&
      ['', cell.environment].includes(event.environment) &&
      ['', cell.app].includes(event.app),
  );
  const gate = shutGate(before, (environment) => find(environment)?.automaticDeploys, []);
  return {
    app: cell.app,
    environment: cell.environment,
    ledger: {
      version: cell.version,
      automaticDeploys: cell.automaticDeploys,
      promote: cell.promote,
      problem: null,
    },
    deployed: cell.deployment,
    applications: [],
    running: null,
    health: null,
    stage: null,
    tests: null,
    rollout: null,
    drift:
      first === cell.environment
        ? { state: 'same' }
        : driftOf(cell.version, { environment: first, version: find(first)?.version }),
    hold: frozen
      ? { state: 'effective', by: frozen.author, since: frozen.at, reason: frozen.reason, detail: null }
      : gate && {
          state: 'effective',
          by: null,
          since: null,
          reason: null,
          detail: `Automatic deploys were switched off in ${gate.before}'s file.`,
        },
    operation: null,
    rollbackTarget: null,
  };
}

/**
 * The board of a moment in the shape of the present one: the same environments in the same order, and what the release
 * repo said then. What only a cluster could tell is not known of the past.
 */
export function pastBoard(present: Board, then: HistoricBoard): Board {
  const names = new Set(present.environments.map(({ name }) => name));
  const byPlace = new Map(then.cells.map((cell) => [`${cell.environment}\n${cell.app}`, cell]));
  const cells = then.cells.filter(({ environment }) => names.has(environment));
  return {
    revision: present.revision,
    commit: then.commit,
    committedAt: then.at,
    ledger: present.ledger,
    history: present.history,
    environments: present.environments.map((one) => ({ ...one, cluster: { state: 'absent' }, lock: null })),
    apps: [...new Set(cells.map(({ app }) => app))].sort(),
    cells: cells.map((cell) =>
      cellThen(cell, then, present.environments, (environment) => byPlace.get(`${environment}\n${cell.app}`)),
    ),
    problems: [],
    emergency: { away: null, debts: [] },
  };
}
