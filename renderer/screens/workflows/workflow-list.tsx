import { Link } from '@tanstack/react-router';
import type { ListedWorkflow } from '../../../shared/contract/workflows';
import { shortVersion } from '../../../shared/domain/ledger/version';
import { spentOf } from '../../../shared/domain/operation/spent';
import { PhaseMark } from '../../ui/layout/mark';
import { ago, clock, duration, fullTime } from '../../ui/time/time';
import { useNow } from '../../ui/time/use-now';
import type { WorkflowsSearch } from './search';
import { keyOf } from './workflow-place';
import classes from './workflows-screen.module.css';

interface WorkflowListProps {
  workflows: readonly ListedWorkflow[];
  search: WorkflowsSearch;
  chosen: string | null;
}

/** Workflows, newest first; each is a link, so that Back leads to the one before. */
export function WorkflowList({ workflows, search, chosen }: WorkflowListProps) {
  const now = useNow('second');
  return (
    <ul className={classes.list} aria-label="Workflows">
      {workflows.map((workflow) => {
        const key = keyOf(workflow);
        const { labels, startedAt, finishedAt, phase } = workflow;
        const spent = spentOf({ startedAt, finishedAt }, now);
        const version = labels.imageTag;
        return (
          <li key={key}>
            <Link
              to="/workflows"
              search={{ ...search, open: key }}
              className={classes.item}
              aria-current={key === chosen ? 'true' : undefined}
            >
              <span className={classes.mark}>
                <PhaseMark value={phase} iconOnly />
              </span>
              <span className={classes.what}>
                <span className={classes.title}>
                  {workflow.template || workflow.name}
                  {labels.repoName && <strong> {labels.repoName}</strong>}
                  {version && <span className="mono"> {shortVersion(version)}</span>}
                </span>
                <span className={classes.quiet}>
                  {workflow.environment}
                  {workflow.progress && ` · ${workflow.progress}`}
                  {workflow.suspended && ' · suspended'}
                  {workflow.archivedUid !== undefined
                    ? ' · archived'
                    : workflow.seenAt && ` · saved, last seen ${clock(workflow.seenAt, now)}`}
                </span>
              </span>
              <span className={classes.when} title={startedAt ? fullTime(startedAt) : undefined}>
                <span>{startedAt ? ago(startedAt, now) : 'not started'}</span>
                <span className={classes.quiet}>
                  {spent !== null && !(workflow.gone && !finishedAt) ? duration(spent) : ''}
                </span>
              </span>
            </Link>
          </li>
        );
      })}
    </ul>
  );
}
