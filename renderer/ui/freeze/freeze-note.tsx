import { IconSnowflake } from '@tabler/icons-react';
import type { FreezeView } from '../../../shared/domain/freeze/freeze-view';
import { type Place, useFrozen } from '../../data/freeze-queries';
import { fullTime } from '../time/time';
import classes from './freeze-note.module.css';
import { teamTime } from './team-time';

/** "until Mon 30 Nov 09:00", in team time, and local time where it differs. */
export function Until({ until, timeZone }: { until: string | null; timeZone: string }) {
  if (until === null) return <>until somebody lifts it</>;
  return (
    <>
      until{' '}
      <time dateTime={until} title={fullTime(until)}>
        {teamTime(until, timeZone)}
      </time>
    </>
  );
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Who froze what, until when and why, and what still goes through. */
export function FreezeText({ freeze, timeZone }: { freeze: FreezeView; timeZone: string }) {
  return (
    <>
      <strong>{capital(freeze.what)} is frozen</strong> by {freeze.by}{' '}
      <Until until={freeze.until} timeZone={timeZone} />: {freeze.reason || 'no reason given'}.{' '}
      <span className={classes.passes}>{freeze.passes}</span>
    </>
  );
}

/** The freezes in force at a place, a line each; nothing where there is none. */
export function FreezeNotes({ place }: { place: Place | null }) {
  const { freezes, timeZone } = useFrozen(place);
  return freezes.map((freeze) => (
    <div key={freeze.operation} className={classes.note} role="note" aria-label={`Freeze of ${freeze.what}`}>
      <IconSnowflake size={16} aria-hidden />
      <p>
        <FreezeText freeze={freeze} timeZone={timeZone} />
      </p>
    </div>
  ));
}
