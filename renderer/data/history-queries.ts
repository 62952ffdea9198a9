import { keepPreviousData, type QueryClient, useMutation, useQueries, useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { InputOf, OutputOf, StreamMessageOf } from '../../shared/contract/contract';
import type { FeedOutline, HistoryEvent, HistoryFilter } from '../../shared/domain/history/history-event';
import { bridge } from './bridge';
import { call } from './call';
import { queryOf } from './query-client';

export type FeedPage = OutputOf<'history.feed'>;

/** Rows of one page of the feed. */
const pageSize = 100;
/** Pages that nobody looks at are let go after a minute: all of them would be 115,000 rows. */
const pageKept = 60_000;

export const useHistoryStatus = () => useQuery(queryOf('history.status', {}));

/** Goes on indexing; what comes of it is told by the status. */
export const useRetryHistory = () => useMutation({ mutationFn: () => call('history.retry', {}) });

export const useHistoryNames = () => useQuery(queryOf('history.names', {}));

const feedHead = (filter: HistoryFilter) => ({
  ...queryOf('history.feed', { ...filter, limit: pageSize, stories: true }),
  gcTime: pageKept,
});

/** The newest rows under a filter: they come before the outline does. */
export const useFeedHead = (filter: HistoryFilter) =>
  useQuery({ ...feedHead(filter), placeholderData: keepPreviousData });

/** Asks for the newest rows while the screen that shows them is still being made. */
export const askFeedHead = (queries: QueryClient, filter: HistoryFilter): void =>
  void queries.prefetchQuery(feedHead(filter));

export const useOutline = (filter: HistoryFilter) =>
  useQuery({
    ...queryOf('history.outline', { ...filter, pageSize, stories: true }),
    placeholderData: keepPreviousData,
  });

/** Some pages of a feed, by their numbers in its outline. */
export function useFeedPages(
  filter: HistoryFilter,
  outline: FeedOutline | undefined,
  wanted: readonly number[],
): ReadonlyMap<number, FeedPage> {
  const pages = wanted.flatMap((number) => {
    const page = outline?.pages[number];
    if (!outline || !page) return [];
    const limit = (outline.pages[number + 1]?.row ?? outline.total) - page.row;
    return [{ number, limit, before: page.before }];
  });
  return useQueries({
    queries: pages.map(({ limit, before }) => ({
      ...queryOf('history.feed', {
        ...filter,
        limit,
        stories: true,
        ...(before === null ? {} : { before }),
      }),
      gcTime: pageKept,
    })),
    combine: (results) =>
      new Map(
        results.flatMap(({ data }, index) => {
          const number = pages[index]?.number;
          return data && number !== undefined ? [[number, data] as const] : [];
        }),
      ),
  });
}

/** All that the operation or the commit of an event changed; not asked where that is the event alone. */
export const useStory = (id: number, enabled: boolean) =>
  useQuery({ ...queryOf('history.story', { id }), enabled, gcTime: pageKept });

/** What is known of one event beyond its row. */
export const useEventDetails = (event: HistoryEvent) =>
  useQuery({
    ...queryOf('history.event', {
      app: event.app,
      environment: event.environment,
      version: event.type === 'deployment' ? event.to : event.version,
      commit: event.commit,
      operationId: event.operationId,
    }),
    // What clusters tell comes without an event of its own.
    staleTime: 5_000,
  });

/** The board as it was at a moment; the moment before stays on screen until the answer is there. */
export const useHistoricBoard = (at: string | null) =>
  useQuery({
    ...queryOf('history.board', { at: at ?? '' }),
    enabled: at !== null,
    placeholderData: keepPreviousData,
    gcTime: 30_000,
  });

export const useVersionHistory = (app: string, version: string) =>
  useQuery(queryOf('history.version', { app, version }));

export const useCompared = (input: InputOf<'history.compare'>, enabled: boolean) =>
  useQuery({ ...queryOf('history.compare', input), enabled, placeholderData: keepPreviousData });

export const useFigures = (input: InputOf<'history.figures'>) =>
  useQuery({ ...queryOf('history.figures', input), placeholderData: keepPreviousData });

/** Deployments of apps that had a version whose name begins so; asked only for what looks like one. */
export const useVersionSearch = (text: string) =>
  useQuery({
    ...queryOf('history.feed', { text, types: ['deployment'], limit: 60 }),
    enabled: /^(v?\d+|[0-9a-f]{6,40}|release-[0-9a-f]*)$/i.test(text),
    gcTime: 30_000,
  });

type ExportMessage = StreamMessageOf<'export'>;
/** How far an export is; `null` when none was begun. */
export type ExportState = ExportMessage | { type: 'choosing' } | { type: 'cancelled' } | null;

/** Exports a filtered view; the main process asks where to, and writes. */
export function useExport() {
  const [state, setState] = useState<ExportState>(null);
  const close = useRef<(() => void) | null>(null);
  useEffect(() => () => close.current?.(), []);
  return {
    state,
    start: (filter: HistoryFilter, format: 'csv' | 'json') => {
      setState({ type: 'choosing' });
      close.current = bridge().open.export({ filter, format }, setState, () => {
        close.current = null;
      });
    },
    cancel: () => {
      close.current?.();
      close.current = null;
      setState({ type: 'cancelled' });
    },
    clear: () => setState(null),
  };
}

const noTimes: readonly string[] = [];

/** Times of the deployments between two times (ms), at most the newest thousand. */
export function useDeploymentTimes(range: { from: number; to: number }, enabled: boolean): readonly string[] {
  const query = {
    types: ['deployment' as const],
    since: new Date(range.from).toISOString(),
    until: new Date(range.to).toISOString(),
    limit: 1000,
  };
  return (
    useQuery({
      ...queryOf('history.feed', query),
      enabled,
      gcTime: pageKept,
      select: timesOf,
    }).data ?? noTimes
  );
}

const timesOf = ({ events }: FeedPage): string[] => events.map(({ at }) => at);
