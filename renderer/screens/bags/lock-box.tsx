import { IconLock } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { BagPipelineView, LockView, StageView } from '../../../shared/domain/bags/view';
import { useSession } from '../../data/queries';
import { ActButton } from '../../ui/act-button';
import { count } from '../../ui/count';
import { age, clock, fullTime } from '../../ui/time';
import { openAct } from '../../ui/ui-state';
import { useNow } from '../../ui/use-now';
import classes from './stage-card.module.css';

/** Who holds the lock, why, for how long, what waits behind it, and the ways to release it. */
export function LockBox(props: { pipeline: BagPipelineView; stage: StageView; lock: LockView }) {
  const { pipeline, stage, lock } = props;
  const now = useNow('calm');
  const readOnlyBecause = useSession().data?.readOnlyBecause ?? null;
  const place = { pipeline: pipeline.pipeline, environment: stage.environment, token: lock.token };
  const ownByHand = lock.mine && lock.kind === 'manual';
  const late = lock.until !== null && Date.parse(lock.until) < now;
  return (
    <section className={classes.lock} aria-label={`Lock of ${stage.environment}`}>
      <p className={classes.lockHead}>
        <IconLock size={15} aria-hidden />
        <strong>
          Locked by {lock.by}
          {lock.mine && lock.kind === 'bag' ? ' (this console)' : ''}
        </strong>
        <span title={fullTime(lock.at)}>for {age(lock.at, now)}</span>
      </p>
      {lock.reason && <p>“{lock.reason}”</p>}
      {lock.kind === 'bag' && (
        <p className={classes.quiet}>
          {lock.bag === null ? 'To deploy a bag' : `Bag ${lock.bag}`}
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
      {stage.waiting.length > 0 && (
        <p>
          {count(stage.waiting.length, 'deployment')} of this console waits behind it:{' '}
          {stage.waiting.map(({ bag }) => `bag ${bag}`).join(', ')}
        </p>
      )}
      <div className={classes.acts}>
        {ownByHand ? (
          <ActButton
            variant="default"
            blocked={readOnlyBecause}
            onAct={() => openAct({ kind: 'unlock', ...place })}
          >
            Unlock…
          </ActButton>
        ) : (
          <ActButton
            color="red"
            variant="outline"
            blocked={readOnlyBecause}
            onAct={() => openAct({ kind: 'force-unlock', ...place, reason: '-', override: [] })}
          >
            Unlock by force…
          </ActButton>
        )}
      </div>
    </section>
  );
}
