import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from './call';
import { queryOf } from './query-client';

/** What kubeconfigs that the estate names may have this computer do: what waits for an answer, and what was allowed. */
export const useConsents = () => useQuery(queryOf('consent.list', {}));

/** Allows what waits under a hash, or withdraws what was allowed. */
export function useAnswerConsent() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ hash, allow }: { hash: string; allow: boolean }) =>
      call(allow ? 'consent.allow' : 'consent.withdraw', { hash }),
    onSuccess: (consents) => client.setQueryData(queryOf('consent.list', {}).queryKey, consents),
    // It may be refused because it changed meanwhile: what is shown is asked for again.
    onError: () => client.invalidateQueries({ queryKey: ['consent.list'] }),
  });
}
