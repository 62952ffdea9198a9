import { IconPlayerStop } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { shortTitleOf, titleOf } from '../../../shared/domain/operation/intent';
import type { Operation } from '../../../shared/domain/operation/operation';
import { operationSpent } from '../../../shared/domain/operation/spent';
import { useCancelOperation, useOperations } from '../../data/queries';
import { ActionButton } from '../../ui/action/action-button';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { isHoldAlone, WithdrawHold } from '../../ui/hold/withdraw-hold';
import { OperationMark } from '../../ui/layout/mark';
import { ago, duration, fullTime } from '../../ui/time/time';
import { TimedText } from '../../ui/time/timed-text';
import { useNow } from '../../ui/time/use-now';
import { NextStep } from './next-step';
import classes from './operation-screen.module.css';
import { SubjectLink } from './subject-link';

/** What it is, how it stands, and the two ways out: cancel while that is safe, and roll back. */
export function OperationHead({ operation }: { operation: Operation }) {
  const now = useNow('second');
  const { intent, state } = operation;
  const spent = duration(operationSpent(operation, now));
  return (
    <header className={classes.head}>
      <div className={classes.what}>
        <p className={classes.crumbs}>
          <Link to="/operations">Operations</Link> / <SubjectLink intent={intent} />
        </p>
        <h1 title={titleOf(intent)}>{shortTitleOf(intent)}</h1>
        <p className={classes.state}>
          <OperationMark value={state} badge />
          <span title={fullTime(operation.requestedAt)}>
            {ago(operation.requestedAt, now)} by {operation.actor}
          </span>
          <span>{state === 'running' ? `running for ${spent}` : `took ${spent}`}</span>
        </p>
        <PartOfBatch operation={operation} />
        {operation.supersededBy && <TakenOver by={operation.supersededBy} />}
      </div>
      <div className={classes.choices}>
        <NextStep operation={operation} />
      </div>
      {state === 'running' && <Cancel operation={operation} />}
    </header>
  );
}

/** The batch that it was begun by; nothing where it was asked for alone. */
function PartOfBatch({ operation: { id, intent, requestedAt } }: { operation: Operation }) {
  const environment =
    'environment' in intent && intent.environment ? { environment: intent.environment } : {};
  const operations = useOperations({ ...environment, limit: 200 }).data ?? [];
  const head = operations.find(
    (one) =>
      one.intent.kind === 'batch' &&
      one.requestedAt <= requestedAt &&
      one.jobs.some(({ operationId }) => operationId === id),
  );
  if (!head) return null;
  return (
    <p className={classes.state}>
      <span>Part of a batch:</span>
      <Link to="/operations/$operationId" params={{ operationId: head.id }}>
        {shortTitleOf(head.intent)}
      </Link>
    </p>
  );
}

/** What took over, and the way to it where this console knows it. */
function TakenOver({ by }: { by: NonNullable<Operation['supersededBy']> }) {
  return (
    <p className={classes.state}>
      <span>
        <TimedText text={by.text} />
      </span>
      {by.operationId && (
        <Link to="/operations/$operationId" params={{ operationId: by.operationId }}>
          Open the newer operation
        </Link>
      )}
    </p>
  );
}

function Cancel({ operation }: { operation: Operation }) {
  const cancel = useCancelOperation();
  if (isHoldAlone(operation))
    return (
      <div className={classes.cancel}>
        <WithdrawHold operation={operation} className={classes.why} />
      </div>
    );
  const isBatch = operation.intent.kind === 'batch';
  return (
    <div className={classes.cancel}>
      <ActionButton
        variant="default"
        leftSection={<IconPlayerStop size={14} aria-hidden />}
        blocked={operation.cancel.allowed ? null : operation.cancel.because}
        busy={cancel.isPending}
        onAction={() => cancel.mutate(operation.id)}
      >
        {isBatch ? 'Stop batch' : 'Cancel operation'}
      </ActionButton>
      {isBatch && operation.cancel.allowed && (
        <p className={classes.why}>Apps already started will finish. No more will start.</p>
      )}
      {!operation.cancel.allowed && <p className={classes.why}>{operation.cancel.because}</p>}
      {cancel.error && <FailurePanel failure={cancel.error.failure} />}
    </div>
  );
}
