import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { count } from '../../../shared/domain/text/count';
import { useBoard } from '../../data/queries';
import { useRecentWorkflows } from '../../data/workflow-queries';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { Empty } from '../../ui/layout/panel';
import { announce } from '../../ui/text/announcer';
import { Filter } from './filter';
import { WorkflowDetail } from './workflow-detail';
import { WorkflowList } from './workflow-list';
import { keyOf, placeOf } from './workflow-place';
import classes from './workflows-screen.module.css';

const route = getRouteApi('/workflows');
const most = 200;

/** Workflows of the estate, live and afterwards: their steps with times, their logs, and what can be asked of them. */
export function WorkflowsScreen() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const board = useBoard().data;
  const { open, ...filter } = search;
  const found = useRecentWorkflows({ ...filter, limit: most });
  const workflows = found.data?.workflows ?? [];
  // Without a choice the newest; it stays the same one when a newer comes, or buttons would change under the hand.
  const pinned = useRef({ filter: '', open: '' });
  const [newest] = workflows;
  const filterKey = JSON.stringify(filter);
  if (newest && !found.isPlaceholderData && pinned.current.filter !== filterKey)
    pinned.current = { filter: filterKey, open: keyOf(newest) };
  const still = workflows.some((one) => keyOf(one) === pinned.current.open);
  const chosen = placeOf(open ?? (still ? pinned.current.open : undefined), search.app, workflows);
  const seesNone = found.data?.sources.every(({ freshness }) => freshness.state === 'absent') ?? false;
  const total = found.data?.total ?? 0;
  const filtered = Object.values(filter).some(Boolean);
  useEffect(() => {
    if (filtered) announce(count(total, 'workflow'));
  }, [filtered, total]);
  return (
    <div className={classes.screen}>
      <div className={classes.left}>
        <header className={classes.head}>
          <h1>Workflows</h1>
          <span className={classes.quiet}>
            {found.data &&
              !seesNone &&
              (total > workflows.length ? `${workflows.length} of ${total}` : total)}
          </span>
        </header>
        <Filter
          search={search}
          apps={board?.apps ?? []}
          environments={board?.environments.map(({ name }) => name) ?? []}
          sources={found.data?.sources ?? []}
          onSearch={(change) =>
            void navigate({ search: (before) => ({ ...before, open: undefined, ...change }), replace: true })
          }
        />
        {found.error && <FailurePanel failure={found.error.failure} onRetry={() => void found.refetch()} />}
        {found.isPending && (
          <p role="status" className={classes.note}>
            Checking the clusters…
          </p>
        )}
        {found.data && workflows.length === 0 && (
          <Empty title={seesNone ? 'Workflows are not known' : 'No matching workflows'}>
            {seesNone
              ? 'No cluster is connected, so Signalbox can’t see what runs there.'
              : search.app
                ? 'There are none in the clusters or among the saved ones.'
                : 'There are none in the clusters. Choose an app to include saved ones.'}
          </Empty>
        )}
        <WorkflowList workflows={workflows} search={search} chosen={chosen ? keyOf(chosen) : null} />
        {!search.app && workflows.length > 0 && (
          <p className={classes.note}>
            Clusters delete workflows after some days. Choose an app to include saved ones.
          </p>
        )}
      </div>
      <div className={classes.right}>
        {chosen ? (
          <WorkflowDetail
            key={keyOf(chosen)}
            place={chosen}
            production={
              board?.environments.find(({ name }) => name === chosen.environment)?.tier === 'production'
            }
          />
        ) : (
          <Empty title="No workflow selected">Select a workflow to see its steps and logs.</Empty>
        )}
      </div>
    </div>
  );
}
