import {
  type Icon,
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleX,
  IconHeartbeat,
} from '@tabler/icons-react';
import type { Saved } from '../../../shared/domain/history/archived';
import { Mark, type Tone } from '../layout/mark';
import { dateTime, fullTime } from '../time/time';
import classes from './saved-view.module.css';

const looks: Record<Saved['observations'][number]['what'], { icon: Icon; tone: Tone; label: string }> = {
  healthy: { icon: IconHeartbeat, tone: 'ok', label: 'Seen healthy' },
  degraded: { icon: IconAlertTriangle, tone: 'bad', label: 'Seen degraded' },
  'tests-passed': { icon: IconCircleCheck, tone: 'ok', label: 'Tests passed' },
  'tests-failed': { icon: IconCircleX, tone: 'bad', label: 'Tests failed' },
};
const shown = 12;

/** What the cluster and the workflows once told of a version there. */
export function SavedObservations({ saved }: { saved: Saved }) {
  if (saved.observations.length === 0)
    return (
      <p className={classes.small}>
        Nothing saved: this console was not watching the cluster then, or saw no health or test results.
      </p>
    );
  return (
    <ul className={classes.list}>
      {saved.observations.slice(0, shown).map(({ what, at, source }) => (
        <li key={`${what} ${at} ${source}`} className={classes.line}>
          <Mark {...looks[what]} />
          <span className={classes.small} title={`${fullTime(at)}, ${source}`}>
            {dateTime(at)}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** Ends of logs that were kept of failing pods and tests. */
export function SavedLogs({ saved }: { saved: Saved }) {
  return saved.logs.map(({ source, at, text }) => (
    <details key={source} className={classes.log}>
      <summary>
        {source} <span className={classes.small}>{dateTime(at)}</span>
      </summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard has to get at it */}
      <pre tabIndex={0}>{text}</pre>
    </details>
  ));
}
