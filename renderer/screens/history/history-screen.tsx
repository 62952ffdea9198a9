import { getRouteApi, useRouterState } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { HistoryEvent } from '../../../shared/domain/history/history-event';
import { count } from '../../../shared/domain/text/count';
import { useFeedHead, useHistoryNames, useHistoryStatus, useOutline } from '../../data/history-queries';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { HistoryState } from '../../ui/history/history-state';
import { Empty } from '../../ui/layout/panel';
import { PastTabs } from '../../ui/layout/past-tabs';
import { announce } from '../../ui/text/announcer';
import { EventDetails } from './event-details';
import { ExportMenu } from './export-menu';
import { FeedList } from './feed-list';
import { FilterBar } from './filter-bar';
import classes from './history-screen.module.css';
import { MostDeploying } from './most-deploying';
import { keepPlace, placeOf } from './scroll-places';
import { filterOf, type HistorySearch, isFiltered } from './search';

const route = getRouteApi('/history');

/** Everything that ever happened, newest first; what is filtered stands in the address. */
export function HistoryScreen() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const onSearch = useCallback(
    (change: Partial<HistorySearch>) =>
      void navigate({ search: (before) => ({ ...before, ...change }), replace: true }),
    [navigate],
  );
  const entry = useRouterState({ select: ({ location }) => location.state.__TSR_key ?? 'first' });
  const filter = useMemo(() => filterOf(search), [search]);
  const head = useFeedHead(filter);
  const outline = useOutline(filter);
  const names = useHistoryNames().data;
  const status = useHistoryStatus().data;
  const filtered = isFiltered(search);

  // An outline of the filter before does not fit the rows of this one.
  const shape = outline.isPlaceholderData ? undefined : outline.data;
  const rows = head.isPlaceholderData ? undefined : head.data;
  const total = shape?.events ?? shape?.total;
  useEffect(() => {
    if (total !== undefined) announce(filtered ? `${count(total, 'event')} found` : count(total, 'event'));
  }, [total, filtered]);

  const { active, event, onActive } = useActiveRow(entry);
  const details = useRef<HTMLElement>(null);
  const failure = head.error ?? outline.error;
  const nothing = total === 0 && (rows?.events.length ?? 0) === 0;
  return (
    <div className={classes.screen}>
      <h1 className="visually-hidden">History</h1>
      <div className={classes.left}>
        <header className={classes.head}>
          <PastTabs />
          <span className={classes.spacer} />
          <span className={classes.total}>
            {total === undefined || (nothing && status?.tip === null)
              ? ''
              : filtered
                ? `${count(total, 'event')} found`
                : count(total, 'event')}
          </span>
          <ExportMenu filter={filter} />
        </header>
        <FilterBar search={search} names={names} onSearch={onSearch} />
        <MostDeploying
          people={shape?.people ?? []}
          picked={search.by ?? []}
          onPick={(name) => onSearch({ by: [name] })}
        />
        {status && <HistoryState status={status} />}
        {failure && (
          <div className={classes.fault}>
            <FailurePanel
              failure={failure.failure}
              onRetry={() => {
                void head.refetch();
                void outline.refetch();
              }}
            />
          </div>
        )}
        {nothing ? (
          <div className={classes.nothing}>
            <Empty title={filtered ? 'No matching events' : 'No history yet'}>
              {filtered
                ? 'No known event matches all of these filters.'
                : 'Events appear here when the release repo has been read.'}
            </Empty>
          </div>
        ) : (
          <FeedList
            key={JSON.stringify(filter)}
            filter={filter}
            outline={shape}
            head={rows}
            entry={entry}
            active={active}
            onActive={onActive}
            onOpen={() => details.current?.focus()}
          />
        )}
      </div>
      <EventDetails ref={details} event={event} />
    </div>
  );
}

/** The row that the keyboard is at, and its event; kept with the visit, so that Back finds it again. */
function useActiveRow(entry: string) {
  const [at, setAt] = useState<{ entry: string; row: number | null; event: HistoryEvent | undefined }>(
    () => ({
      entry,
      row: placeOf(entry).row,
      event: undefined,
    }),
  );
  const current = at.entry === entry ? at : { entry, row: placeOf(entry).row, event: undefined };
  const onActive = useCallback(
    (row: number, event: HistoryEvent | undefined) => {
      keepPlace(entry, { row });
      setAt((before) =>
        before.entry === entry && before.row === row && before.event === event
          ? before
          : { entry, row, event },
      );
    },
    [entry],
  );
  return { active: current.row, event: current.event, onActive };
}
