import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from './call';
import { queryOf } from './query-client';

/** Where records lie apart from the image tags; `null`: they do not. */
export const useRecordsPlace = () => useQuery(queryOf('records.get', {}));

/** What speaks against making the branch, or moving records over. */
export const useRecordsCheck = (what: 'create' | 'move') => useQuery(queryOf('records.check', { what }));

/** Makes the branch of records. */
export function useCreateRecords() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call('records.create', {}),
    onSuccess: (place) => client.setQueryData(queryOf('records.get', {}).queryKey, place),
  });
}

/** Moves records over from beside the image tags. */
export function useMoveRecords() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call('records.move', {}),
    onSettled: () =>
      Promise.all(
        ['records.get', 'records.check'].map((key) => client.invalidateQueries({ queryKey: [key] })),
      ),
  });
}
