import { useState } from 'react';
import type { Operation } from '../../../shared/domain/operation';
import { useNamedWorkflows } from '../../data/queries';
import { FailurePanel } from '../../ui/failure-panel';
import { FindingList } from '../../ui/finding-list';
import type { LogChoice } from '../../ui/log/log-choice';
import { LogViewer } from '../../ui/log/log-viewer';
import { Panel } from '../../ui/panel';
import { WorkflowTree } from '../../ui/workflow/workflow-tree';
import { Facts } from './facts';
import { OperationHead } from './operation-head';
import classes from './operation-screen.module.css';
import { StepList } from './step-list';

/** An operation on a pipeline of bags: its steps, and the workflows of its jobs with their logs. */
export function BagOperation({ operation }: { operation: Operation }) {
  const workflows = useNamedWorkflows(operation.workflows);
  const [log, setLog] = useState<LogChoice | null>(null);
  return (
    <div className={classes.screen}>
      <OperationHead operation={operation} />
      <div className={classes.columns}>
        <div className={classes.left}>
          <StepList operation={operation} />
          <Facts operation={operation} />
          {operation.failure && (
            <div className={classes.block}>
              <FailurePanel failure={operation.failure} />
            </div>
          )}
          {operation.findings.length > 0 && (
            <div className={classes.block}>
              <h2 className={classes.heading}>Checks</h2>
              <FindingList findings={operation.findings} past />
            </div>
          )}
        </div>
        <div className={classes.right}>
          <div className={classes.live}>
            <Panel title="Jobs and test suites">
              {workflows.map((workflow) => (
                <WorkflowTree
                  key={`${workflow.environment} ${workflow.name}`}
                  workflow={workflow}
                  open={log}
                  onLog={setLog}
                />
              ))}
              {workflows.length === 0 && <p className={classes.none}>No workflow has started yet.</p>}
            </Panel>
          </div>
          {log && (
            <section className={classes.log} aria-label="Log">
              <LogViewer key={log.name} name={log.name} sources={log.sources} />
            </section>
          )}
        </div>
      </div>
    </div>
  );
}
