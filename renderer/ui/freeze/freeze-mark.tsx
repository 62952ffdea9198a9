import { IconSnowflake } from '@tabler/icons-react';
import { type Place, useFrozen } from '../../data/freeze-queries';
import classes from './freeze-note.module.css';
import { teamTime } from './team-time';

/** That a place is frozen, in a word; who and until when is in its title. Nothing where it is not. */
export function FreezeMark({ place, iconOnly = false }: { place: Place; iconOnly?: boolean }) {
  const { freezes, timeZone } = useFrozen(place);
  const [first] = freezes;
  if (!first) return null;
  const said = freezes
    .map(
      ({ what, by, until, reason }) =>
        `Freeze of ${what} by ${by} ${until === null ? 'until somebody lifts it' : `until ${teamTime(until, timeZone)}`}: ${reason}`,
    )
    .join('\n');
  return (
    <span className={classes.mark} title={said}>
      <IconSnowflake
        size={12}
        aria-hidden={!iconOnly}
        {...(iconOnly ? { role: 'img', 'aria-label': 'frozen' } : {})}
      />
      {iconOnly ? null : 'frozen'}
    </span>
  );
}
