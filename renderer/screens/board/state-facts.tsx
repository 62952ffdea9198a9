import { Link } from '@tanstack/react-router';
import type { Cell } from '../../../shared/domain/board/board';
import { versionsText } from '../../../shared/domain/board/cell-running';
import { wantedBeside } from '../../../shared/domain/board/cell-words';
import { Headline, StageMark, TestsMark } from '../../ui/cell/cell-marks';
import { VersionLink } from '../../ui/change/version-link';
import { HealthMark } from '../../ui/layout/mark';
import { ago, fullTime } from '../../ui/time/time';
import { useNow } from '../../ui/time/use-now';
import classes from './inspector.module.css';

/** What runs and how healthy it is, what Git wants and how far that is, and what the tests say: rows of a list. */
export function StateFacts({ cell }: { cell: Cell }) {
  const { running, stage, tests } = cell;
  const wanted = wantedBeside(cell);
  const isOnTheWay = stage !== null && stage.state !== 'running';
  return (
    <>
      <div>
        <dt>{running === null ? 'Version' : 'Running'}</dt>
        <dd>
          <Headline cell={cell} link /> <HealthMark value={cell.health} />
          {running?.because && <p className={classes.small}>{running.because}</p>}
          {running && running.versions.length > 0 && (
            <p className={classes.small}>{versionsText(running.versions)}</p>
          )}
          {running?.by === 'argo-cd' && (
            <p className={classes.small}>Reported by Argo CD; the image tags don’t show the version.</p>
          )}
        </dd>
      </div>
      {isOnTheWay && (
        <div>
          <dt>In Git</dt>
          <dd>
            {wanted !== null && <VersionLink app={cell.app} value={wanted} />} <StageMark cell={cell} />
            <StageDetails cell={cell} />
          </dd>
        </div>
      )}
      {tests && (
        <div>
          <dt>Tests</dt>
          <dd>
            <TestsMark value={tests} />
            <TestsDetails cell={cell} />
          </dd>
        </div>
      )}
    </>
  );
}

/** The sentence, since when, and the way to what tells more. */
function StageDetails({ cell: { app, environment, stage } }: { cell: Cell }) {
  const now = useNow('calm');
  if (!stage) return null;
  const { text, since, hook } = stage;
  return (
    <>
      <p className={classes.small}>{text}</p>
      {since && (
        <p className={classes.small} title={fullTime(since)}>
          Since {ago(since, now)}
        </p>
      )}
      {hook && (
        <Link to="/apps/$app" params={{ app }} search={{ environment, look: 'rollout' }}>
          {hook.state === 'running' ? 'See the hook' : 'See why the hook fails'}
        </Link>
      )}
    </>
  );
}

function TestsDetails({ cell: { app, environment, tests } }: { cell: Cell }) {
  const now = useNow('calm');
  if (!tests || tests.state === 'passed') return null;
  return (
    <>
      <p className={classes.small}>
        {tests.text}
        {tests.at && <span title={fullTime(tests.at)}> ({ago(tests.at, now)})</span>}
      </p>
      {tests.workflow && (
        <Link
          to="/workflows"
          search={{
            app,
            environment,
            open: `${environment}/${tests.workflow.namespace}/${tests.workflow.name}`,
          }}
        >
          {tests.state === 'failed' || tests.state === 'promotion-failed'
            ? 'See why it failed'
            : 'See the tests'}
        </Link>
      )}
    </>
  );
}
