import { Button } from '@mantine/core';
import type { Operation, Step } from '../../../shared/domain/operation/operation';
import { StepMark } from '../../ui/layout/mark';
import { Panel } from '../../ui/layout/panel';
import { buildLog, type LogChoice } from '../../ui/log/log-choice';
import { ExternalLink } from '../../ui/text/external-link';
import classes from './run-panel.module.css';

const mark: Record<Operation['jobs'][number]['state'], Step['state']> = {
  waiting: 'waiting',
  running: 'running',
  succeeded: 'succeeded',
  failed: 'failed',
  aborted: 'cancelled',
  unknown: 'unknown',
};

/** The builds that an operation has Concourse run, with their logs; nothing for other operations. */
export function ConcourseJobs(props: {
  operation: Operation;
  pipeline: string;
  environment: string;
  open: LogChoice | null;
  onLog: (log: LogChoice) => void;
}) {
  const { operation, pipeline, environment, open, onLog } = props;
  const jobs = operation.jobs.filter(({ kind }) => kind === 'concourse');
  if (jobs.length === 0) return null;
  return (
    <Panel title="Jobs in Concourse">
      <ul aria-label="Jobs in Concourse">
        {jobs.map(({ name, state, url, build }) => {
          const log = build === undefined ? null : buildLog(pipeline, environment, name, build);
          return (
            <li key={name} className={classes.job}>
              <div className={classes.line}>
                <StepMark value={mark[state]} iconOnly />
                <span className={classes.name}>
                  {url ? <ExternalLink url={url}>{name}</ExternalLink> : name}
                </span>
                {log && (
                  <Button
                    variant={open?.name === log.name ? 'light' : 'default'}
                    size="compact-xs"
                    aria-pressed={open?.name === log.name}
                    aria-label={`Log of ${name}`}
                    onClick={() => onLog(log)}
                  >
                    Log
                  </Button>
                )}
              </div>
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}
