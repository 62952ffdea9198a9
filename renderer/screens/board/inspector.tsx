import { useDebouncedValue } from '@mantine/hooks';
import type { Board } from '../../../shared/domain/board/board';
import type { LedgerEvent } from '../../../shared/domain/history/history-event';
import { useUiState } from '../../ui/layout/ui-state';
import { AppSummary } from './app-summary';
import { CellDetails } from './cell-details';
import classes from './inspector.module.css';
import { Overview } from './overview';
import { PastCell, PastOverview } from './past-details';
import type { Row } from './rows';

interface InspectorProps {
  board: Board;
  rows: readonly Row[];
  /** The moment of the past that is shown, and what stood then; `null`: now. */
  past: { at: string; standing: readonly LedgerEvent[] } | null;
  rollbackWanted: string | null;
  onRollbackFocused: () => void;
}

/**
 * What is selected, at the right of the grid: it is always there, so selecting moves nothing. It follows the
 * selection with a short delay, so that walking over cells by the arrows asks for no previews on the way.
 */
export function Inspector({ board, rows, past, rollbackWanted, onRollbackFocused }: InspectorProps) {
  const [selected] = useDebouncedValue(
    useUiState((state) => state.selected),
    120,
  );
  const row = rows.find((each) => each.app === selected?.app);
  const cell = row?.cells.find((each) => each?.environment === selected?.environment) ?? null;
  const environment = board.environments.find((each) => each.name === selected?.environment);
  if (past !== null)
    return (
      <aside className={classes.inspector} aria-label="Details">
        {cell ? (
          <PastCell cell={cell} board={board} at={past.at} />
        ) : (
          <PastOverview board={board} {...past} />
        )}
      </aside>
    );
  return (
    <aside className={classes.inspector} aria-label="Details">
      {cell && environment ? (
        <CellDetails
          key={`${cell.app} ${cell.environment}`}
          cell={cell}
          environment={environment}
          board={board}
          focusRollback={rollbackWanted === `${cell.app} ${cell.environment}`}
          onRollbackFocused={onRollbackFocused}
        />
      ) : row ? (
        <AppSummary row={row} environment={environment?.name ?? null} board={board} />
      ) : (
        <Overview board={board} rows={rows} />
      )}
    </aside>
  );
}
