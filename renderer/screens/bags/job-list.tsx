import { Link } from '@tanstack/react-router';
import type { Job, Step } from '../../../shared/domain/operation/operation';
import { StepMark } from '../../ui/layout/mark';
import { ExternalLink } from '../../ui/text/external-link';
import { between, duration } from '../../ui/time/time';
import { TimedText } from '../../ui/time/timed-text';
import { useNow } from '../../ui/time/use-now';
import classes from './stage-card.module.css';

const mark: Record<Job['state'], Step['state']> = {
  waiting: 'waiting',
  running: 'running',
  succeeded: 'succeeded',
  failed: 'failed',
  aborted: 'cancelled',
  unknown: 'unknown',
};
const word: Record<Job['state'], string> = {
  waiting: 'not started',
  running: 'running',
  succeeded: 'done',
  failed: 'failed',
  aborted: 'aborted',
  unknown: 'unknown',
};

/** The jobs of a deployment: what is deployed one after the other, then the suites side by side. */
export function JobList({ jobs }: { jobs: readonly Job[] }) {
  const now = useNow('second');
  return (
    <ul className={classes.jobs} aria-label="Jobs">
      {jobs.map((job) => {
        const spent = between(job.startedAt, job.finishedAt, now);
        return (
          <li key={`${job.phase} ${job.name}`}>
            <StepMark value={mark[job.state]} iconOnly />
            <span className={classes.jobName}>
              <JobName job={job} />
              {job.text && (
                <span className={classes.jobText}>
                  <TimedText text={job.text} />
                </span>
              )}
            </span>
            <span className={classes.quiet}>{spent === null ? word[job.state] : duration(spent)}</span>
          </li>
        );
      })}
    </ul>
  );
}

/** The job's name, leading to its run: a workflow of the cluster, or a run at GitHub. */
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
