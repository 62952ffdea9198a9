import { Button } from '@mantine/core';
import type { Rollout } from '../../../shared/domain/rollout';
import type { useRollout } from '../../data/queries';
import { FailurePanel } from '../failure-panel';
import { FreshnessMark } from '../freshness-mark';
import { allPods, type LogChoice } from '../log/log-choice';
import { Panel } from '../panel';
import { RolloutView } from './rollout-view';
import classes from './rollout-view.module.css';

interface RolloutPanelProps {
  app: string;
  environment: string;
  rollout: ReturnType<typeof useRollout>;
  open: LogChoice | null;
  onLog: (log: LogChoice) => void;
}

/** The rollouts of an app's Deployments in an environment, old and new. */
export function RolloutPanel({ app, environment, rollout, open, onLog }: RolloutPanelProps) {
  const rollouts: readonly Rollout[] = rollout.data?.rollouts ?? [];
  return (
    <Panel
      title="Rollout"
      aside={
        rollout.data && (
          <>
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
          No Deployment of {app} was seen in {environment}.
        </p>
      )}
      {rollout.error && (
        <div className={classes.none}>
          <FailurePanel failure={rollout.error.failure} onRetry={() => void rollout.refetch()} />
        </div>
      )}
      {rollout.isPending && <p className={classes.none}>Looking at the cluster…</p>}
    </Panel>
  );
}
