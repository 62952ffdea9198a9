import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { queryOf } from './query-client';

/** Applications of an app with all that Argo CD tells of them, and the Jobs of their hooks. */
export const useApplications = (app: string, environment: string, enabled = true) =>
  useQuery({
    ...queryOf('application.get', { app, environment }),
    enabled,
    placeholderData: keepPreviousData,
  });

/** Why the first failing pod does not come up; asked only while one fails. */
export const useFailingPod = (app: string, environment: string, failing: boolean) =>
  useQuery({
    ...queryOf('rollout.failing-pod', { app, environment }),
    enabled: failing,
    placeholderData: keepPreviousData,
  });
