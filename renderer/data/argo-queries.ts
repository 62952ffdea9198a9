import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import type { InputOf, OutputOf } from '../../shared/contract/contract';
import { call } from './call';
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

/** The acts that are done at once: on Applications and on workflows. */
type ActName =
  | 'application.refresh'
  | 'application.sync'
  | 'application.terminate'
  | 'workflow.resubmit'
  | 'workflow.retry'
  | 'workflow.stop'
  | 'workflow.terminate'
  | 'workflow.suspend'
  | 'workflow.resume';

/** An act without the id of its click. */
export type ActRequest = {
  [N in ActName]: { name: N; input: Omit<InputOf<N>, 'requestId'> };
}[ActName];

/** Does an act on a cluster. The same click is done once, however often it is sent. */
export const useClusterAct = () =>
  useMutation({
    mutationFn: ({ name, input, requestId }: ActRequest & { requestId: string }) =>
      call(name, { ...input, requestId } as InputOf<typeof name>) as Promise<OutputOf<ActName>>,
  });

/** Brings the ledger's version to Argo CD's notice and follows it, as an operation. */
export const useNudge = () =>
  useMutation({
    mutationFn: (where: { app: string; environment: string }) =>
      call('application.nudge', { ...where, requestId: crypto.randomUUID() }),
  });
