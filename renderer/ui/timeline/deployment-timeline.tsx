import { IconAlertTriangle, IconClockPause } from '@tabler/icons-react';
import { shortVersion } from '../../../shared/domain/ledger/version';
import type { Stage, Timeline } from '../../../shared/domain/timeline/timeline';
import { useTimeline } from '../../data/timeline-queries';
import { FailurePanel } from '../finding/failure-panel';
import { Mark } from '../layout/mark';
import { ExternalLink } from '../text/external-link';
import { clock, duration, fullTime, seconds } from '../time/time';
import { localTimes, TimedText } from '../time/timed-text';
import { useNow } from '../time/use-now';
import classes from './deployment-timeline.module.css';
import { stageLook, stageTime, stageWord } from './stage-words';
import { barsOf } from './waterfall';

interface DeploymentTimelineProps {
  app: string;
  environment: string;
  /** The commit on the ledger's branch; `null`: the newest deployment of the cell. */
  commit: string | null;
  /** Whether the times and their sources are unfolded at first. */
  unfolded?: boolean;
}

/**
 * One deployment from the run that built it to the promotion that it led to: each stage with the time it took, where it
 * is and why, and whose clock told it.
 */
export function DeploymentTimeline({ app, environment, commit, unfolded }: DeploymentTimelineProps) {
  const timeline = useTimeline(app, environment, commit);
  if (!timeline.data) {
    return timeline.error ? (
      <div className={classes.fault}>
        <FailurePanel failure={timeline.error.failure} onRetry={() => void timeline.refetch()} />
      </div>
    ) : (
      <TimelineWaiting />
    );
  }
  return <Loaded timeline={timeline.data} unfolded={unfolded ?? false} />;
}

/** The same place while it is put together. */
export const TimelineWaiting = () => (
  <p className={classes.waiting} role="status">
    Loading the timeline…
  </p>
);

function Loaded({ timeline, unfolded }: { timeline: Timeline; unfolded: boolean }) {
  const now = useNow('second');
  return (
    <div className={classes.timeline}>
      <ol
        className={classes.strip}
        aria-label={`Stages of ${timeline.app} ${shortVersion(timeline.version)}`}
      >
        {timeline.stages.map((stage) => (
          <li
            key={stage.name}
            className={classes.stage}
            data-state={stage.state}
            aria-current={stage.name === timeline.at?.stage ? 'step' : undefined}
            title={localTimes(stage.text, now)}
          >
            <span className={classes.mark}>
              <Mark {...stageLook[stage.state]} iconOnly size={16} />
            </span>
            <span className={classes.name}>{stageWord[stage.name]}</span>
            <span className={classes.time}>{stageTime(stage, now) || stillText(stage)}</span>
          </li>
        ))}
      </ol>
      <TimelineTarget timeline={timeline} />
      <details className={classes.more} open={unfolded || undefined}>
        <summary>Times and sources</summary>
        <Waterfall timeline={timeline} now={now} />
      </details>
    </div>
  );
}

/** What stands in the place of a time. */
const stillText = ({ state, finishedAt }: Stage): string => {
  if (state === 'succeeded') return finishedAt ? 'done' : 'time unknown';
  return state === 'running' ? 'running' : stageLook[state].label.toLowerCase();
};

/** Where it is and why, in one line. */
function TimelineTarget({ timeline }: { timeline: Timeline }) {
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
              {stageWord[at.stage].toLowerCase()}
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

/** The stages on one axis of time, each with its moments, whose clock told them, and its parts. */
function Waterfall({ timeline, now }: { timeline: Timeline; now: number }) {
  const bars = barsOf(timeline.stages, now);
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          <th scope="col">Stage</th>
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
        {timeline.stages.map((stage) => {
          const bar = bars.get(stage.name);
          return (
            <tr key={stage.name} data-state={stage.state}>
              <th scope="row">
                <Mark {...stageLook[stage.state]} label={stageWord[stage.name]} turning={false} />
                <span className="visually-hidden">, {stageLook[stage.state].label}</span>
              </th>
              <td>
                <Moment moment={stage.startedAt} />
              </td>
              <td>
                <Moment moment={stage.finishedAt} />
              </td>
              <td title={stage.clocks ?? undefined}>
                {stageTime(stage, now)}
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

function Moment({ moment }: { moment: Stage['startedAt'] }) {
  if (!moment) return <span className={classes.quiet}>–</span>;
  return (
    <time dateTime={moment.at} title={`${fullTime(moment.at)}, according to ${moment.source}`}>
      {seconds(moment.at)}
      <span className={classes.source}>{moment.source}</span>
    </time>
  );
}

function Seen({ stage, now }: { stage: Stage; now: number }) {
  const several = stage.parts.length > 1;
  return (
    <>
      <span>
        <TimedText text={stage.text} />
      </span>
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
              <Mark {...stageLook[part.state]} label={part.name} turning={false} />{' '}
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
