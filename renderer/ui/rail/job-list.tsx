import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { jobStep } from '../../../shared/domain/operation/job-step';
import type { Job } from '../../../shared/domain/operation/operation';
import { spentOf } from '../../../shared/domain/operation/spent';
import { StepMark, stepLook } from '../layout/mark';
import type { LogChoice } from '../log/log-choice';
import { ExternalLink } from '../text/external-link';
import { duration } from '../time/time';
import { TimedText } from '../time/timed-text';
import { useNow } from '../time/use-now';
import classes from './rail.module.css';

interface JobListProps {
  jobs: readonly Job[];
  label?: string;
  /** The log of a job that can be opened here. */
  logOf?: (job: Job) => LogChoice | null;
  open?: LogChoice | null;
  onLog?: (log: LogChoice) => void;
}

/** The jobs of a deployment: what is deployed one after the other, and the suites side by side. */
export function JobList({ jobs, label = 'Jobs', logOf, open, onLog }: JobListProps) {
  const now = useNow('second');
  return (
    <ul className={classes.jobs} aria-label={label}>
      {jobs.map((job) => {
        const state = jobStep(job);
        const spent = spentOf(job, now);
        const log = logOf?.(job) ?? null;
        return (
          <li key={`${job.phase} ${job.name}`}>
            <StepMark value={state} iconOnly />
            <span className={classes.jobName}>
              <JobName job={job} />
              {job.text && (
                <span className={classes.jobText}>
                  <TimedText text={job.text} />
                </span>
              )}
            </span>
            <span className={classes.time}>
              {spent === null ? stepLook[state].label.toLowerCase() : duration(spent)}
            </span>
            {log && (
              <Button
                variant={open?.name === log.name ? 'light' : 'default'}
                size="compact-xs"
                aria-pressed={open?.name === log.name}
                aria-label={`Log of ${job.name}`}
                onClick={() => onLog?.(log)}
              >
                Log
              </Button>
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** The job's name, leading to its run: a workflow of the cluster, or a run elsewhere. */
function JobName({ job: { name, workflow, url } }: { job: Job }) {
  if (workflow)
    return (
      <Link
        to="/workflows"
        search={{
          environment: workflow.environment,
          open: `${workflow.environment}/${workflow.namespace}/${workflow.name}`,
        }}
      >
        {name}
      </Link>
    );
  return url ? <ExternalLink url={url}>{name}</ExternalLink> : name;
}
