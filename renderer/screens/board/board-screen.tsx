import { Button } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Board } from '../../../shared/domain/board/board';
import { boardOfPipeline, boardPipelines } from '../../../shared/domain/board/board-scope';
import { defaultSort } from '../../../shared/domain/board/board-view';
import { count } from '../../../shared/domain/text/count';
import { useBoardSettings } from '../../data/board-settings';
import { useBoard } from '../../data/queries';
import { useShortcuts } from '../../ui/action/shortcuts';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { useAttention } from '../../ui/incident/use-attention';
import { Empty } from '../../ui/layout/panel';
import { useUiState } from '../../ui/layout/ui-state';
import { useSame } from '../../ui/layout/use-same';
import { announce } from '../../ui/text/announcer';
import { BoardGrid } from './board-grid';
import classes from './board-screen.module.css';
import { BoardSkeleton } from './board-skeleton';
import { Inspector } from './inspector';
import { Notices } from './notices';
import { PastBanner } from './past-banner';
import { PipelineBar } from './pipeline-bar';
import { cellKey, chipCounts, type Row, rowsOf, settled, viewOf } from './rows';
import type { BoardSearch } from './search';
import { TimeBar } from './time-bar';
import { Toolbar } from './toolbar';
import { useCellShortcuts } from './use-cell-shortcuts';
import { usePast } from './use-past';

const route = getRouteApi('/');

/** What runs where: the first screen, and the one to live in. */
export function BoardScreen() {
  const board = useBoard();
  if (board.isPending) return <BoardSkeleton />;
  if (!board.data) {
    return (
      <div className={classes.fault}>
        <h1 className={classes.title}>The board can’t be shown</h1>
        {board.error && <FailurePanel failure={board.error.failure} onRetry={() => void board.refetch()} />}
      </div>
    );
  }
  return <LoadedBoard board={board.data} />;
}

function LoadedBoard({ board: whole }: { board: Board }) {
  const search = route.useSearch();
  const pipelines = useSame(useMemo(() => boardPipelines(whole), [whole]));
  // The empty name stands for the environments that are in no pipeline.
  const chosen = search.pipeline === undefined ? undefined : search.pipeline || null;
  const pipeline = chosen !== undefined && pipelines.includes(chosen) ? chosen : (pipelines[0] ?? null);
  const present = useMemo(() => boardOfPipeline(whole, pipeline), [whole, pipeline]);
  const navigate = route.useNavigate();
  const onSearch = useCallback(
    (change: Partial<BoardSearch>) =>
      void navigate({ search: (before) => ({ ...before, ...change }), replace: true }),
    [navigate],
  );
  const onMoment = useCallback((at: string | null) => onSearch({ at: at ?? undefined }), [onSearch]);
  const onPipeline = useCallback((name: string | undefined) => onSearch({ pipeline: name }), [onSearch]);

  const past = usePast(present, search.at ?? null, onMoment);
  const { board } = past;
  const { density } = useBoardSettings();
  const compact = density === 'compact';
  const panelOpen = useUiState((state) => state.panelOpen);
  const timeBarOpen = useUiState((state) => state.timeBarOpen);
  const lastRows = useRef<readonly Row[]>([]);
  const rows = useMemo(() => {
    lastRows.current = rowsOf(board, lastRows.current);
    return lastRows.current;
  }, [board]);
  const environments = useSame(board.environments);
  const columns = useSame(environments.map(({ name }) => name));
  const isRead = board.commit !== null;
  const needing = useNeeding(past.at === null);
  const counts = useSame(useMemo(() => chipCounts(rows, needing), [rows, needing]));
  const [engaged, setEngaged] = useState(false);
  const view = useSettledView(rows, search, environments, engaged, needing);
  const { focusRollback, rollbackWanted, rollbackFocused } = useCellShortcuts(board, past.at !== null);
  useShortcuts({ 'shift+r': focusRollback });

  const filtered = search.q !== undefined || search.only !== undefined;
  useEffect(() => {
    if (filtered) announce(count(view.length, 'app'));
  }, [filtered, view.length]);

  const kind = environments[0]?.pipeline?.kind ?? null;
  const pipelineBar = useMemo(
    () => (
      <PipelineBar
        pipelines={pipelines}
        pipeline={pipeline}
        kind={kind}
        onPipeline={onPipeline}
        compact={compact}
      />
    ),
    [pipelines, pipeline, kind, onPipeline, compact],
  );
  return (
    <div className={classes.screen} data-panel={panelOpen || undefined}>
      <h1 className="visually-hidden">Board</h1>
      <div className={classes.left} data-density={density}>
        {!compact && pipelineBar}
        <Toolbar
          search={search}
          counts={isRead ? counts : null}
          onSearch={onSearch}
          before={compact ? pipelineBar : null}
          columns={past.at === null ? columns : null}
        />
        {past.at !== null && <PastBanner at={past.at} failure={past.failure} onNow={() => past.onAt(null)} />}
        <Notices board={board} past={past.at !== null} />
        {view.length > 0 ? (
          <BoardGrid
            rows={view}
            environments={environments}
            debts={board.emergency.debts}
            total={view.length}
            past={past.at === null ? null : Date.parse(past.at)}
            density={density}
            order={search}
            onOrder={onSearch}
            onEngaged={setEngaged}
          />
        ) : (
          <Nothing
            board={board}
            only={search.only}
            onClear={() => onSearch({ q: undefined, only: undefined })}
          />
        )}
        {(!compact || timeBarOpen || past.at !== null) && (
          <TimeBar at={past.at} onDrag={past.onDrag} onAt={past.onAt} />
        )}
        <Foot
          board={board}
          text={
            !isRead
              ? 'Apps not known yet'
              : filtered
                ? `${view.length} of ${count(rows.length, 'app')}`
                : count(rows.length, 'app')
          }
        />
      </div>
      {panelOpen && (
        <Inspector
          board={board}
          rows={rows}
          past={past.at === null ? null : { at: past.at, standing: past.standing }}
          rollbackWanted={rollbackWanted}
          onRollbackFocused={rollbackFocused}
        />
      )}
    </div>
  );
}

/** How many apps there are, and what the board is made of. */
function Foot({ board: { commit, history }, text }: { board: Board; text: string }) {
  return (
    <footer className={classes.foot}>
      {text}
      {commit && (
        <span>
          Release repo at <span className="mono">{commit.slice(0, 8)}</span>
        </span>
      )}
      {!history.ready && <span>Loading history: {count(history.indexed, 'commit')}</span>}
      {history.notice && <span title={history.notice}>{history.notice}</span>}
    </footer>
  );
}

/** The rows as filtered and ordered; while a person is at the grid, rows keep the places they had. */
function useSettledView(
  rows: readonly Row[],
  search: BoardSearch,
  environments: Board['environments'],
  engaged: boolean,
  needing: ReadonlySet<string>,
): Row[] {
  const last = useRef<{ key: string; apps: string[] }>({ key: '', apps: [] });
  return useMemo(() => {
    const key = JSON.stringify(search);
    const names = environments.map(({ name }) => name);
    const fresh = viewOf(rows, search, names, needing);
    const keep = engaged && key === last.current.key && (search.sort ?? defaultSort) !== 'app';
    const view = keep ? settled(last.current.apps, fresh) : fresh;
    last.current = { key, apps: view.map((row) => row.app) };
    return view;
  }, [rows, search, environments, engaged, needing]);
}

/** Cells that need attention for what they don't show of themselves; of the past nothing is known of that. */
function useNeeding(now: boolean): ReadonlySet<string> {
  const { items } = useAttention();
  const keys = useSame(
    useMemo(
      () => (now ? items.flatMap(({ place }) => (place.at === 'cell' ? [cellKey(place.cell)] : [])) : []),
      [now, items],
    ),
  );
  return useMemo(() => new Set(keys), [keys]);
}

interface NothingProps {
  board: Board;
  only: BoardSearch['only'];
  onClear: () => void;
}

function Nothing({ board, only, onClear }: NothingProps) {
  if (board.apps.length === 0 && board.ledger.state === 'unreachable') {
    return (
      <div className={classes.nothing}>
        <div className={classes.fault}>
          <FailurePanel failure={board.ledger.failure} />
        </div>
      </div>
    );
  }
  if (board.apps.length === 0) {
    return (
      <div className={classes.nothing}>
        {board.commit === null ? (
          <p role="status">Loading the release repo…</p>
        ) : (
          <Empty title="No apps yet">
            The release repo has no image-tag files. Apps appear here when the first one is committed.
          </Empty>
        )}
      </div>
    );
  }
  return (
    <div className={classes.nothing}>
      {only === 'attention' ? (
        <Empty title="No matching app needs attention">What else needs attention is in the overview.</Empty>
      ) : (
        <Empty title="No matching apps">Change or clear the filter.</Empty>
      )}
      <Button variant="default" onClick={onClear}>
        Clear the filter
      </Button>
    </div>
  );
}
