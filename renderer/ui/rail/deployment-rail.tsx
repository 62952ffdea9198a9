import { IconAlertTriangle, IconClockPause } from '@tabler/icons-react';
import { shortVersion } from '../../../shared/domain/ledger/version';
import { lineSpent, lineWord, type RailLine, railOf } from '../../../shared/domain/timeline/rail';
import type { Timeline } from '../../../shared/domain/timeline/timeline';
import { useKnownOperation } from '../../data/queries';
import { useTimeline } from '../../data/timeline-queries';
import { FailurePanel } from '../finding/failure-panel';
import { Mark, stepLook } from '../layout/mark';
import { ExternalLink } from '../text/external-link';
import { clock, duration, fullTime, seconds } from '../time/time';
import { TimedText } from '../time/timed-text';
import { useNow } from '../time/use-now';
import classes from './deployment-rail.module.css';
import { Rail } from './rail';
import { barsOf } from './waterfall';

interface DeploymentRailProps {
  app: string;
  environment: string;
  /** The commit on the ledger's branch; `null`: the newest deployment of the cell. */
  commit: string | null;
}

/**
 * One deployment from the run that built it to the promotion that it led to, whoever made it: each step with the time it
 * took, where it is and why, and whose clock told it.
 */
export function DeploymentRail({ app, environment, commit }: DeploymentRailProps) {
  const timeline = useTimeline(app, environment, commit);
  if (timeline.data) return <Loaded timeline={timeline.data} />;
  return timeline.error ? (
    <div className={classes.fault}>
      <FailurePanel failure={timeline.error.failure} onRetry={() => void timeline.refetch()} />
    </div>
  ) : (
    <RailWaiting />
  );
}

/** The same place while it is put together. */
export const RailWaiting = () => (
  <p className={classes.waiting} role="status">
    Loading the deployment…
  </p>
);

function Loaded({ timeline }: { timeline: Timeline }) {
  const lines = railOf(useKnownOperation(timeline.operationId), timeline);
  return (
    <div className={classes.timeline}>
      <Rail label={`Steps of ${timeline.app} ${shortVersion(timeline.version)}`} lines={lines} strip />
      <RailTarget timeline={timeline} />
      <TimesAndSources lines={lines} />
    </div>
  );
}

/** Where it is and why, in one line. */
export function RailTarget({ timeline }: { timeline: Timeline }) {
  const now = useNow('calm');
  const { at, replaced, totalMs, cluster } = timeline;
  const stage = timeline.stages.find(({ name }) => name === at?.stage);
  const away = cluster.state === 'unreachable';
  return (
    <p className={classes.place} data-state={at?.state ?? 'over'}>
      {at && stage && (
        <>
          {at.state === 'failed' ? <IconAlertTriangle size={15} aria-hidden /> : null}
          {at.state === 'waiting' ? <IconClockPause size={15} aria-hidden /> : null}
          <span>
            <strong>
              {at.state === 'failed' ? 'Failed at' : at.state === 'running' ? 'At' : 'Next:'}{' '}
              {lineWord(at.stage).toLowerCase()}
            </strong>
            {': '}
            <TimedText text={at.why} />
          </span>
        </>
      )}
      {!at && replaced && (
        <span>
          Replaced by {shortVersion(replaced.version)} at{' '}
          <time dateTime={replaced.at} title={fullTime(replaced.at)}>
            {clock(replaced.at, now)}
          </time>
        </span>
      )}
      {!at && !replaced && (
        <span>{totalMs === null ? 'Complete.' : `${duration(totalMs)} from commit to running pods.`}</span>
      )}
      {away && cluster.asOf && (
        <span className={classes.away}>as of {clock(cluster.asOf, now)}, the cluster is unreachable</span>
      )}
    </p>
  );
}

/** The lines on one axis of time, folded: each with its moments, whose clock told them, and its parts. */
export function TimesAndSources({ lines }: { lines: readonly RailLine[] }) {
  const now = useNow('second');
  return (
    <details className={classes.more}>
      <summary>Times and sources</summary>
      <Waterfall lines={lines} now={now} />
    </details>
  );
}

function Waterfall({ lines, now }: { lines: readonly RailLine[]; now: number }) {
  const bars = barsOf(lines, now);
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          <th scope="col">Step</th>
          <th scope="col">From</th>
          <th scope="col">To</th>
          <th scope="col">Took</th>
          <th scope="col" className={classes.axis}>
            <span className="visually-hidden">On a shared time axis</span>
          </th>
          <th scope="col">Details</th>
        </tr>
      </thead>
      <tbody>
        {lines.map((stage) => {
          const spent = lineSpent(stage, now);
          const bar = bars.get(stage.name);
          return (
            <tr key={stage.name} data-state={stage.state}>
              <th scope="row">
                <Mark {...stepLook[stage.state]} label={stage.label} turning={false} />
                <span className="visually-hidden">, {stepLook[stage.state].label}</span>
              </th>
              <td>
                <Moment moment={stage.startedAt} />
              </td>
              <td>
                <Moment moment={stage.finishedAt} />
              </td>
              <td title={stage.clocks ?? undefined}>
                {spent === null ? '' : duration(spent)}
                {stage.clocks && <span className={classes.quiet}>clocks differ</span>}
              </td>
              <td className={classes.axis}>
                {bar && (
                  <span className={classes.track} aria-hidden>
                    <span
                      className={classes.bar}
                      style={{
                        left: `${bar.from * 100}%`,
                        width: `max(2px, ${(bar.to - bar.from) * 100}%)`,
                      }}
                    />
                  </span>
                )}
              </td>
              <td className={classes.seen}>
                <Seen stage={stage} now={now} />
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function Moment({ moment }: { moment: RailLine['startedAt'] }) {
  if (!moment) return <span className={classes.quiet}>–</span>;
  return (
    <time dateTime={moment.at} title={`${fullTime(moment.at)}, according to ${moment.source}`}>
      {seconds(moment.at)}
      <span className={classes.source}>{moment.source}</span>
    </time>
  );
}

function Seen({ stage, now }: { stage: RailLine; now: number }) {
  const several = stage.parts.length > 1;
  return (
    <>
      {stage.text !== null && (
        <span>
          <TimedText text={stage.text} />
        </span>
      )}
      {stage.asOf && (
        <span className={classes.quiet} title={fullTime(stage.asOf)}>
          {' '}
          last seen at {clock(stage.asOf, now)}
        </span>
      )}
      {stage.clocks && <p className={classes.quiet}>{stage.clocks}</p>}
      {stage.url && (
        <>
          {' '}
          <ExternalLink url={stage.url}>Open the run</ExternalLink>
        </>
      )}
      {several && (
        <ul className={classes.parts}>
          {stage.parts.map((part) => (
            <li key={part.name}>
              <Mark {...stepLook[part.state]} label={part.name} turning={false} />{' '}
              <span className={classes.quiet}>
                <TimedText text={part.text} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
