import { useState } from 'react';
import type { Operation } from '../../../shared/domain/operation/operation';
import { useNamedWorkflows } from '../../data/queries';
import type { LogChoice } from '../../ui/log/log-choice';
import { OperationLayout } from './operation-layout';
import { WorkflowPanel } from './workflow-panel';

/** An operation on a pipeline of bags: its steps, and the workflows of its jobs with their logs. */
export function BagOperation({ operation }: { operation: Operation }) {
  const workflows = useNamedWorkflows(operation.workflows);
  const [log, setLog] = useState<LogChoice | null>(null);
  return (
    <OperationLayout operation={operation} log={log}>
      <WorkflowPanel title="Jobs and test suites" workflows={workflows} open={log} onLog={setLog} />
    </OperationLayout>
  );
}
