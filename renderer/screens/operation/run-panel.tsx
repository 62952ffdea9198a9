import { Button } from '@mantine/core';
import { type RunJob, type RunState, runText } from '../../../shared/domain/actions/run-view';
import type { Operation, Step } from '../../../shared/domain/operation/operation';
import { spentOf } from '../../../shared/domain/operation/spent';
import { useOperationRun } from '../../data/queries';
import { StepMark } from '../../ui/layout/mark';
import { Panel } from '../../ui/layout/panel';
import { jobLog, type LogChoice } from '../../ui/log/log-choice';
import { ExternalLink } from '../../ui/text/external-link';
import { duration, fullTime } from '../../ui/time/time';
import { TimedText } from '../../ui/time/timed-text';
import { useNow } from '../../ui/time/use-now';
import classes from './run-panel.module.css';

interface RunPanelProps {
  operation: Operation;
  environment: string;
  open: LogChoice | null;
  onLog: (log: LogChoice) => void;
}

const mark: Readonly<Record<RunState, Step['state']>> = {
  waiting: 'waiting',
  running: 'running',
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'cancelled',
  skipped: 'skipped',
  unknown: 'unknown',
};

/** The run of GitHub Actions that the operation started: its jobs with their steps, approvals, and logs. */
export function RunPanel({ operation, environment, open, onLog }: RunPanelProps) {
  const isStarted = operation.jobs.some(({ kind }) => kind === 'github-workflow');
  const run = useOperationRun(operation.id, isStarted);
  const now = useNow('second');
  if (!isStarted || !run) return null;
  const isOpen = run.state === 'waiting' || run.state === 'running';
  return (
    <Panel
      title="GitHub Actions"
      aside={
        <ExternalLink url={run.url}>
          {run.owner}/{run.repo} {run.workflow}
        </ExternalLink>
      }
    >
      {isOpen && (
        <p className={classes.waits}>
          <TimedText text={runText(run)} />
        </p>
      )}
      <ul aria-label="Jobs of the run">
        {run.jobs.map((job) => {
          const log = jobLog(environment, run, job);
          return (
            <Job
              key={job.id}
              job={job}
              now={now}
              isShown={open?.name === log.name}
              onLog={() => onLog(log)}
            />
          );
        })}
      </ul>
      {run.jobs.length === 0 && <p className={classes.none}>GitHub lists no job of it yet.</p>}
      {run.more > 0 && <p className={classes.none}>{run.more} more jobs are on GitHub.</p>}
    </Panel>
  );
}

function Job({
  job,
  now,
  isShown,
  onLog,
}: {
  job: RunJob;
  now: number;
  isShown: boolean;
  onLog: () => void;
}) {
  const spent = spentOf(job, now);
  const isAtWork = job.state === 'running' || job.state === 'failed';
  const isOver = job.state !== 'waiting' && job.state !== 'running' && job.state !== 'skipped';
  return (
    <li className={classes.job}>
      <div className={classes.line}>
        <StepMark value={mark[job.state]} iconOnly />
        <span className={classes.name}>{job.name}</span>
        <span className={classes.time} title={job.startedAt ? fullTime(job.startedAt) : undefined}>
          {spent === null ? '' : duration(spent)}
        </span>
        {isOver && (
          <Button
            variant={isShown ? 'light' : 'default'}
            size="compact-xs"
            aria-pressed={isShown}
            aria-label={`Log of ${job.name}`}
            onClick={onLog}
          >
            Log
          </Button>
        )}
      </div>
      {job.steps.length > 0 && (
        <details className={classes.steps} open={isAtWork}>
          <summary>{job.steps.length === 1 ? '1 step' : `${job.steps.length} steps`}</summary>
          <ol>
            {job.steps.map((step) => {
              const took = spentOf(step, now);
              return (
                <li key={step.number} className={classes.line}>
                  <StepMark value={mark[step.state]} iconOnly />
                  <span className={classes.name}>{step.name}</span>
                  <span className={classes.time}>{took === null ? '' : duration(took)}</span>
                </li>
              );
            })}
          </ol>
        </details>
      )}
    </li>
  );
}
