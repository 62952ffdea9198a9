import { Link } from '@tanstack/react-router';
import type { Cell } from '../../../shared/domain/board/board';
import { debtSentence, offSentence } from '../../../shared/domain/emergency/debt-words';
import { useDebt } from '../../data/emergency';
import { TimedText } from '../time/timed-text';
import { ReconcileButton } from './emergency-actions';
import classes from './emergency-note.module.css';

/** That a cell was rolled back past Git, what is off, and the way to put it back; nothing where it was not. */
export function EmergencyNote({ cell }: { cell: Cell }) {
  const debt = useDebt(cell);
  if (!debt) return null;
  const { operation, by, reason, running } = debt;
  return (
    <section className={classes.note} aria-label={`Emergency rollback in ${cell.environment}`}>
      <p>
        <strong>Emergency rollback.</strong> {cell.app} {debtSentence(debt, cell.ledger?.version ?? null)}{' '}
        <TimedText text={offSentence(debt)} />
      </p>
      <p className={classes.small}>
        “{reason}” · {by} ·{' '}
        <Link to="/operations/$operationId" params={{ operationId: running ?? operation }}>
          Operation
        </Link>
      </p>
      <ReconcileButton debt={debt} />
    </section>
  );
}
