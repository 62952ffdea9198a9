import { Button, SegmentedControl } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { doneBy } from '../../../shared/domain/attribution/done-by';
import type { Deployment } from '../../../shared/domain/history/deployment';
import { useDeployments } from '../../data/queries';
import { Version } from '../../ui/change/version';
import { VersionLink } from '../../ui/change/version-link';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { Panel } from '../../ui/layout/panel';
import { kindWord } from '../../ui/text/words';
import { clock, fullTime } from '../../ui/time/time';
import { useNow } from '../../ui/time/use-now';
import classes from './recent-deployments.module.css';

const all = 'all';
/** So many rows the list grows to; the history screen has the rest. */
const most = 200;

/** What was deployed where, by whom and why, newest first. */
export function RecentDeployments({ app, environments }: { app: string; environments: string[] }) {
  const [environment, setEnvironment] = useState(all);
  const [limit, setLimit] = useState(30);
  const deployments = useDeployments({ app, limit, ...(environment === all ? {} : { environment }) });
  return (
    <Panel
      title="Recent deployments"
      aside={
        <SegmentedControl
          aria-label="Environment"
          value={environment}
          onChange={setEnvironment}
          data={[{ value: all, label: 'All' }, ...environments]}
        />
      }
    >
      {deployments.error && (
        <div className={classes.note}>
          <FailurePanel failure={deployments.error.failure} onRetry={() => void deployments.refetch()} />
        </div>
      )}
      {deployments.isPending && <p className={classes.note}>Loading history…</p>}
      {deployments.data && (
        <>
          <DeploymentTable deployments={deployments.data.deployments} />
          {!deployments.data.complete && (
            <p className={classes.note}>The history is still loading: older deployments will appear here.</p>
          )}
          <div className={classes.more}>
            {deployments.data.more && limit < most && (
              <Button variant="default" onClick={() => setLimit((now) => Math.min(most, now * 2))}>
                Show more
              </Button>
            )}
            {deployments.data.more && limit >= most && (
              <p className={classes.stop}>Showing the newest {most}.</p>
            )}
            <Link
              to="/history"
              search={{ app: [app], ...(environment === all ? {} : { environment: [environment] }) }}
            >
              See all events in History
            </Link>
          </div>
        </>
      )}
    </Panel>
  );
}

function DeploymentTable({ deployments }: { deployments: readonly Deployment[] }) {
  const now = useNow('calm');
  if (deployments.length === 0) return <p className={classes.note}>No known deployments.</p>;
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">Environment</th>
          <th scope="col">Version</th>
          <th scope="col">Kind</th>
          <th scope="col">By</th>
        </tr>
      </thead>
      <tbody>
        {deployments.map((each) => (
          <tr key={`${each.commit} ${each.environment} ${each.at}`}>
            <td title={fullTime(each.at)}>{clock(each.at, now)}</td>
            <td>{each.environment}</td>
            <td className={classes.versions}>
              <Version value={each.from} /> → <VersionLink app={each.app} value={each.to} strong />
            </td>
            <td>
              {each.operationId ? (
                <Link to="/operations/$operationId" params={{ operationId: each.operationId }}>
                  {kindWord[each.kind]}
                </Link>
              ) : (
                kindWord[each.kind]
              )}
            </td>
            <td className={classes.who}>
              {doneBy(each)}
              {each.reason && (
                <span className={classes.reason} title={each.reason}>
                  “{each.reason}”
                </span>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
