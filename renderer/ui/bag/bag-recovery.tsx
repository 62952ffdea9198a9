import { IconArrowBackUp } from '@tabler/icons-react';
import { type Recovery, recoveryOf } from '../../../shared/domain/bags/recovery';
import type { StageView } from '../../../shared/domain/bags/view';
import type { BagIntent } from '../../../shared/domain/operation/intent';
import { useBags } from '../../data/bags-queries';
import { useReadOnly } from '../../data/queries';
import { ActionButton } from '../action/action-button';
import { openAction } from '../layout/ui-state';
import classes from './bag-recovery.module.css';
import { bagRollback } from './bag-rollback';

interface BagRecoveryProps {
  pipeline: string;
  stage: StageView;
  /** Only these of the ways out. */
  only?: readonly Recovery[];
}

/** The ways out of a failed deployment of a bag, as buttons where the text names them. */
export function BagRecovery({ pipeline, stage, only }: BagRecoveryProps) {
  const readOnlyBecause = useReadOnly();
  const bags = useBags(pipeline).data?.bags ?? [];
  const ways = recoveryOf(stage).filter((way) => !only || only.includes(way));
  if (ways.length === 0) return null;
  return (
    <div className={classes.ways}>
      {ways.map((way) => {
        const found = wayOut(way, pipeline, stage, bags);
        return (
          <ActionButton
            key={way}
            variant={
              way === 'retry-failed' || (way === 'roll-back' && !ways.includes('retry-failed'))
                ? 'filled'
                : 'default'
            }
            {...(way === 'roll-back' ? { leftSection: <IconArrowBackUp size={15} aria-hidden /> } : {})}
            blocked={readOnlyBecause ?? ('blocked' in found ? found.blocked : null)}
            onAction={() => 'intent' in found && openAction(found.intent)}
          >
            {label(way, stage)}
          </ActionButton>
        );
      })}
    </div>
  );
}

function label(way: Recovery, { running }: StageView): string {
  switch (way) {
    case 'retry-failed':
      return 'Retry failed tests…';
    case 'retry-all':
      return 'Retry all tests…';
    case 'force-unlock':
      return 'Force unlock…';
    case 'deploy-again':
      return `Deploy bag ${running?.bag} again…`;
    case 'roll-back':
      return 'Roll back…';
  }
}

function wayOut(
  way: Recovery,
  pipeline: string,
  stage: StageView,
  bags: Parameters<typeof bagRollback>[2],
): { intent: BagIntent } | { blocked: string } {
  const { environment, running, lock } = stage;
  if (!running) return { blocked: `No bag runs in ${environment}.` };
  const { bag } = running;
  if (way === 'roll-back') return bagRollback(pipeline, stage, bags);
  if (way === 'deploy-again')
    return {
      intent: {
        kind: 'deploy-bag',
        pipeline,
        environment,
        bag,
        running: bag,
        leaveRunning: [],
        override: [],
        cause: 'manual',
        byRule: false,
      },
    };
  if (!lock) return { blocked: `${environment} is not locked any more.` };
  const place = { pipeline, environment, token: lock.token };
  if (way === 'force-unlock')
    return { intent: { kind: 'force-unlock', ...place, reason: '-', override: [] } };
  if (stage.bad.some((one) => one.bag === bag))
    return { blocked: `Bag ${bag} is marked bad here, so it can’t pass.` };
  return { intent: { kind: 'retry-tests', ...place, bag, suites: way === 'retry-all' ? 'all' : 'failed' } };
}
