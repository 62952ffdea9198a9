import { getRouteApi, Link } from '@tanstack/react-router';
import { doneBy } from '../../../shared/domain/attribution/done-by';
import { shortVersion } from '../../../shared/domain/ledger/version';
import { useVersionHistory } from '../../data/history-queries';
import { useBoard } from '../../data/queries';
import { VersionLink } from '../../ui/change/version-link';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { Mark } from '../../ui/layout/mark';
import { Empty, Panel } from '../../ui/layout/panel';
import { BadMark } from '../../ui/notes/bad-mark';
import { SavedLogs, SavedObservations } from '../../ui/saved/saved-view';
import { CopyButton } from '../../ui/text/copy-button';
import { eventLook, kindLook } from '../../ui/text/event-words';
import { dateTime, fullTime, span } from '../../ui/time/time';
import { useNow } from '../../ui/time/use-now';
import { endOf, firstReached, type Run } from './lanes';
import classes from './version-screen.module.css';
import { Timeline } from './version-timeline';

const route = getRouteApi('/apps/$app/versions/$version');

/** The history of one version: where it came when, how long it ran there, and what took its place. */
export function VersionScreen() {
  const { app, version } = route.useParams();
  const runs = useVersionHistory(app, version);
  const board = useBoard().data;
  const order = board?.environments.map(({ name }) => name) ?? [];
  return (
    <div className={classes.screen}>
      <header className={classes.head}>
        <h1>
          <Link to="/apps/$app" params={{ app }}>
            {app}
          </Link>{' '}
          <span className="mono" title={version}>
            {shortVersion(version)}
          </span>
        </h1>
        <CopyButton text={version} label="Copy the version" />
        <Link to="/history" search={{ app: [app], q: version }}>
          View events
        </Link>
      </header>
      <BadMark app={app} version={version} />
      {runs.error && <FailurePanel failure={runs.error.failure} onRetry={() => void runs.refetch()} />}
      {runs.isPending && <p role="status">Loading its history…</p>}
      {runs.data?.length === 0 && (
        <Empty title="Never deployed">
          The loaded history has no deployment of {app} {shortVersion(version)}.
        </Empty>
      )}
      {runs.data && runs.data.length > 0 && <VersionRuns runs={runs.data} order={order} />}
    </div>
  );
}

function VersionRuns({ runs, order }: { runs: readonly Run[]; order: readonly string[] }) {
  const now = useNow('calm');
  return (
    <>
      <Panel title="Where it ran">
        <div className={classes.plot}>
          <Timeline runs={runs} order={order} now={now} />
        </div>
        <RunTable runs={runs} now={now} />
      </Panel>
      <div className={classes.saved}>
        {firstReached(runs).map(({ environment, saved }) => (
          <Panel key={environment} title={`Seen in ${environment}`}>
            <div className={classes.body}>
              <SavedObservations saved={saved} />
              <SavedLogs saved={saved} />
            </div>
          </Panel>
        ))}
      </div>
    </>
  );
}

function RunTable({ runs, now }: { runs: readonly Run[]; now: number }) {
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          <th scope="col">Environment</th>
          <th scope="col">Deployed</th>
          <th scope="col">By</th>
          <th scope="col">Ran for</th>
          <th scope="col">Then</th>
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => (
          <tr key={run.deployment.id}>
            <td>{run.environment}</td>
            <td title={fullTime(run.deployment.at)}>
              {dateTime(run.deployment.at)}
              <span className={classes.quiet}>{sinceFirst(runs, run)}</span>
            </td>
            <td>
              <span className={classes.by}>
                <Mark {...eventLook(run.deployment)} />
                {run.deployment.operationId ? (
                  <Link to="/operations/$operationId" params={{ operationId: run.deployment.operationId }}>
                    {doneBy(run.deployment)}
                  </Link>
                ) : (
                  doneBy(run.deployment)
                )}
              </span>
            </td>
            <td>{span(endOf(run, now) - Date.parse(run.deployment.at))}</td>
            <td>
              <Then run={run} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** How long after its first arrival anywhere; empty for the first. */
function sinceFirst(runs: readonly Run[], run: Run): string {
  const passed =
    Date.parse(run.deployment.at) - Math.min(...runs.map((one) => Date.parse(one.deployment.at)));
  return passed > 0 ? ` after ${span(passed)}` : '';
}

function Then({ run }: { run: Run }) {
  if (run.until === null) return <strong>still running</strong>;
  if (run.replacedBy === null) return <>the app was removed on {dateTime(run.until)}</>;
  return (
    <>
      {run.rolledBack ? <Mark {...kindLook('rollback')} label="Rolled back to" /> : 'replaced by'}{' '}
      <VersionLink app={run.deployment.app} value={run.replacedBy} />{' '}
      <span className={classes.quiet}>{dateTime(run.until)}</span>
    </>
  );
}
