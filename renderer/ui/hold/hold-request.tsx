import { IconHourglass } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { Cell } from '../../../shared/domain/board/board';
import { useOperation } from '../../data/queries';
import { Mark } from '../layout/mark';
import { TimedText } from '../time/timed-text';
import classes from './hold-request.module.css';
import { isHoldAlone, WithdrawHold } from './withdraw-hold';

/**
 * The hold that a rollback has asked for and that waits for its review: until it is merged nothing is held. Nothing where
 * no operation of this console asks for one in the cell.
 */
export function HoldRequest({ cell }: { cell: Cell }) {
  return cell.operation?.state === 'running' ? <Asked operationId={cell.operation.id} /> : null;
}

function Asked({ operationId }: { operationId: string }) {
  const { data: operation } = useOperation(operationId);
  const step = operation?.steps.find(({ name }) => name === 'hold-request');
  if (!operation || step?.state !== 'running') return null;
  const job = operation.jobs.find(({ kind }) => kind === 'pull-request');
  return (
    <section className={classes.request} aria-label="Hold request">
      <Mark icon={IconHourglass} tone="warn" label="Hold waits for its review" badge />
      <p>
        <TimedText text={job?.text ?? step.waitingFor ?? 'It is being requested.'} />
      </p>
      <p className={classes.small}>
        Automatic deploys stay on until it is merged: a new promotion can replace this version.{' '}
        <Link to="/operations/$operationId" params={{ operationId }}>
          Open the operation
        </Link>
      </p>
      {isHoldAlone(operation) && <WithdrawHold operation={operation} className={classes.small} />}
    </section>
  );
}
