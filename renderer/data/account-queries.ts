import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { InputOf } from '../../shared/contract/contract';
import type { ArgoAccount } from '../../shared/domain/estate/argo-account';
import { call } from './call';
import { queryOf } from './query-client';

/** Which server. */
export type ServerName = Pick<ArgoAccount, 'environment' | 'system'>;

/** The person's accounts at Argo's own servers; empty: the estate names none. */
export const useAccounts = () => useQuery(queryOf('argo-servers.list', {}));

/** What a server lets people sign in by; asked again each time, since it may have been unreachable before. */
export const useSignInOffers = ({ environment, system }: ServerName, wanted: boolean) =>
  useQuery({ ...queryOf('argo-servers.offers', { environment, system }), enabled: wanted, staleTime: 0 });

/** Asks for the list again after something was done, should its event be late. */
function useListAgain() {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: ['argo-servers.list'] });
}

/** Opens a server's sign-in window, or brings the open one to the front. */
export function useOpenSignIn() {
  const onSettled = useListAgain();
  return useMutation({
    mutationFn: ({ environment, system }: ServerName) =>
      call('argo-servers.open-window', { environment, system }),
    onSettled,
  });
}

export function useCloseSignIn() {
  const onSettled = useListAgain();
  return useMutation({
    mutationFn: ({ environment, system }: ServerName) =>
      call('argo-servers.close-window', { environment, system }),
    onSettled,
  });
}

/** Signs in by a token, a password or the session of `argocd`. */
export function useSignIn() {
  const onSettled = useListAgain();
  return useMutation({
    mutationFn: (input: InputOf<'argo-servers.sign-in'>) => call('argo-servers.sign-in', input),
    onSettled,
  });
}

export function useSignOut() {
  const onSettled = useListAgain();
  return useMutation({
    mutationFn: ({ environment, system }: ServerName) =>
      call('argo-servers.sign-out', { environment, system }),
    onSettled,
  });
}

export const useTestAccount = () =>
  useMutation({
    mutationFn: ({ environment, system }: ServerName) => call('argo-servers.test', { environment, system }),
  });

export function useForgetHost() {
  const onSettled = useListAgain();
  return useMutation({
    mutationFn: (input: InputOf<'argo-servers.forget-host'>) => call('argo-servers.forget-host', input),
    onSettled,
  });
}
