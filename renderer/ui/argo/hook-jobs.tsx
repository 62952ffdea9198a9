import { Button } from '@mantine/core';
import type { HookJob } from '../../../shared/domain/hook-job';
import { hookLog, type LogChoice } from '../log/log-choice';
import { Mark } from '../mark';
import { between, duration, fullTime } from '../time';
import { stageLook } from '../timeline/stage-words';
import { useNow } from '../use-now';
import classes from './application-panel.module.css';

interface HookJobsProps {
  jobs: readonly HookJob[];
  environment: string;
  open: LogChoice | null;
  onLog: (log: LogChoice) => void;
}

const state: Record<HookJob['state'], keyof typeof stageLook> = {
  waiting: 'waiting',
  running: 'running',
  suspended: 'waiting',
  succeeded: 'succeeded',
  failed: 'failed',
};

/** Jobs of hooks (migrations…) with their logs, newest first. */
export function HookJobs({ jobs, environment, open, onLog }: HookJobsProps) {
  const now = useNow('second');
  if (jobs.length === 0) return null;
  return (
    <ul className={classes.jobs} aria-label="Jobs of hooks">
      {jobs.map((job) => {
        const log = hookLog(environment, job);
        return (
          <li key={job.name}>
            <Mark {...stageLook[state[job.state]]} label={job.hooks.join(', ') || 'Job'} />
            <span className={classes.jobName}>
              <span className="mono">{job.name}</span> <span className={classes.quiet}>{job.message}</span>
            </span>
            <span className={classes.quiet} title={job.startedAt ? fullTime(job.startedAt) : undefined}>
              {job.startedAt && duration(between(job.startedAt, job.finishedAt, now) ?? 0)}
            </span>
            {log.sources.length > 0 ? (
              <Button
                variant={open?.name === job.name ? 'light' : 'default'}
                size="compact-xs"
                aria-pressed={open?.name === job.name}
                aria-label={`Log of ${job.name}`}
                onClick={() => onLog(log)}
              >
                Log
              </Button>
            ) : (
              <span className={classes.quiet}>pod gone</span>
            )}
          </li>
        );
      })}
    </ul>
  );
}
