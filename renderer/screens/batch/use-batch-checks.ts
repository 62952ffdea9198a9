import { useQueries } from '@tanstack/react-query';
import type { Preview } from '../../../shared/contract/operations';
import type { BatchCandidate } from '../../../shared/domain/batch/batch-candidates';
import { type BatchChecks, candidateIntent } from '../../../shared/domain/batch/batch-draft';
import { queryOf } from '../../data/query-client';

/** What is known of one app that is chosen. */
export interface BatchCheck {
  checks: BatchChecks;
  /** `null`: not there yet, or the checks could not run. */
  preview: Preview | null;
}

/**
 * The checks of the apps that are chosen, by app. Each is the very preview that a deployment of its own would have, and is
 * asked again when something of its app changes; it looks at the outside by caches that ask everything once.
 */
export function useBatchChecks(chosen: readonly BatchCandidate[]): ReadonlyMap<string, BatchCheck> {
  return useQueries({
    queries: chosen.map((candidate) => ({
      ...queryOf('preview.get', candidateIntent(candidate)),
      staleTime: 30_000,
    })),
    combine: (results) =>
      new Map(
        results.flatMap((result, at): [string, BatchCheck][] => {
          const app = chosen[at]?.app;
          if (app === undefined) return [];
          const preview = result.data ?? null;
          const checks: BatchChecks = preview
            ? { state: 'done', findings: preview.findings }
            : { state: result.isError ? 'failed' : 'checking' };
          return [[app, { checks, preview }]];
        }),
      ),
  });
}
