import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ConcourseSignIn } from '../../shared/contract/concourse-sign-in';
import { call } from './call';
import { queryOf } from './query-client';

/** How signing in to a Concourse stands. */
export const useConcourseSignIn = (url: string) => useQuery(queryOf('concourse.sign-in', { url }));

/** The sessions that fly has at it, read when asked. */
export const useFlyTargets = (url: string) =>
  useMutation({ mutationFn: () => call('concourse.fly-targets', { url }) });

type Change = { do: 'start' | 'cancel' } | { do: 'fly'; target: string } | { do: 'confirm'; account: string };

const send = (url: string, change: Change): Promise<ConcourseSignIn> => {
  switch (change.do) {
    case 'start':
      return call('concourse.start-sign-in', { url });
    case 'cancel':
      return call('concourse.cancel-sign-in', { url });
    case 'fly':
      return call('concourse.use-fly-target', { url, target: change.target });
    case 'confirm':
      return call('concourse.confirm-sign-in', { url, account: change.account });
  }
};

/** Begins to sign in, goes on with it, or gives it up. */
export function useChangeConcourseSignIn(url: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (change: Change) => send(url, change),
    onSuccess: (state) => client.setQueryData(queryOf('concourse.sign-in', { url }).queryKey, state),
  });
}
