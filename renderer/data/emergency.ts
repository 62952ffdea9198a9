import type { Cell } from '../../shared/domain/board/board';
import type { DebtView } from '../../shared/domain/emergency/debt';
import { useBoardFrame, useReadOnly } from './queries';
import { useBlocked } from './use-blocked';

/** The emergency rollback of a cell that is not put back; `null`: there is none. */
export const debtIn = (
  debts: readonly DebtView[] | undefined,
  { app, environment }: Pick<Cell, 'app' | 'environment'>,
): DebtView | null => debts?.find((one) => one.app === app && one.environment === environment) ?? null;

export const useDebt = (cell: Pick<Cell, 'app' | 'environment'>): DebtView | null =>
  debtIn(useBoardFrame().data?.emergency.debts, cell);

/** Why an emergency rollback cannot be made, `null`: it can; `offered: false`: it is not for now. */
export function useEmergencyOffer(cell: Cell): { offered: boolean; blocked: string | null } {
  const board = useBoardFrame().data;
  const blocked = useBlocked(cell.environment);
  const away = board?.emergency.away ?? null;
  // What was set there already is no way back.
  const isThere = debtIn(board?.emergency.debts, cell)?.imageTag === cell.rollbackTarget?.version;
  if (away === null || !cell.rollbackTarget || !cell.ledger || isThere)
    return { offered: false, blocked: null };
  return { offered: true, blocked: blocked('switch-automatic-sync') ?? blocked('set-image') };
}

/** Why a debt cannot be paid now; `null`: it can. */
export function useReconcileBlocked(debt: DebtView): string | null {
  const board = useBoardFrame().data;
  const readOnlyBecause = useReadOnly();
  if (readOnlyBecause !== null) return readOnlyBecause;
  if (debt.running !== null) return 'An operation is at work on it.';
  if (board?.ledger.state !== 'live')
    return 'Wait until the release repo is reachable: Git is what it is reconciled with.';
  return null;
}
