import { useState } from 'react';
import { isLeftBy } from '../../../shared/domain/bags/recovery';
import { subjectOf } from '../../../shared/domain/operation/intent';
import type { Job, Operation } from '../../../shared/domain/operation/operation';
import { railOf } from '../../../shared/domain/timeline/rail';
import { useBagPipeline } from '../../data/bags-queries';
import { useNamedWorkflows } from '../../data/queries';
import { BagRecovery } from '../../ui/bag/bag-recovery';
import { buildLog, type LogChoice, suggested } from '../../ui/log/log-choice';
import { JobList } from '../../ui/rail/job-list';
import { Rail } from '../../ui/rail/rail';
import { OperationLayout } from './operation-layout';
import { WorkflowPanel } from './workflow-panel';

/** An operation on a pipeline of bags: its steps with their jobs, the workflows with their logs, and the ways out. */
export function BagOperation({ operation }: { operation: Operation }) {
  const workflows = useNamedWorkflows(operation.workflows);
  const subject = subjectOf(operation.intent);
  const stage = subject.about === 'pipeline' ? subject : null;
  const [chosen, setChosen] = useState<LogChoice | null>(null);
  const logOf = ({ kind, name, build }: Job): LogChoice | null =>
    stage && kind === 'concourse' && build !== undefined
      ? buildLog(stage.pipeline, stage.environment ?? stage.pipeline, name, build)
      : null;
  const failed = operation.jobs.find(({ state }) => state === 'failed');
  // What failed is what one wants to read.
  const worstFirst = workflows.toSorted((a, b) => Number(isBad(b.phase)) - Number(isBad(a.phase)));
  const log = chosen ?? (failed && logOf(failed)) ?? suggested(stage?.environment ?? '', [], worstFirst);
  const jobs = (phase: Job['phase']) => {
    const own = operation.jobs.filter((job) => job.phase === phase);
    return own.length > 0 && <JobList jobs={own} logOf={logOf} open={log} onLog={setChosen} />;
  };
  const isElsewhere = operation.jobs.length > 0 && operation.jobs.every(({ kind }) => kind === 'concourse');
  return (
    <OperationLayout
      operation={operation}
      rail={
        <Rail
          label="Steps"
          lines={railOf(operation, null)}
          below={{ deploy: jobs('deploy'), test: jobs('test') }}
        />
      }
      remedy={
        stage?.environment && <WaysOut operation={operation} {...stage} environment={stage.environment} />
      }
      log={log}
    >
      {!isElsewhere && (
        <WorkflowPanel title="Jobs and test suites" workflows={workflows} open={log} onLog={setChosen} />
      )}
    </OperationLayout>
  );
}

const isBad = (phase: string): boolean => phase === 'Failed' || phase === 'Error';

/** What can be done about what the operation left there, as long as it is still so. */
function WaysOut(props: { operation: Operation; pipeline: string; environment: string }) {
  const { operation, pipeline, environment } = props;
  const stages = useBagPipeline(pipeline).data?.stages ?? [];
  const stage = stages.find((one) => one.environment === environment);
  return stage && isLeftBy(operation, stage) ? <BagRecovery pipeline={pipeline} stage={stage} /> : null;
}
