import type { Cell } from '../../../shared/domain/board/board';
import { rolloutText, stateSentence } from '../../../shared/domain/board/cell-words';
import { driftText, holdText, operationStateWord, stepWord } from '../../ui/text/words';
import { ago } from '../../ui/time/time';

/** What a cell's open operation is at: `Rollout`, or its state when it is not running. */
export function operationText(operation: NonNullable<Cell['operation']>): string {
  if (operation.state !== 'running') return operationStateWord[operation.state];
  return operation.step ? stepWord(operation.step) : 'Starting';
}

/** Health where nothing more telling is known: with pods on their way or a failure, that is said instead. */
function healthText(cell: Cell): string {
  if (cell.rollout?.state === 'progressing') return `rolling out, ${rolloutText(cell.rollout)}`;
  return cell.rollout ? rolloutText(cell.rollout) : (cell.health ?? 'health unknown');
}

/** Everything a cell shows, as one sentence for assistive technology. */
export function cellLabel(
  app: string,
  environment: string,
  cell: Cell | null,
  staleSince: string | null,
  now: number,
  past: boolean,
): string {
  if (!cell?.ledger) return `${app}, ${environment}: not deployed here`;
  const parts = [
    cell.ledger.problem ? 'its file can’t be read' : stateSentence(cell),
    cell.deployed
      ? `deployed ${ago(cell.deployed.at, now)}${past ? ' at that time' : ''}`
      : 'deployed at an unknown time',
    past ? '' : healthText(cell),
    driftText(cell.drift),
    cell.hold ? (cell.hold.frozen ? 'frozen' : holdText(cell.hold)) : '',
    cell.operation ? `operation: ${operationText(cell.operation)}` : '',
    staleSince ? `as of ${staleSince}` : '',
  ];
  return `${app}, ${environment}: ${parts.filter(Boolean).join(', ')}`;
}
