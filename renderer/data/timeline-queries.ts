import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { queryOf } from './query-client';

/** The timeline of one deployment; `commit` `null`: of the newest one in the cell. */
export const useTimeline = (app: string, environment: string, commit: string | null, enabled = true) =>
  useQuery({
    ...queryOf('deployment.timeline', { app, environment, commit }),
    enabled,
    placeholderData: keepPreviousData,
  });
