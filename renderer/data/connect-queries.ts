import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { InputOf } from '../../shared/contract/contract';
import { call } from './call';
import { queryOf } from './query-client';

/** Looks into a release repo. What is typed to sign in goes to main once, and is not kept here. */
export const useLook = () =>
  useMutation({ mutationFn: (input: InputOf<'connect.look'>) => call('connect.look', input), gcTime: 0 });

export const useTrustHost = () =>
  useMutation({ mutationFn: (fingerprint: string) => call('connect.trust-host', { fingerprint }) });

export const useContexts = () =>
  useMutation({ mutationFn: (choose: boolean) => call('connect.contexts', { choose }) });

export function useFinish() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: InputOf<'connect.finish'>) => call('connect.finish', input),
    onSuccess: (estates) => client.setQueryData(queryOf('estates.get', {}).queryKey, estates),
  });
}
