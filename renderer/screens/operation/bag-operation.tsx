import { useState } from 'react';
import { subjectOf } from '../../../shared/domain/operation/intent';
import type { Operation } from '../../../shared/domain/operation/operation';
import { useNamedWorkflows } from '../../data/queries';
import type { LogChoice } from '../../ui/log/log-choice';
import { ConcourseJobs } from './concourse-jobs';
import { OperationLayout } from './operation-layout';
import { WorkflowPanel } from './workflow-panel';

/** An operation on a pipeline of bags: its steps, and the workflows of its jobs with their logs. */
export function BagOperation({ operation }: { operation: Operation }) {
  const workflows = useNamedWorkflows(operation.workflows);
  const subject = subjectOf(operation.intent);
  const [log, setLog] = useState<LogChoice | null>(null);
  return (
    <OperationLayout operation={operation} log={log}>
      {subject.about === 'pipeline' && (
        <ConcourseJobs
          operation={operation}
          pipeline={subject.pipeline}
          environment={subject.environment ?? subject.pipeline}
          open={log}
          onLog={setLog}
        />
      )}
      <WorkflowPanel title="Jobs and test suites" workflows={workflows} open={log} onLog={setLog} />
    </OperationLayout>
  );
}
