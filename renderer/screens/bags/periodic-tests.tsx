import { Link } from '@tanstack/react-router';
import type { BagPipelineView, PeriodicView } from '../../../shared/domain/bags/view';
import { spentOf } from '../../../shared/domain/operation/spent';
import { usePeriodicTests } from '../../data/bags-queries';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { StepMark } from '../../ui/layout/mark';
import { Empty, Panel } from '../../ui/layout/panel';
import { ExternalLink } from '../../ui/text/external-link';
import { clock, duration, fullTime } from '../../ui/time/time';
import { useNow } from '../../ui/time/use-now';
import classes from './bags-screen.module.css';

/** Suites that run every so often, whatever is deployed: their last results and history. */
export function PeriodicTests({ pipeline }: { pipeline: BagPipelineView }) {
  const found = usePeriodicTests(pipeline.pipeline);
  if (found.error) return <FailurePanel failure={found.error.failure} onRetry={() => void found.refetch()} />;
  if (found.isPending) return <p role="status">Loading periodic tests…</p>;
  if (found.data.length === 0)
    return <Empty title="No periodic tests">The estate file defines none for this pipeline.</Empty>;
  return (
    <div className={classes.body}>
      {found.data.map((suite) => (
        <Suite key={`${suite.environment} ${suite.name}`} suite={suite} />
      ))}
    </div>
  );
}

type Run = PeriodicView['runs'][number];
const mark = { running: 'running', succeeded: 'succeeded', failed: 'failed', stopped: 'cancelled' } as const;
const word: Record<Run['state'], string> = {
  running: 'running',
  succeeded: 'passed',
  failed: 'failed',
  stopped: 'stopped',
};
const shown = 60;

/** A run's name, leading to it: a workflow of the cluster, or a build in Concourse's own window. */
function RunLink({ run: { environment, namespace, name, url } }: { run: Run }) {
  if (url) return <ExternalLink url={url}>{name}</ExternalLink>;
  return (
    <Link to="/workflows" search={{ environment, open: `${environment}/${namespace}/${name}` }}>
      {name}
    </Link>
  );
}

function Suite({ suite }: { suite: PeriodicView }) {
  const now = useNow('second');
  const last = suite.runs.find(({ state }) => state !== 'running') ?? null;
  const ended = suite.runs.filter(({ state }) => state === 'succeeded' || state === 'failed');
  const passed = ended.filter(({ state }) => state === 'succeeded').length;
  return (
    <Panel
      title={`${suite.name} in ${suite.environment}`}
      aside={
        <span className={classes.quiet}>
          {suite.everyMinutes !== null && `every ${suite.everyMinutes} min · `}
          {suite.kept.on && suite.nextAt !== null ? `next ${clock(suite.nextAt, now)}` : suite.kept.why}
        </span>
      }
    >
      <div className={classes.suite}>
        <p>
          {last ? (
            <>
              <StepMark value={mark[last.state]} iconOnly /> Last: <strong>{word[last.state]}</strong>
              {last.finishedAt && <> at {clock(last.finishedAt, now)}</>}
              {last.message && `: ${last.message}`}
            </>
          ) : (
            'No finished runs.'
          )}
        </p>
        {ended.length > 0 && (
          <p className={classes.quiet}>
            {passed} of the last {ended.length} passed
          </p>
        )}
      </div>
      {suite.runs.length > 0 && (
        <>
          <ol className={classes.runs} aria-hidden>
            {suite.runs
              .slice(0, shown)
              .reverse()
              .map((run) => (
                <li
                  key={run.name}
                  data-state={run.state}
                  title={`${word[run.state]} ${run.startedAt ?? ''}`}
                />
              ))}
          </ol>
          <table className={classes.table}>
            <thead>
              <tr>
                <th scope="col">Result</th>
                <th scope="col">Started</th>
                <th scope="col">Took</th>
                <th scope="col">Workflow</th>
                <th scope="col">Message</th>
              </tr>
            </thead>
            <tbody>
              {suite.runs.slice(0, 20).map((run) => (
                <tr key={run.name}>
                  <td>
                    <span className={classes.inLane}>
                      <StepMark value={mark[run.state]} iconOnly /> {word[run.state]}
                    </span>
                  </td>
                  <td title={run.startedAt ? fullTime(run.startedAt) : undefined}>
                    {run.startedAt ? clock(run.startedAt, now) : 'not started'}
                  </td>
                  <td>{duration(spentOf(run, now) ?? 0)}</td>
                  <td>
                    <RunLink run={run} />
                  </td>
                  <td>{run.message}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </Panel>
  );
}
