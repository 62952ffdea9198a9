import { getRouteApi, Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import { needsAttention } from '../../../shared/domain/attention/attention-reason';
import type { Board } from '../../../shared/domain/board/board';
import { boardAround } from '../../../shared/domain/board/board-scope';
import { useApp, useBoard } from '../../data/queries';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { openSheet } from '../../ui/layout/ui-state';
import { BadVersions } from '../../ui/notes/bad-versions';
import { NotesPanel } from '../../ui/notes/notes-panel';
import { ExternalLink } from '../../ui/text/external-link';
import classes from './app-screen.module.css';
import { Differences } from './differences';
import { EnvironmentCard } from './environment-card';
import { EnvironmentSection } from './environment-section';
import { RecentDeployments } from './recent-deployments';

const route = getRouteApi('/apps/$app');

/** One app along its chain of environments. */
export function AppScreen() {
  const { app } = route.useParams();
  const { environment, look } = route.useSearch();
  const navigate = route.useNavigate();
  const whole = useBoard().data;
  const board = whole && boardAround(whole, app);
  const view = useApp(app);
  const asked =
    look === 'rollback' && view.data?.cells.some((cell) => cell.environment === environment)
      ? (environment ?? null)
      : null;
  const target = view.data?.cells.find((cell) => cell.environment === asked)?.rollbackTarget?.version;
  useEffect(() => {
    if (asked === null) return;
    openSheet({ kind: 'rollback', app, environment: asked, ...(target ? { version: target } : {}) });
    // A reload must not open it again.
    void navigate({ search: { environment: asked }, replace: true });
  }, [asked, app, navigate, target]);
  if (!view.data || !board) {
    return (
      <div className={classes.fault}>
        <h1>{app}</h1>
        {view.error ? (
          <FailurePanel failure={view.error.failure} onRetry={() => void view.refetch()} />
        ) : (
          <p role="status">Loading the app…</p>
        )}
      </div>
    );
  }
  const { cells, previous, sourceUrl } = view.data;
  // Without a choice the one that asks for a look, else the one that users see.
  const looked =
    cells.find((cell) => cell.environment === environment)?.environment ??
    cells.findLast(needsAttention)?.environment ??
    cells.at(-1)?.environment;
  return (
    <div className={classes.screen}>
      <header className={classes.head}>
        <h1>{app}</h1>
        <Link to="/workflows" search={{ app }}>
          Workflows of {app}
        </Link>
        {sourceUrl && <ExternalLink url={sourceUrl}>Source</ExternalLink>}
      </header>
      <div className={classes.chain} style={{ gridTemplateColumns: columns(board) }}>
        {board.environments.map((each) => (
          <EnvironmentCard
            key={each.name}
            app={app}
            environment={each}
            cell={cells.find((cell) => cell.environment === each.name) ?? null}
            previous={previous[each.name] ?? null}
            next={board.environments.find((other) => other.before === each.name)?.name ?? null}
            highlighted={each.name === environment}
          />
        ))}
      </div>
      <BadVersions app={app} />
      {looked && (
        <div className={classes.section}>
          <EnvironmentSection
            app={app}
            cells={cells}
            environments={board.environments}
            environment={looked}
            inSight={look === 'rollout'}
            onEnvironment={(name) => void navigate({ search: { environment: name }, replace: true })}
          />
        </div>
      )}
      <div className={classes.below}>
        <RecentDeployments app={app} environments={board.environments.map((each) => each.name)} />
        <div className={classes.aside}>
          <NotesPanel app={app} />
          <Differences app={app} cells={cells} environments={board.environments} />
        </div>
      </div>
    </div>
  );
}

const columns = (board: Board): string => `repeat(${board.environments.length}, minmax(248px, 1fr))`;
