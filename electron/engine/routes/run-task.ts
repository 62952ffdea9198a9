import type { RouteOf } from '../../../shared/domain/estate/routes';
import type { ActionsWorkflow, WorkflowRuns } from '../../systems/github/workflow-dispatch';
import type { StepContext, VersionIntent } from '../operation-context';

/** A run that an operation started. */
export interface RunTask {
  context: StepContext<VersionIntent>;
  route: RouteOf<'actions'>;
  runs: WorkflowRuns;
  place: ActionsWorkflow;
  what: string;
}
