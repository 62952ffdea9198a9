import { QueryClient } from '@tanstack/react-query';
import type { InputOf, OutputOf, QueryName } from '../../shared/contract/contract';
import type { FailureError } from '../../shared/domain/failure/failure';
import { call } from './call';

declare module '@tanstack/react-query' {
  interface Register {
    defaultError: FailureError;
  }
}

/**
 * A client whose data is refreshed by the main process's events, never by focus or by a timer. Reachability of the
 * outside is the main process's business, so the browser's own notion of being online is ignored.
 */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        networkMode: 'always',
        staleTime: Number.POSITIVE_INFINITY,
        gcTime: 10 * 60_000,
        retry: false,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
      },
      mutations: { networkMode: 'always', retry: false },
    },
  });
}

/** Query options of a procedure. The key is the procedure's name and its input: invalidation goes by both. */
export function queryOf<N extends QueryName>(name: N, input: InputOf<N>) {
  return {
    queryKey: [name, input] as const,
    queryFn: (): Promise<OutputOf<N>> => call(name, input),
  };
}

/**
 * Whether something was asked for, could not be read, and is not there from before. It stays so while it is asked again:
 * a query without data that is asked again says `pending` and forgets its error, but not how often there was one.
 */
export const wasRefused = (query: { data: unknown; errorUpdateCount: number }): boolean =>
  query.data === undefined && query.errorUpdateCount > 0;
