import { getRouteApi } from '@tanstack/react-router';
import { useRollout } from '../../data/queries';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { Empty } from '../../ui/layout/panel';
import { LogViewer } from '../../ui/log/log-viewer';
import { rolloutSources } from '../../ui/log/sources-by-kind';
import { FreshnessMark } from '../../ui/time/freshness-mark';
import classes from './logs-screen.module.css';

const route = getRouteApi('/logs/$environment/$app');

/** The logs of all pods of an app in one environment, old and new; pods that come join by themselves. */
export function LogsScreen() {
  const { app, environment } = route.useParams();
  const rollout = useRollout(app, environment);
  const sources = rolloutSources(environment, rollout.data?.rollouts ?? []);
  const name = `${app} in ${environment}`;
  return (
    <div className={classes.screen}>
      <header className={classes.head}>
        <h1>
          Logs of {app} <span className={classes.quiet}>in {environment}</span>
        </h1>
        {rollout.data && <FreshnessMark value={rollout.data.freshness} />}
      </header>
      {rollout.error ? (
        <div className={classes.fault}>
          <FailurePanel failure={rollout.error.failure} onRetry={() => void rollout.refetch()} />
        </div>
      ) : sources.length > 0 ? (
        <div className={classes.log}>
          <LogViewer key={name} name={name} sources={sources} />
        </div>
      ) : rollout.isPending ? (
        <p className={classes.fault} role="status">
          Checking the cluster…
        </p>
      ) : (
        <Empty title="No pods">
          No pod of {app} found in {environment}.
        </Empty>
      )}
    </div>
  );
}
