import { IconSnowflake } from '@tabler/icons-react';
import type { SyncWindowsView } from '../../../shared/domain/rollout/sync-window-view';
import { clock, fullTime } from '../time/time';
import { useNow } from '../time/use-now';
import classes from './application-panel.module.css';

/** Argo CD's own freeze: what a sync window keeps from running, why, and until when, in local time. */
export function FreezeNote({ windows }: { windows: SyncWindowsView }) {
  const now = useNow('calm');
  if (windows.state === 'unknown')
    return <p className={classes.quiet}>Can’t tell whether a sync window blocks syncs: {windows.because}</p>;
  if (windows.state === 'open') {
    const next = windows.windows
      .flatMap(({ kind, nextStart }) => (kind === 'deny' && nextStart ? [nextStart] : []))
      .sort()[0];
    if (!next) return null;
    return (
      <p className={classes.quiet} title={fullTime(next)}>
        Next sync window blocks syncs at {clock(next, now)}.
      </p>
    );
  }
  const described = windows.windows.filter(
    ({ active, description }) => active && description && !windows.text.includes(description),
  );
  return (
    <div className={classes.freeze} role="note" aria-label="Sync window">
      <IconSnowflake size={16} aria-hidden />
      <div>
        <p>
          <strong>
            {windows.state === 'closed'
              ? 'Syncs blocked by a sync window'
              : 'Automatic syncs blocked by a sync window'}
          </strong>
          {windows.opensAt && (
            <span title={fullTime(windows.opensAt)}> until {clock(windows.opensAt, now)} local time</span>
          )}
        </p>
        <p>{windows.text}</p>
        {described.map(({ description, schedule }) => (
          <p key={`${schedule}${description}`} className={classes.quiet}>
            “{description}”
          </p>
        ))}
        {windows.runningSync === 'may-go-on' && (
          <p className={classes.quiet}>The running sync can continue.</p>
        )}
        {windows.state === 'manual-only' && <p className={classes.quiet}>Manual syncs are allowed.</p>}
      </div>
    </div>
  );
}
