import { IconBan, IconPin, IconSnowflake } from '@tabler/icons-react';
import type { PolicyChange } from '../../../shared/domain/bags/policy';
import type { BagPipelineView, StageView } from '../../../shared/domain/bags/view';
import { useReadOnly } from '../../data/queries';
import { ActionButton } from '../../ui/action/action-button';
import { Mark } from '../../ui/layout/mark';
import { openAction } from '../../ui/layout/ui-state';
import { ago, fullTime } from '../../ui/time/time';
import { useNow } from '../../ui/time/use-now';
import classes from './stage-card.module.css';

/** The environment's pin or freeze and its bad marks, each with who and why, and the way to take it away. */
export function PolicyBox({ pipeline, stage }: { pipeline: BagPipelineView; stage: StageView }) {
  const now = useNow('calm');
  const readOnlyBecause = useReadOnly();
  const { pin, bad, environment } = stage;
  if (!pin && bad.length === 0) return null;
  const change = (what: PolicyChange): void =>
    openAction({ kind: 'change-policy', pipeline: pipeline.pipeline, change: what });
  const said = (one: { by: string; at: string | null; reason: string }) => (
    <p className={classes.quiet} title={one.at === null ? undefined : fullTime(one.at)}>
      {one.by}
      {one.at !== null && `, ${ago(one.at, now)}`}
      {one.reason && `: “${one.reason}”`}
    </p>
  );
  return (
    <section className={classes.part} aria-label={`Pins and bad marks of ${environment}`}>
      {pin && (
        <div className={classes.policy}>
          <div>
            <Mark
              icon={pin.freeze ? IconSnowflake : IconPin}
              tone="hold"
              label={pin.freeze ? `Frozen at bag ${pin.bag}` : `Pinned to bag ${pin.bag}`}
              badge
            />
            {said(pin)}
          </div>
          <ActionButton
            variant="default"
            size="compact-sm"
            blocked={readOnlyBecause}
            onAction={() => change({ action: 'unpin', environment })}
          >
            {pin.freeze ? 'Unfreeze…' : 'Unpin…'}
          </ActionButton>
        </div>
      )}
      {bad.slice(0, 3).map((one) => (
        <div key={one.bag} className={classes.policy}>
          <div>
            <Mark icon={IconBan} tone="bad" label={`Bag ${one.bag} is bad here`} badge />
            {said(one)}
          </div>
          <ActionButton
            variant="default"
            size="compact-sm"
            blocked={readOnlyBecause}
            onAction={() => change({ action: 'clear-bad', environment, bag: one.bag })}
            label={`Clear the bad mark on bag ${one.bag} in ${environment}`}
          >
            Clear…
          </ActionButton>
        </div>
      ))}
      {bad.length > 3 && (
        <p className={classes.quiet}>
          and {bad.length - 3} more bad marks:{' '}
          {bad
            .slice(3)
            .map(({ bag }) => bag)
            .join(', ')}
        </p>
      )}
    </section>
  );
}
