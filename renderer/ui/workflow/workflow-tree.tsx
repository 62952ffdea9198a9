import { Button } from '@mantine/core';
import { spentOf } from '../../../shared/domain/operation/spent';
import type { Workflow } from '../../../shared/domain/workflows/workflow';
import { PhaseMark } from '../layout/mark';
import { type LogChoice, nodeLog, workflowLog } from '../log/log-choice';
import { duration, fullTime } from '../time/time';
import { useNow } from '../time/use-now';
import { nodeBars, nodeRows } from './workflow-rows';
import classes from './workflow-tree.module.css';

interface WorkflowTreeProps {
  workflow: Workflow;
  open: LogChoice | null;
  onLog: (log: LogChoice) => void;
  /** It is only remembered: what ran in it when it was last seen runs no more. */
  frozen?: boolean;
}

/** The annotation `workflows.argoproj.io/title` may hold Markdown: shown as plain text. */
const titleOf = ({ title, template, name }: Workflow): string =>
  title?.slice(0, 500).replace(/[*_`]{1,3}(\S(?:.*?\S)?)[*_`]{1,3}/g, '$1') || template || name;

/** A workflow's steps as they run, each with its time and, where it has a pod, its log. */
export function WorkflowTree({ workflow, open, onLog, frozen = false }: WorkflowTreeProps) {
  const now = useNow('second');
  const bars = nodeBars(workflow, now);
  const rows = nodeRows(workflow);
  return (
    <section className={classes.workflow} aria-label={`Workflow ${workflow.name}`}>
      <header className={classes.head}>
        <PhaseMark value={workflow.phase} />
        <h3>{titleOf(workflow)}</h3>
        <span className={`${classes.name} mono`} title={workflow.name}>
          {workflow.environment} · {workflow.name}
        </span>
        {rows.some(({ node }) => node.pod !== null) && (
          <Button
            variant={open?.name === workflow.name ? 'light' : 'default'}
            size="compact-xs"
            aria-pressed={open?.name === workflow.name}
            onClick={() => onLog(workflowLog(workflow))}
          >
            Logs of all steps
          </Button>
        )}
        <span className={classes.time}>
          {workflow.progress && `${workflow.progress} · `}
          {frozen && !workflow.finishedAt ? 'end not known' : duration(spentOf(workflow, now) ?? 0)}
        </span>
      </header>
      {workflow.message && <p className={classes.message}>{workflow.message}</p>}
      {workflow.nodesUnavailable && <p className={classes.message}>{workflow.nodesUnavailable}</p>}
      <ul>
        {rows.map(({ node, depth }) => {
          const spent = frozen && !node.finishedAt ? null : spentOf(node, now);
          const bar = bars.get(node.id);
          const { pod } = node;
          return (
            <li key={node.id} className={classes.node} style={{ paddingLeft: depth * 20 }}>
              <PhaseMark value={node.phase} iconOnly />
              <span className={classes.label} title={node.message ?? undefined}>
                {node.displayName}
                {node.message && <span className={classes.note}> {node.message}</span>}
              </span>
              <span className={classes.track} aria-hidden>
                {bar && (
                  <span
                    className={classes.bar}
                    data-phase={node.phase}
                    style={{ left: `${bar.from * 100}%`, width: `max(2px, ${(bar.to - bar.from) * 100}%)` }}
                  />
                )}
              </span>
              <span className={classes.time} title={node.startedAt ? fullTime(node.startedAt) : undefined}>
                {spent === null ? '' : duration(spent)}
              </span>
              {pod ? (
                <Button
                  variant={open?.name === pod ? 'light' : 'default'}
                  size="compact-xs"
                  aria-pressed={open?.name === pod}
                  aria-label={`Log of ${node.displayName}`}
                  onClick={() => onLog(nodeLog(workflow, node))}
                >
                  Log
                </Button>
              ) : (
                <span />
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
