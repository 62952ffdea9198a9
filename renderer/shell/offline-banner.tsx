import { IconCloudOff } from '@tabler/icons-react';
import { useEffect } from 'react';
import type { Freshness } from '../../shared/domain/freshness';
import { useBoard, useSession } from '../data/queries';
import { announce } from '../ui/announcer';
import { clock } from '../ui/time';
import { useNow } from '../ui/use-now';
import classes from './banner.module.css';

export interface Offline {
  /** Nothing at all answers, or the release repo alone does not. */
  all: boolean;
  /** ISO 8601: when something was heard of last; when that is not known, since when nothing is. */
  since: string;
}

/** Whether the release repo is out of reach, and whether everything else is too; `null` while it can be reached. */
export function offlineOf(ledger: Freshness, clusters: readonly Freshness[]): Offline | null {
  if (ledger.state !== 'unreachable') return null;
  const others = clusters.filter(({ state }) => state !== 'absent');
  const all = others.every(({ state }) => state === 'unreachable');
  const heard = [ledger, ...(all ? others : [])].flatMap((one) =>
    one.state === 'unreachable' ? [one.asOf ?? one.since] : [],
  );
  return { all, since: heard.toSorted().at(-1) ?? ledger.since };
}

/** Says since when one is offline, and what that means. */
export function OfflineBanner() {
  const ledger = useSession().data?.ledger.freshness;
  const clusters = useBoard().data?.environments.map(({ cluster }) => cluster);
  const now = useNow('calm');
  const offline = ledger && offlineOf(ledger, clusters ?? []);
  const said = offline ? (offline.all ? 'Offline' : 'The release repo is out of reach') : null;
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
        Everything that was ever seen can be read; deploying, rolling back and holding are refused until the
        release repo can be reached again.
      </span>
    </div>
  );
}
