import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { InputOf } from '../../shared/contract/contract';
import type { SavedWorkflow } from '../../shared/domain/workflows/workflow';
import { queryOf } from './query-client';

/** Workflows over apps and environments, newest first. */
export const useRecentWorkflows = (filter: InputOf<'workflow.recent'>) =>
  useQuery({ ...queryOf('workflow.recent', filter), placeholderData: keepPreviousData });

/** One workflow with its steps: as it is, else as it was last seen. `gone`: the cluster has forgotten it. */
export function useWorkflow(place: { environment: string; namespace: string; name: string; app: string }) {
  const { environment, namespace, name, app } = place;
  const live = useQuery({
    ...queryOf('workflow.get', { environment, namespace, name }),
    // The next look at the same one must not fall back to what was shown of another.
    placeholderData: undefined,
  });
  // What was answered before stays in the query: once the cluster says that it is gone, that is no longer how it is.
  const isGone = live.error?.failure.code === 'not-found';
  const missing = isGone && app !== '';
  const saved = useQuery({
    ...queryOf('workflow.saved', { app: app || '-', environment, limit: 60 }),
    enabled: missing,
  });
  const found: SavedWorkflow | null =
    saved.data?.workflows.find(
      ({ workflow }) => workflow.name === name && workflow.namespace === namespace,
    ) ?? null;
  if (live.data && !isGone) return { workflow: live.data, gone: false, seenAt: null, failure: null };
  if (missing && found) return { ...found, failure: null };
  const waits = live.isPending || (missing && saved.isPending);
  return { workflow: null, gone: false, seenAt: null, failure: waits ? null : (live.error?.failure ?? null) };
}
