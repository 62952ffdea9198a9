import { Button } from '@mantine/core';
import { IconCircleDashed } from '@tabler/icons-react';
import { shortVersion } from '../../../shared/domain/ledger/version';
import type { Rollout } from '../../../shared/domain/rollout/rollout';
import { areOfVersion } from '../../../shared/domain/rollout/rollout-rules';
import type { useRollout } from '../../data/queries';
import { FailurePanel } from '../finding/failure-panel';
import { Mark } from '../layout/mark';
import { Panel } from '../layout/panel';
import { allPods, type LogChoice } from '../log/log-choice';
import { FreshnessMark } from '../time/freshness-mark';
import { RolloutView } from './rollout-view';
import classes from './rollout-view.module.css';

interface RolloutPanelProps {
  app: string;
  environment: string;
  /** What should run there; `null`: nothing in particular. */
  version: string | null;
  rollout: ReturnType<typeof useRollout>;
  open: LogChoice | null;
  onLog: (log: LogChoice) => void;
}

/** Whether images are seen, and they are of another version. */
const runAnother = (rollouts: readonly Rollout[], version: string): boolean =>
  rollouts.some(({ replicaSets }) => replicaSets.some((set) => set.current && set.images.length > 0)) &&
  !areOfVersion(rollouts, version);

/** The rollouts of an app's Deployments in an environment, old and new. */
export function RolloutPanel({ app, environment, version, rollout, open, onLog }: RolloutPanelProps) {
  const rollouts: readonly Rollout[] = rollout.data?.rollouts ?? [];
  return (
    <Panel
      title="Rollout"
      aside={
        rollout.data && (
          <>
            {version !== null && runAnother(rollouts, version) && (
              <Mark icon={IconCircleDashed} tone="quiet" label={`Different from ${shortVersion(version)}`} />
            )}
            {rollouts.some(({ pods }) => pods.length > 1) && (
              <Button
                variant={open?.name === allPods ? 'light' : 'default'}
                size="compact-xs"
                aria-pressed={open?.name === allPods}
                onClick={() => onLog({ name: allPods, sources: [] })}
              >
                Logs of all pods
              </Button>
            )}
            <FreshnessMark value={rollout.data.freshness} />
          </>
        )
      }
    >
      {rollouts.map((each) => (
        <RolloutView
          key={each.deployment}
          app={app}
          rollout={each}
          environment={environment}
          open={open}
          onLog={onLog}
        />
      ))}
      {rollout.data?.rollouts.length === 0 && (
        <p className={classes.none}>
          No Deployment of {app} found in {environment}.
        </p>
      )}
      {rollout.error && (
        <div className={classes.none}>
          <FailurePanel failure={rollout.error.failure} onRetry={() => void rollout.refetch()} />
        </div>
      )}
      {rollout.isPending && <p className={classes.none}>Checking the cluster…</p>}
    </Panel>
  );
}
