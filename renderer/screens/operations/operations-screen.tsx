import { SegmentedControl } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { shortTitleOf } from '../../../shared/domain/operation/intent';
import type { Operation } from '../../../shared/domain/operation/operation';
import { stepAt } from '../../../shared/domain/operation/present-step';
import { operationSpent } from '../../../shared/domain/operation/spent';
import { useOperations } from '../../data/queries';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { OperationMark } from '../../ui/layout/mark';
import { Empty } from '../../ui/layout/panel';
import { stepWord } from '../../ui/text/words';
import { clock, duration, fullTime } from '../../ui/time/time';
import { useNow } from '../../ui/time/use-now';
import classes from './operations-screen.module.css';

/** Everything that release managers asked of this console, newest first. */
export function OperationsScreen() {
  const [which, setWhich] = useState('all');
  const operations = useOperations({ limit: 200 });
  const shown = (operations.data ?? []).filter((each) =>
    which === 'open' ? each.finishedAt === null : which === 'failed' ? troubled(each) : true,
  );
  return (
    <div className={classes.screen}>
      <header className={classes.head}>
        <h1>Operations</h1>
        <SegmentedControl
          aria-label="Which operations"
          value={which}
          onChange={setWhich}
          data={[
            { value: 'all', label: 'All' },
            { value: 'open', label: 'Open' },
            { value: 'failed', label: 'Failed or unknown' },
          ]}
        />
      </header>
      {operations.error && (
        <FailurePanel failure={operations.error.failure} onRetry={() => void operations.refetch()} />
      )}
      {operations.isPending && <p role="status">Loading operations…</p>}
      {operations.data && shown.length === 0 && (
        <Empty title={which === 'all' ? 'No operations yet' : 'No matching operations'}>
          {which === 'all'
            ? 'Deploys, promotions, rollbacks and holds that you start appear here. They are still here after a restart.'
            : 'Choose “All” to see every operation.'}
        </Empty>
      )}
      {shown.length > 0 && <OperationTable operations={shown} />}
    </div>
  );
}

const troubled = (operation: Operation): boolean =>
  operation.state === 'failed' || operation.state === 'unknown';

function OperationTable({ operations }: { operations: readonly Operation[] }) {
  const now = useNow('second');
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          <th scope="col">State</th>
          <th scope="col">Operation</th>
          <th scope="col">At</th>
          <th scope="col">Requested</th>
          <th scope="col">By</th>
          <th scope="col" className={classes.number}>
            Took
          </th>
        </tr>
      </thead>
      <tbody>
        {operations.map((each) => {
          const step = stepAt(each);
          return (
            <tr key={each.id}>
              <td>
                <OperationMark value={each.state} />
              </td>
              <td className={classes.action}>
                <Link to="/operations/$operationId" params={{ operationId: each.id }}>
                  {shortTitleOf(each.intent)}
                </Link>
                {each.intent.reason && <span className={classes.reason}>“{each.intent.reason}”</span>}
              </td>
              <td>{step && each.state !== 'succeeded' ? stepWord(step.name) : ''}</td>
              <td title={fullTime(each.requestedAt)}>{clock(each.requestedAt, now)}</td>
              <td>{each.actor}</td>
              <td className={classes.number}>{duration(operationSpent(each, now))}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
