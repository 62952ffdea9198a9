import { useMutation, useQuery } from '@tanstack/react-query';
import { call } from './call';
import { queryOf } from './query-client';

/** What this console tells of itself, gathered whenever the screen is opened. */
export const useDiagnostics = () =>
  useQuery({ ...queryOf('diagnostics.get', {}), staleTime: 0, gcTime: 0, refetchOnMount: 'always' });

/** Saves them as a file; main asks where to. */
export const useSaveDiagnostics = () => useMutation({ mutationFn: () => call('diagnostics.save', {}) });
