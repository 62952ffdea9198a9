import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from './call';
import { queryOf } from './query-client';

/** How signing in to GitHub by code stands. */
export const useGitHubSignIn = () => useQuery(queryOf('github.sign-in', {}));

/** Begins to sign in, or gives it up. */
export function useChangeGitHubSignIn() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (how: 'start' | 'cancel') =>
      call(how === 'start' ? 'github.start-sign-in' : 'github.cancel-sign-in', {}),
    onSuccess: (state) => client.setQueryData(queryOf('github.sign-in', {}).queryKey, state),
  });
}
