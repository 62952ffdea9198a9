import type { Workflow } from '../../../shared/domain/workflows/workflow';
import { Panel } from '../../ui/layout/panel';
import type { LogChoice } from '../../ui/log/log-choice';
import { WorkflowTree } from '../../ui/workflow/workflow-tree';
import classes from './operation-screen.module.css';

interface WorkflowPanelProps {
  title: string;
  workflows: readonly Workflow[];
  open: LogChoice | null;
  onLog: (log: LogChoice) => void;
}

/** The workflows of an operation, as trees. */
export function WorkflowPanel({ title, workflows, open, onLog }: WorkflowPanelProps) {
  return (
    <Panel title={title}>
      {workflows.map((workflow) => (
        <WorkflowTree
          key={`${workflow.environment} ${workflow.name}`}
          workflow={workflow}
          open={open}
          onLog={onLog}
        />
      ))}
      {workflows.length === 0 && <p className={classes.none}>No workflow has started yet.</p>}
    </Panel>
  );
}
