import { IconCloudOff } from '@tabler/icons-react';
import { useEffect } from 'react';
import { awaitsConsent, type Freshness } from '../../shared/domain/board/freshness';
import { useBoardFrame, useSession } from '../data/queries';
import { announce } from '../ui/text/announcer';
import { clock } from '../ui/time/time';
import { useNow } from '../ui/time/use-now';
import classes from './banner.module.css';

export interface Offline {
  /** Nothing at all answers, or the release repo alone does not. */
  all: boolean;
  /** The release repo is there, and lets nobody in with these credentials. */
  refused: boolean;
  /** ISO 8601: when something was heard of last; when that is not known, since when nothing is. */
  since: string;
}

const refuses = (one: Freshness): boolean =>
  one.state === 'unreachable' && (one.failure.code === 'unauthorised' || one.failure.code === 'signed-out');

/** Whether the release repo is out of reach, and whether everything else is too; `null` while it can be reached. */
export function offlineOf(ledger: Freshness, clusters: readonly Freshness[]): Offline | null {
  if (ledger.state !== 'unreachable') return null;
  const others = clusters.filter(({ state }) => state !== 'absent');
  const refused = refuses(ledger);
  // Who is refused is not offline.
  const all =
    !refused && others.every((one) => one.state === 'unreachable' && !refuses(one) && !awaitsConsent(one));
  const heard = [ledger, ...(all ? others : [])].flatMap((one) =>
    one.state === 'unreachable' ? [one.asOf ?? one.since] : [],
  );
  return { all, refused, since: heard.toSorted().at(-1) ?? ledger.since };
}

/** Says since when one is offline, and what that means. */
export function OfflineBanner() {
  const ledger = useSession().data?.ledger.freshness;
  const frame = useBoardFrame().data;
  const canGoPast = frame?.emergency.away != null;
  const now = useNow('calm');
  const offline = ledger && offlineOf(ledger, frame?.environments.map(({ cluster }) => cluster) ?? []);
  const said = !offline
    ? null
    : offline.all
      ? 'Offline'
      : offline.refused
        ? 'The release repo refused the sign-in'
        : 'The release repo is unreachable';
  useEffect(() => {
    if (said) announce(said);
  }, [said]);
  if (!offline) return null;
  return (
    <div className={classes.banner} role="note" aria-label="Offline">
      <IconCloudOff size={16} aria-hidden />
      <span>
        <strong>
          {said} since {clock(offline.since, now)}.
        </strong>{' '}
        {frame?.isRead === false
          ? 'Nothing of it was read on this computer yet.'
          : 'You can read everything seen so far.'}{' '}
        You can’t deploy, roll back or hold until{' '}
        {offline.refused
          ? 'you renew the token in Settings → Credentials.'
          : 'the release repo is reachable again.'}
        {canGoPast && ' In an emergency, roll an app back without Git from its cell on the board.'}
      </span>
    </div>
  );
}
