import { Link } from '@tanstack/react-router';
import type { Intent } from '../../../shared/domain/operation/intent';
import { jobStep } from '../../../shared/domain/operation/job-step';
import type { Operation } from '../../../shared/domain/operation/operation';
import { spentOf } from '../../../shared/domain/operation/spent';
import { railOf } from '../../../shared/domain/timeline/rail';
import { Version } from '../../ui/change/version';
import { StepMark } from '../../ui/layout/mark';
import { Panel } from '../../ui/layout/panel';
import { Rail } from '../../ui/rail/rail';
import { duration } from '../../ui/time/time';
import { TimedText } from '../../ui/time/timed-text';
import { useNow } from '../../ui/time/use-now';
import classes from './batch-operation.module.css';
import { OperationLayout } from './operation-layout';

type BatchIntent = Extract<Intent, { kind: 'batch' }>;

/** A batch: each of its apps, how it stands, and the way to its own operation. */
export function BatchOperation({ operation, intent }: { operation: Operation; intent: BatchIntent }) {
  const now = useNow('second');
  const jobs = new Map(operation.jobs.map((job) => [job.name, job]));
  return (
    <OperationLayout
      operation={operation}
      rail={<Rail label="Steps" lines={railOf(operation, null)} />}
      log={null}
    >
      <Panel title="Apps">
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">State</th>
              <th scope="col">App</th>
              <th scope="col">Version</th>
              <th scope="col">What happened</th>
              <th scope="col">Took</th>
            </tr>
          </thead>
          <tbody>
            {intent.items.map(({ intent: { app, expected, version } }) => {
              const job = jobs.get(app);
              const spent = job ? spentOf(job, now) : null;
              return (
                <tr key={app}>
                  <td>
                    <StepMark value={job ? jobStep(job) : 'waiting'} />
                  </td>
                  <th scope="row">
                    {job?.operationId ? (
                      <Link to="/operations/$operationId" params={{ operationId: job.operationId }}>
                        {app}
                      </Link>
                    ) : (
                      app
                    )}
                  </th>
                  <td className={classes.version}>
                    <Version value={expected} /> → <Version value={version} strong />
                  </td>
                  <td>{job?.text && <TimedText text={job.text} />}</td>
                  <td className={classes.version}>{spent === null ? '' : duration(spent)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </Panel>
    </OperationLayout>
  );
}
