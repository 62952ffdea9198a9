import { keepPreviousData, useMutation, useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import type { InputOf } from '../../shared/contract/contract';
import type { Board, Cell } from '../../shared/domain/board/board';
import type { AppIntent } from '../../shared/domain/operation/intent';
import type { Workflow } from '../../shared/domain/workflows/workflow';
import { call } from './call';
import { queryOf } from './query-client';

/** What the window shows: estate, mode, actor, the ledger's freshness. */
export const useSession = () => useQuery(queryOf('session.get', {}));

/** Why nothing may be changed here, in a sentence; `null`: it may, or that is not known yet. */
export const useReadOnly = (): string | null => useSession().data?.readOnlyBecause ?? null;

/** Apps × environments, live. */
export const useBoard = () => useQuery(queryOf('board.get', {}));

const frameOf = ({ environments, ledger, emergency, commit }: Board) => ({
  environments,
  ledger,
  emergency,
  /** Whether the release repo was ever read: until then nothing is known of what stands in it. */
  isRead: commit !== null,
});

/** The board without its cells, which change all the time: whoever needs none of them is not drawn again for them. */
export const useBoardFrame = () => useQuery({ ...queryOf('board.get', {}), select: frameOf });

/** One cell of the board, `null` when the app has no file there or the board is not known yet. */
export function useCell(app: string | null, environment: string | null): Cell | null {
  const select = (board: Board) =>
    board.cells.find((cell) => cell.app === app && cell.environment === environment) ?? null;
  return useQuery({ ...queryOf('board.get', {}), select }).data ?? null;
}

export const useApp = (app: string) => useQuery(queryOf('app.get', { app }));

export const useDeployments = (input: InputOf<'app.deployments'>) =>
  useQuery({ ...queryOf('app.deployments', input), placeholderData: keepPreviousData });

/** What differs between two versions; not asked while one of them is unknown or both are the same. */
export const useChange = (app: string, from: string | null, to: string | null) =>
  useQuery({
    ...queryOf('change.get', { app, from: from ?? '-', to: to ?? '-' }),
    enabled: from !== null && to !== null && from !== to,
  });

export const useCandidates = (app: string, query: string) =>
  useQuery({
    ...queryOf('candidates.list', { app, query, limit: 50 }),
    placeholderData: keepPreviousData,
    // Branches move: a list that was fetched a while ago is asked again when the sheet is opened again.
    staleTime: 15_000,
  });

/** The preview of an intent, `enabled` once the intent is complete. */
export const usePreview = (intent: AppIntent | null) =>
  useQuery({
    ...queryOf('preview.get', intent as AppIntent),
    enabled: intent !== null,
    staleTime: 30_000,
  });

/** What is known at once of a preview that has not come yet; asked again whenever something becomes known. */
export const useEarlyPreview = (intent: AppIntent | null) =>
  useQuery({
    ...queryOf('preview.early', intent as AppIntent),
    enabled: intent !== null,
    // Never what was known when the sheet was open before.
    gcTime: 0,
  });

export const useOperation = (operationId: string) => useQuery(queryOf('operation.get', { operationId }));

/** An operation that somebody names, as far as this console knows it; `null`: it is another console's, or not read yet. */
export const useKnownOperation = (operationId: string | null) =>
  useQuery({
    ...queryOf('operation.get', { operationId: operationId ?? '-' }),
    enabled: operationId !== null,
    retry: false,
  }).data ?? null;

/** The run of GitHub Actions that an operation started, as it was seen last; `null`: none, or it is not known yet. */
export const useOperationRun = (operationId: string, enabled: boolean) =>
  useQuery({ ...queryOf('operation.run', { operationId }), enabled }).data ?? null;

/** Operations, newest first. */
export const useOperations = (input: InputOf<'operation.list'>) => useQuery(queryOf('operation.list', input));

export const useRollout = (app: string, environment: string, enabled = true) =>
  useQuery({ ...queryOf('rollout.get', { app, environment }), enabled });

export const useWorkflows = (input: InputOf<'workflow.list'>, enabled = true) =>
  useQuery({ ...queryOf('workflow.list', input), enabled });

/** Several workflows by name; those that could not be read are left out. */
export function useNamedWorkflows(names: readonly InputOf<'workflow.get'>[]): readonly Workflow[] {
  return useQueries({
    queries: names.map((name) => queryOf('workflow.get', name)),
    combine: (results) => results.flatMap((result) => (result.data ? [result.data] : [])),
  });
}

export const useSettings = () => useQuery(queryOf('settings.get', {}));

/** Saves part of the settings; the answer of the main process is what counts. */
export function useSaveSettings() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (change: InputOf<'settings.set'>) => call('settings.set', change),
    onSuccess: (settings) => client.setQueryData(queryOf('settings.get', {}).queryKey, settings),
  });
}

/** Signs a commit that nobody keeps. */
export const useTestSigning = () => useMutation({ mutationFn: () => call('settings.test-signing', {}) });

export const useCredentials = () => useQuery(queryOf('credentials.get', {}));

/** Keeps or forgets a secret; what comes back says only that it is kept. */
export function useSetCredential() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (change: InputOf<'credentials.set'>) => call('credentials.set', change),
    onSuccess: (credentials) => client.setQueryData(queryOf('credentials.get', {}).queryKey, credentials),
  });
}

export function useTestCredential() {
  return useMutation({
    mutationFn: (name: InputOf<'credentials.test'>['name']) => call('credentials.test', { name }),
  });
}

export const useTestCluster = () =>
  useMutation({ mutationFn: (environment: string) => call('cluster.test', { environment }) });

/** Asks in a dialog of the system; where the person goes on, Signalbox starts again. */
export const useSignOut = () => useMutation({ mutationFn: () => call('session.sign-out', {}) });

export function useCancelOperation() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (operationId: string) => call('operation.cancel', { operationId }),
    onSuccess: (operation) =>
      client.setQueryData(queryOf('operation.get', { operationId: operation.id }).queryKey, operation),
  });
}

export const usePracticeAction = () =>
  useMutation({ mutationFn: (action: InputOf<'practice.action'>) => call('practice.action', action) });
