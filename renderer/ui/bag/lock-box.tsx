import { IconLock } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { Fragment } from 'react';
import type { LockView } from '../../../shared/domain/bags/view';
import { count } from '../../../shared/domain/text/count';
import { useFrozen } from '../../data/freeze-queries';
import { useReadOnly } from '../../data/queries';
import { ActionButton } from '../action/action-button';
import { openAction, openFreeze } from '../layout/ui-state';
import { ago, clock, fullTime } from '../time/time';
import { useNow } from '../time/use-now';
import classes from './lock-box.module.css';

/** Who holds the lock, why, for how long, what waits behind it, and the ways to release it. */
export function LockBox(props: {
  pipeline: string;
  environment: string;
  lock: LockView;
  /** Deployments of this console that wait for it. */
  waiting?: readonly { operation: string; bag: number }[];
}) {
  const { pipeline, environment, lock, waiting = [] } = props;
  const now = useNow('calm');
  const readOnlyBecause = useReadOnly();
  const place = { pipeline, environment, token: lock.token };
  const ownByHand = lock.mine && lock.kind === 'manual';
  const late = lock.until !== null && Date.parse(lock.until) < now;
  return (
    <section className={classes.lock} aria-label={`Lock on ${environment}`}>
      <p className={classes.lockHead}>
        <IconLock size={15} aria-hidden />
        <span>
          <strong>
            {environment} is locked by {lock.by}
            {lock.mine && lock.kind === 'bag' ? ' (this console)' : ''}
          </strong>{' '}
          <span title={fullTime(lock.at)}>{ago(lock.at, now)}</span>
        </span>
      </p>
      {lock.reason && <p>“{lock.reason}”</p>}
      {lock.kind === 'manual' && <NotStopped pipeline={pipeline} environment={environment} />}
      {lock.kind === 'bag' && (
        <p className={classes.quiet}>
          {lock.bag === null ? 'Deploying a bag' : `Bag ${lock.bag}`}
          {lock.mine && (
            <>
              {' · '}
              <Link to="/operations/$operationId" params={{ operationId: lock.operation }}>
                operation
              </Link>
            </>
          )}
        </p>
      )}
      {lock.until && (
        <p className={late ? classes.warn : classes.quiet} title={fullTime(lock.until)}>
          {late ? 'Was expected to end' : 'Expected to end'} {clock(lock.until, now)}
        </p>
      )}
      {waiting.length > 0 && (
        <p>
          {count(waiting.length, 'deployment')} of this console {waiting.length === 1 ? 'waits' : 'wait'}{' '}
          behind it:{' '}
          {waiting.map(({ operation, bag }, index) => (
            <Fragment key={operation}>
              {index > 0 && ', '}
              <Link to="/operations/$operationId" params={{ operationId: operation }}>
                bag {bag}
              </Link>
            </Fragment>
          ))}
        </p>
      )}
      <div className={classes.actions}>
        {ownByHand ? (
          <ActionButton
            variant="default"
            blocked={readOnlyBecause}
            onAction={() => openAction({ kind: 'unlock', ...place })}
          >
            Unlock…
          </ActionButton>
        ) : (
          <ActionButton
            variant="default"
            blocked={
              readOnlyBecause ??
              (lock.mine ? 'Its operation is still running on this console: wait until it ends.' : null)
            }
            onAction={() => openAction({ kind: 'force-unlock', ...place, reason: '-', override: [] })}
          >
            Force unlock…
          </ActionButton>
        )}
      </div>
    </section>
  );
}

/** What a lock by hand does not do, until a freeze does it. */
function NotStopped({ pipeline, environment }: { pipeline: string; environment: string }) {
  const { freezes } = useFrozen({ environment, apps: [], pipelines: [pipeline] });
  const readOnlyBecause = useReadOnly();
  if (freezes.some(({ automatic }) => automatic))
    return <p className={classes.quiet}>Automatic deploys are stopped by a freeze.</p>;
  return (
    <p>
      The lock does not stop automatic deploys.{' '}
      <ActionButton
        variant="subtle"
        size="compact-xs"
        blocked={readOnlyBecause}
        onAction={() =>
          openFreeze({
            kind: 'freeze',
            scope: { app: null, environment, pipeline },
            from: null,
            until: null,
            automatic: true,
            manual: 'warn',
            reason: '',
          })
        }
      >
        Freeze {environment}…
      </ActionButton>
    </p>
  );
}

/** The way to take the lock of an environment by hand. */
export function LockButton({ pipeline, environment }: { pipeline: string; environment: string }) {
  const readOnlyBecause = useReadOnly();
  return (
    <ActionButton
      variant="default"
      blocked={readOnlyBecause}
      label={`Lock ${environment}`}
      onAction={() => openAction({ kind: 'lock', pipeline, environment, reason: '-', until: null })}
    >
      Lock…
    </ActionButton>
  );
}
