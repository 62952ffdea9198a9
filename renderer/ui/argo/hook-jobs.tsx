import { Button } from '@mantine/core';
import type { Step } from '../../../shared/domain/operation/operation';
import { spentOf } from '../../../shared/domain/operation/spent';
import type { HookJob } from '../../../shared/domain/rollout/hook-job';
import { useFailingPod } from '../../data/argo-queries';
import { Mark, stepLook } from '../layout/mark';
import { hookLog, type LogChoice } from '../log/log-choice';
import { FailingPod } from '../rollout/failing-pod';
import { duration, fullTime } from '../time/time';
import { useNow } from '../time/use-now';
import classes from './application-panel.module.css';

interface HookJobsProps {
  app: string;
  jobs: readonly HookJob[];
  environment: string;
  open: LogChoice | null;
  onLog: (log: LogChoice) => void;
}

const state: Record<HookJob['state'], Step['state']> = {
  waiting: 'waiting',
  running: 'running',
  suspended: 'waiting',
  succeeded: 'succeeded',
  failed: 'failed',
};

/** Jobs of hooks (migrations…) with their logs, newest first. */
export function HookJobs({ app, jobs, environment, open, onLog }: HookJobsProps) {
  const now = useNow('second');
  if (jobs.length === 0) return null;
  return (
    <ul className={classes.jobs} aria-label="Hook jobs">
      {jobs.map((job) => {
        const log = hookLog(environment, job);
        return (
          <li key={job.name}>
            <Mark
              {...stepLook[job.trouble === null ? state[job.state] : 'failed']}
              label={job.hooks.join(', ') || 'Job'}
            />
            <span className={classes.jobName}>
              <span className="mono">{job.name}</span>{' '}
              <span className={classes.quiet}>{job.trouble ?? job.message}</span>
            </span>
            <span className={classes.quiet} title={job.startedAt ? fullTime(job.startedAt) : undefined}>
              {job.startedAt && duration(spentOf(job, now) ?? 0)}
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
            {(job.state === 'failed' || job.trouble !== null) && (
              <Why app={app} environment={environment} job={job} onLog={() => onLog(log)} />
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** Why a hook fails, as its pod tells: reason, the end of its log, its events. */
function Why(props: { app: string; environment: string; job: HookJob; onLog: () => void }) {
  const { app, environment, job, onLog } = props;
  const told = useFailingPod(app, environment, true).data?.pod ?? null;
  if (told?.deployment !== job.name) return null;
  return (
    <div className={classes.why}>
      <FailingPod app={app} environment={environment} pod={told.pod} onLog={onLog} />
    </div>
  );
}
