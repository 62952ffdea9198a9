import { overridden, type WorkflowWrite } from './workflow-object';
import { annotationsOfSpec } from './workflow-requests';
import { withoutShutdown } from './workflow-retry';

/** A label by which a workflow that Signalbox made is known again: the id of the operation or action. */
export const workflowOperationLabel = 'signalbox.dev/operation';

/** Labels of the run itself, which a new one does not take over (`FormulateResubmitWorkflow`). */
const ofTheRun: ReadonlySet<string> = new Set([
  'workflows.argoproj.io/creator',
  'workflows.argoproj.io/creator-email',
  'workflows.argoproj.io/creator-preferred-username',
  'workflows.argoproj.io/phase',
  'workflows.argoproj.io/completed',
  'workflows.argoproj.io/workflow-archiving-status',
]);

/**
 * A new run with the same spec (argo-workflows `workflow/util/util.go`, `FormulateResubmitWorkflow`; not memoized, so
 * that all steps run again). The id goes into a label, which upstream has not.
 */
export function resubmission(
  workflow: WorkflowWrite,
  request: { id: string; parameters?: readonly { name: string; value: string }[] },
): Omit<WorkflowWrite, 'metadata' | 'status'> & { metadata: Record<string, unknown> } {
  const { apiVersion, kind, metadata, spec } = workflow;
  const annotations = annotationsOfSpec(workflow);
  const labels = Object.entries(metadata.labels ?? {}).filter(([name]) => !ofTheRun.has(name));
  return {
    apiVersion,
    kind,
    metadata: {
      namespace: metadata.namespace,
      generateName: metadata.generateName || `${metadata.name}-`,
      labels: {
        ...Object.fromEntries(labels),
        'workflows.argoproj.io/resubmitted-from-workflow': metadata.name,
        [workflowOperationLabel]: request.id,
      },
      ...(annotations ? { annotations } : {}),
      ...(metadata.ownerReferences?.length ? { ownerReferences: metadata.ownerReferences } : {}),
    },
    spec: overridden(withoutShutdown(spec), request.parameters ?? []),
  };
}

/** At most so many characters has the name of a workflow: it is the value of a label of its pods. */
const longestName = 63;
/** What the API server adds to `generateName`. */
const suffix = 5;

/**
 * A new run of a WorkflowTemplate, as `argo submit --from workflowtemplate/…` makes it.
 * @param request with `name` (at most 63 characters) the run has a name of its own, so that asking twice makes one; else the server names it.
 */
export function submission(request: {
  namespace: string;
  template: string;
  parameters: Readonly<Record<string, string>>;
  id: string;
  name?: string;
  labels?: Readonly<Record<string, string>>;
  annotations?: Readonly<Record<string, string>>;
}): Record<string, unknown> {
  const { namespace, template, name } = request;
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata: {
      namespace,
      ...(name === undefined
        ? { generateName: `${template.slice(0, longestName - suffix - 1)}-` }
        : { name }),
      labels: {
        ...request.labels,
        'workflows.argoproj.io/workflow-template': template,
        [workflowOperationLabel]: request.id,
      },
      ...(request.annotations ? { annotations: request.annotations } : {}),
    },
    spec: {
      workflowTemplateRef: { name: template },
      arguments: {
        parameters: Object.entries(request.parameters).map(([key, value]) => ({ name: key, value })),
      },
    },
  };
}
