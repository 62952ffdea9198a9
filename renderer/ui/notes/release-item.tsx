import type { ReleaseSeen } from '../../../shared/domain/notes/release-note';
import { ExternalLink } from '../text/external-link';
import { ago, fullTime } from '../time/time';
import { useNow } from '../time/use-now';
import classes from './notes.module.css';

/** Whether the Release app has anything to say, if only that it can't be asked. */
export const saysSomething = (seen: ReleaseSeen | null): boolean =>
  seen !== null &&
  (seen.state === 'unknown' || (seen.state === 'known' && (seen.notes !== '' || seen.automaticOff)));

/** What the Release app notes about an app. It is edited there. */
export function ReleaseItem({ app, seen }: { app: string; seen: ReleaseSeen | null }) {
  const now = useNow('calm');
  if (seen === null || !saysSomething(seen)) return null;
  if (seen.state === 'unknown')
    return (
      <li className={classes.note}>
        <p className={classes.text}>Can’t tell whether the Release app has a note about {app}.</p>
        <p className={classes.meta}>{seen.because}</p>
      </li>
    );
  if (seen.state === 'absent') return null;
  const { notes, automaticOff, readAt, page, stale } = seen;
  return (
    <li className={classes.note}>
      {notes !== '' && <p className={classes.text}>{notes}</p>}
      {automaticOff && (
        <p className={classes.text}>The Release app says that automatic deploys of {app} are disabled.</p>
      )}
      <p className={classes.meta}>
        <ExternalLink url={page}>Release app</ExternalLink>
        <span title={fullTime(readAt)}>read {ago(readAt, now)}; it doesn’t say who wrote it</span>
        {stale !== null && <span>It could not be read again: {stale}</span>}
      </p>
    </li>
  );
}
