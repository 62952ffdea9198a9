import { useCallback, useState } from 'react';
import type { Board } from '../../../shared/domain/board/board';
import { useShortcuts } from '../../ui/action/shortcuts';
import { openSheet, useUiState } from '../../ui/layout/ui-state';
import { announce } from '../../ui/text/announcer';
import { focusStop } from './focus-stop';
import { pastBlocked } from './past-board';

/** The environment that a version goes to from `environment`, `null` at the end of its chain. */
export function nextEnvironment(board: Board, environment: string): string | null {
  return board.environments.find((each) => each.before === environment)?.name ?? null;
}

/** From a cell back to the overview, and from the overview to the grid alone; the focus goes back to the grid. */
function stepBack(): void {
  const { selected, panelOpen } = useUiState.getState();
  focusStop();
  if (selected) useUiState.setState({ selected: null });
  else if (panelOpen) useUiState.setState({ panelOpen: false });
}

/**
 * Keys of the selected cell. All are capitals: small letters type ahead, and none of these actions by itself (they open
 * the sheet, or go to the Roll back button that says what it will do). In the past they only say why they don't.
 */
export function useCellShortcuts(board: Board, past: boolean) {
  const [wanted, setWanted] = useState<string | null>(null);
  useShortcuts({
    'shift+d': () => {
      if (past) return announce(pastBlocked);
      const { selected } = useUiState.getState();
      if (selected) openSheet({ kind: 'deploy', ...selected });
    },
    'shift+p': () => {
      if (past) return announce(pastBlocked);
      const { selected } = useUiState.getState();
      if (!selected?.environment) return;
      const next = nextEnvironment(board, selected.environment);
      if (next) {
        openSheet({ kind: 'promote', app: selected.app, environment: next, from: selected.environment });
      }
    },
  });
  useShortcuts({ Escape: stepBack });
  const focusRollback = useCallback(() => {
    if (past) return announce(pastBlocked);
    const { selected } = useUiState.getState();
    if (!selected?.environment) return;
    useUiState.setState({ panelOpen: true });
    setWanted(`${selected.app} ${selected.environment}`);
  }, [past]);
  const rollbackFocused = useCallback(() => setWanted(null), []);
  return { focusRollback, rollbackWanted: wanted, rollbackFocused };
}
