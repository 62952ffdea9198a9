import { isAppIntent } from '../../../shared/domain/operation/intent';
import type { Operation } from '../../../shared/domain/operation/operation';
import type { Workflow } from '../../../shared/domain/workflows/workflow';
import { useNamedWorkflows, useWorkflows } from '../../data/queries';

/**
 * The workflows that belong to an operation: those that the engine named, and those of its version in its
 * environment (the smoke tests begin there before the engine has seen them).
 */
export function useOwnWorkflows(operation: Operation): readonly Workflow[] {
  const intent = isAppIntent(operation.intent) ? operation.intent : null;
  const version = intent && 'version' in intent ? intent.version : undefined;
  const found = useWorkflows(
    { app: intent?.app ?? '', environment: intent?.environment ?? '', ...(version ? { version } : {}) },
    intent !== null && (version !== undefined || operation.workflows.length > 0),
  );
  // Of the environment before, where a rollback stops what was about to promote.
  const elsewhere = useNamedWorkflows(
    operation.workflows.filter((workflow) => workflow.environment !== intent?.environment),
  );
  const all = [...ownWorkflows(operation, found.data?.workflows ?? []), ...elsewhere];
  return [...new Map(all.map((each) => [`${each.environment}/${each.name}`, each])).values()];
}

/** Of all workflows of the app, those named by the operation or started since it was asked for. */
function ownWorkflows(operation: Operation, workflows: readonly Workflow[]): readonly Workflow[] {
  const named = new Set(operation.workflows.map((workflow) => `${workflow.environment}/${workflow.name}`));
  const since = Date.parse(operation.requestedAt);
  return workflows.filter(
    (workflow) =>
      named.has(`${workflow.environment}/${workflow.name}`) ||
      (workflow.startedAt !== null && Date.parse(workflow.startedAt) >= since - 5_000),
  );
}
