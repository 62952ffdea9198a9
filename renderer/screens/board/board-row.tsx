// biome-ignore-all lint/a11y/useSemanticElements: a virtualised ARIA grid cannot be built of table elements
// biome-ignore-all lint/a11y/useFocusableInteractive: a row is no stop, its cells are
import { Link } from '@tanstack/react-router';
import { memo } from 'react';
import { needsAttention } from '../../../shared/domain/attention/attention-reason';
import type { EnvironmentView } from '../../../shared/domain/board/board';
import type { DebtView } from '../../../shared/domain/emergency/debt';
import { debtIn } from '../../data/emergency';
import { useUiState } from '../../ui/layout/ui-state';
import { clock } from '../../ui/time/time';
import { useNow } from '../../ui/time/use-now';
import { BoardCell } from './board-cell';
import classes from './board-grid.module.css';
import type { Row } from './rows';

interface BoardRowProps {
  row: Row;
  environments: readonly EnvironmentView[];
  debts: readonly DebtView[];
  /** Whether anything is frozen at all. */
  anyFrozen: boolean;
  /** The moment of the past that is shown, ms since the epoch; `null`: now. */
  past: number | null;
  /** Place among the rows, from 0. */
  index: number;
  /** Px from the top of the grid. */
  top: number;
  /** Widths of the columns, as CSS has them. */
  columns: string;
  /** The column with the grid's tab stop, -1: none. */
  active: number;
}

/** One app in every environment. It is drawn again only where something of it changed. */
export const BoardRow = memo(function BoardRow(props: BoardRowProps) {
  const { row, past, index, top, columns, active } = props;
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      className={classes.row}
      data-trouble={
        (past === null && row.cells.some((cell) => cell !== null && needsAttention(cell))) || undefined
      }
      style={{ gridTemplateColumns: columns, transform: `translateY(${top}px)` }}
    >
      <AppCell app={row.app} active={active === 0} />
      <Cells {...props} />
    </div>
  );
});

function AppCell({ app, active }: { app: string; active: boolean }) {
  const selected = useUiState((state) => state.selected?.app === app && state.selected.environment === null);
  return (
    <div
      role="rowheader"
      aria-colindex={1}
      aria-selected={selected}
      tabIndex={active ? 0 : -1}
      data-app={app}
      data-column={0}
      className={classes.app}
      title={app}
    >
      <Link to="/apps/$app" params={{ app }} tabIndex={-1} className={classes.appLink}>
        {app}
      </Link>
    </div>
  );
}

function Cells({ row, environments, debts, anyFrozen, past, active }: BoardRowProps) {
  const now = useNow('calm');
  const selected = useUiState((state) =>
    state.selected?.app === row.app ? state.selected.environment : null,
  );
  return environments.map(({ name, cluster }, index) => (
    <BoardCell
      key={name}
      app={row.app}
      environment={name}
      cell={row.cells[index] ?? null}
      debt={debts.length === 0 ? null : debtIn(debts, { app: row.app, environment: name })}
      anyFrozen={anyFrozen}
      staleAsOf={
        cluster.state === 'unreachable' ? (cluster.asOf ? clock(cluster.asOf, now) : 'an unknown time') : null
      }
      past={past}
      column={index + 1}
      tabIndex={active === index + 1 ? 0 : -1}
      selected={selected === name}
    />
  ));
}
