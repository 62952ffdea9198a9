import { IconPlayerStop } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { needsAttention } from '../../../shared/domain/attention/attention-reason';
import { isAppIntent, shortTitleOf, titleOf } from '../../../shared/domain/operation/intent';
import type { Operation } from '../../../shared/domain/operation/operation';
import { useCancelOperation, useCell } from '../../data/queries';
import { ActionButton } from '../../ui/action/action-button';
import { RollbackButton } from '../../ui/action/rollback-button';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { isHoldAlone, WithdrawHold } from '../../ui/hold/withdraw-hold';
import { OperationMark } from '../../ui/layout/mark';
import { ago, between, duration, fullTime } from '../../ui/time/time';
import { TimedText } from '../../ui/time/timed-text';
import { useNow } from '../../ui/time/use-now';
import classes from './operation-screen.module.css';

/** What it is, how it stands, and the two ways out: cancel while that is safe, and roll back. */
export function OperationHead({ operation }: { operation: Operation }) {
  const now = useNow('second');
  const { intent, state } = operation;
  const cell = useCell(isAppIntent(intent) ? intent.app : '', isAppIntent(intent) ? intent.environment : '');
  const spent = duration(between(operation.requestedAt, operation.finishedAt, now) ?? 0);
  return (
    <header className={classes.head}>
      <div className={classes.what}>
        <p className={classes.crumbs}>
          <Link to="/operations">Operations</Link> /{' '}
          {isAppIntent(intent) ? (
            <Link to="/apps/$app" params={{ app: intent.app }} search={{ environment: intent.environment }}>
              {intent.app}
            </Link>
          ) : 'pipeline' in intent ? (
            intent.pipeline
          ) : 'scope' in intent ? (
            'Freezes'
          ) : intent.app === null ? (
            'Estate'
          ) : (
            <Link to="/apps/$app" params={{ app: intent.app }}>
              {intent.app}
            </Link>
          )}
        </p>
        <h1 title={titleOf(intent)}>{shortTitleOf(intent)}</h1>
        <p className={classes.state}>
          <OperationMark value={state} badge />
          <span title={fullTime(operation.requestedAt)}>
            {ago(operation.requestedAt, now)} by {operation.actor}
          </span>
          <span>{state === 'running' ? `running for ${spent}` : `took ${spent}`}</span>
        </p>
        {operation.supersededBy && <TakenOver by={operation.supersededBy} />}
      </div>
      <div className={classes.choices}>
        {cell && <RollbackButton cell={cell} urgent={state === 'failed' || needsAttention(cell)} />}
      </div>
      {state === 'running' && <Cancel operation={operation} />}
    </header>
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
  return (
    <div className={classes.cancel}>
      <ActionButton
        variant="default"
        leftSection={<IconPlayerStop size={14} aria-hidden />}
        blocked={operation.cancel.allowed ? null : operation.cancel.because}
        busy={cancel.isPending}
        onAction={() => cancel.mutate(operation.id)}
      >
        Cancel operation
      </ActionButton>
      {!operation.cancel.allowed && <p className={classes.why}>{operation.cancel.because}</p>}
      {cancel.error && <FailurePanel failure={cancel.error.failure} />}
    </div>
  );
}
