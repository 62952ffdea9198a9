import { keepPreviousData, useMutation, useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import type { InputOf } from '../../shared/contract/contract';
import type { BagPipelineView, Side } from '../../shared/domain/bags/view';
import type { BagIntent } from '../../shared/domain/operation/intent';
import { call } from './call';
import { queryOf, wasRefused } from './query-client';

/** Names of the pipelines of bags; empty where the estate has none. */
export const useBagPipelines = () => useQuery(queryOf('bags.pipelines', {}));

export const useBagPipeline = (pipeline: string) => useQuery(queryOf('bags.pipeline', { pipeline }));

/** All pipelines of bags that could be read. `known`: they are all there; `failed`: one of them could not be read. */
export function useAllBagPipelines(): {
  pipelines: readonly BagPipelineView[];
  known: boolean;
  failed: boolean;
} {
  const names = useBagPipelines();
  const all = useQueries({
    queries: (names.data ?? []).map((pipeline) => queryOf('bags.pipeline', { pipeline })),
    combine: combined,
  });
  return {
    pipelines: all.pipelines,
    known: all.known && names.data !== undefined,
    failed: all.failed || wasRefused(names),
  };
}

/** One function for all renders, so that what it makes of the same answers stays the same. */
const combined = (results: readonly { data: BagPipelineView | undefined; errorUpdateCount: number }[]) => ({
  pipelines: results.flatMap(({ data }) => (data ? [data] : [])),
  known: results.every(({ data }) => data !== undefined),
  failed: results.some(wasRefused),
});

/** Every bag, newest first. */
export const useBags = (pipeline: string) => useQuery(queryOf('bags.list', { pipeline }));

export const useBag = (pipeline: string, bag: number | null) =>
  useQuery({ ...queryOf('bags.get', { pipeline, bag: bag ?? 1 }), enabled: bag !== null });

/** What differs from one side to the other; not asked while one of them is missing. */
export const useBagComparison = (pipeline: string, from: Side | null, to: Side | null) =>
  useQuery({
    ...queryOf('bags.compare', { pipeline, from: from ?? { bag: 1 }, to: to ?? { bag: 1 } }),
    enabled: from !== null && to !== null,
    placeholderData: keepPreviousData,
  });

export const usePackPreview = (input: InputOf<'bags.pack-preview'> | null) =>
  useQuery({
    ...queryOf('bags.pack-preview', input ?? { pipeline: '-', source: 'running' }),
    enabled: input !== null,
    staleTime: 15_000,
  });

/** What preflight finds about an intent, and what it would change; `null` while the intent is not complete. */
export const useBagPreview = (intent: BagIntent | null) =>
  useQuery({
    ...queryOf('bags.preview', intent as BagIntent),
    enabled: intent !== null,
    staleTime: 30_000,
    placeholderData: keepPreviousData,
  });

export const usePeriodicTests = (pipeline: string) => useQuery(queryOf('bags.periodic', { pipeline }));

/** Switches this console's own autopilot. */
export function useThisConsole() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: InputOf<'bags.this-console'>) => call('bags.this-console', input),
    onSuccess: (_, { pipeline }) =>
      client.invalidateQueries({ queryKey: queryOf('bags.pipeline', { pipeline }).queryKey }),
  });
}
