import type { Cell } from '../board/board';
import { stageText, testsText } from '../board/cell-words';

/** Why a cell needs attention, in two words; `null` when it does not. */
export function attentionReason(cell: Cell): string | null {
  if (cell.ledger?.problem) return 'File unreadable';
  if (cell.hold?.state === 'alarm') return 'Hold bypassed';
  if (cell.stage && (cell.stage.failing || cell.stage.state === 'drifted')) return stageText(cell);
  if (cell.rollout?.state === 'failed') return 'Rollout failed';
  if (cell.rollout?.failing) return 'Pods failing';
  if (cell.tests?.state === 'failed' || cell.tests?.state === 'promotion-failed')
    return testsText[cell.tests.state];
  if (cell.health === 'Degraded' || cell.health === 'Missing') return cell.health;
  if (cell.operation?.state === 'unknown') return 'Outcome unknown';
  return cell.operation?.state === 'failed' ? 'Operation failed' : null;
}

/** Whether a cell needs attention. */
export const needsAttention = (cell: Cell): boolean => attentionReason(cell) !== null;
