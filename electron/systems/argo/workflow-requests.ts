import type { WorkflowWrite } from './workflow-object';

/**
 * An annotation that holds the ids of the requests that changed a workflow, the newest last: what the workflow did
 * after the first time (it waits at the next gate, it failed once more) must not be answered by the same request.
 */
const requestsAnnotation = 'signalbox.dev/requests';
/** More than people click on one workflow while an answer is on its way. */
const mostRequests = 8;

const idsOf = ({ metadata }: Pick<WorkflowWrite, 'metadata'>): string[] =>
  metadata.annotations?.[requestsAnnotation]?.split(',').filter(Boolean) ?? [];

/** Whether a request changed it before. */
export const changedBy = (workflow: WorkflowWrite, id: string): boolean => idsOf(workflow).includes(id);

/** The same workflow with a request's id written on it, in the same write as its change. */
export const markedBy = (workflow: WorkflowWrite, id: string): WorkflowWrite => ({
  ...workflow,
  metadata: {
    ...workflow.metadata,
    annotations: {
      ...workflow.metadata.annotations,
      [requestsAnnotation]: [...idsOf(workflow), id].slice(-mostRequests).join(','),
    },
  },
});

/** Annotations that a new run of a workflow takes over; `null`: none. */
export function annotationsOfSpec({ metadata }: WorkflowWrite): Record<string, string> | null {
  const { [requestsAnnotation]: _requests, ...rest } = metadata.annotations ?? {};
  return Object.keys(rest).length > 0 ? rest : null;
}
