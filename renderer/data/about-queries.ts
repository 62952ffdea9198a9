import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Update } from '../../shared/domain/update/update';
import { call } from './call';
import { queryOf } from './query-client';

/** How this Signalbox stands to newer versions. */
export const useUpdate = () => useQuery(queryOf('updates.get', {}));

function useUpdateAction(name: 'updates.look' | 'updates.load' | 'updates.install') {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (): Promise<Update> => call(name, {}),
    onSuccess: (update) => client.setQueryData(queryOf('updates.get', {}).queryKey, update),
  });
}
export const useLookForUpdates = () => useUpdateAction('updates.look');
export const useLoadUpdate = () => useUpdateAction('updates.load');
export const useInstallUpdate = () => useUpdateAction('updates.install');

/** What is shipped in this build; `null`: a checkout ships nothing. */
export const useLicences = () => useQuery(queryOf('licences.list', {}));
/** A licence's text. */
export const useLicenceText = (text: number, enabled: boolean) =>
  useQuery({ ...queryOf('licences.text', { text }), enabled });
/** Saves the bill of materials; main asks where to. */
export const useSaveBill = () => useMutation({ mutationFn: () => call('licences.save-bill', {}) });
