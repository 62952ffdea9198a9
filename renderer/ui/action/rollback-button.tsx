import { IconArrowBackUp } from '@tabler/icons-react';
import type { Ref } from 'react';
import type { Cell } from '../../../shared/domain/board/board';
import { shortVersion } from '../../../shared/domain/ledger/version';
import { count } from '../../../shared/domain/text/count';
import { useOneClickRollback } from '../../data/one-click';
import { FailurePanel } from '../finding/failure-panel';
import { openSheet } from '../layout/ui-state';
import { announce } from '../text/announcer';
import { localTimes, TimedText } from '../time/timed-text';
import { useNow } from '../time/use-now';
import { ActionButton } from './action-button';
import classes from './rollback-button.module.css';

interface RollbackButtonProps {
  cell: Cell;
  ref?: Ref<HTMLButtonElement>;
  /** Stands out where the cell is in trouble. */
  urgent?: boolean;
  onStarted?: (operationId: string) => void;
}

/** Names the whole action, as tests and people look for it: app, version and environment. */
function rollbackLabel(cell: Cell): string {
  return cell.rollbackTarget
    ? `Roll back ${cell.app} to ${shortVersion(cell.rollbackTarget.version)} in ${cell.environment}`
    : `Roll back ${cell.app} in ${cell.environment}`;
}

/**
 * One click rolls back, when nothing warns. What it will do, and on what evidence, stands under it; with a warning
 * the sheet opens instead, and the line says so beforehand.
 */
export function RollbackButton({ cell, ref, urgent, onStarted }: RollbackButtonProps) {
  const rollback = useOneClickRollback(cell);
  const review = () => {
    if (!rollback.intent) return;
    const { app, environment, version } = rollback.intent;
    openSheet({ kind: 'rollback', app, environment, version });
  };
  const action = async () => {
    const started = await rollback.click(review);
    if (!started) return;
    announce(`${rollbackLabel(cell)}: started`);
    onStarted?.(started);
  };
  const said = note(cell, rollback);
  const now = useNow('calm');
  const stands = urgent && rollback.blocked === null;
  return (
    <div className={classes.box}>
      <ActionButton
        ref={ref}
        fullWidth
        variant={stands ? 'filled' : 'default'}
        color={stands ? 'signal' : 'gray'}
        leftSection={<IconArrowBackUp size={15} aria-hidden />}
        blocked={rollback.blocked}
        busy={rollback.busy}
        onAction={() => void action()}
        className={classes.button ?? ''}
      >
        {rollbackLabel(cell)}
      </ActionButton>
      <p className={classes.note} title={localTimes(said, now)}>
        <TimedText text={said} />
      </p>
      {rollback.failure && <FailurePanel failure={rollback.failure} onRetry={() => void action()} />}
    </div>
  );
}

function note(cell: Cell, rollback: ReturnType<typeof useOneClickRollback>): string {
  if (rollback.blocked) return rollback.blocked;
  if (rollback.review) {
    const [first = 'a check needs your attention.', ...more] = rollback.warnings;
    const others = more.length > 0 ? ` And ${count(more.length, 'more check')}.` : '';
    return `Opens the checks first: ${first}${others}`;
  }
  return [cell.rollbackTarget?.evidenceText ?? '', ...rollback.besides].join(' ').trim();
}
