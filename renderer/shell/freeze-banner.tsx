import { IconSnowflake } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useFreezes } from '../data/freeze-queries';
import { FreezeText } from '../ui/freeze/freeze-note';
import { teamTime } from '../ui/freeze/team-time';
import { announce } from '../ui/text/announcer';
import classes from './banner.module.css';

/** How many are told in full; the others are named. */
const told = 2;

/** What is frozen, on every screen: who, why, until when, and what still goes through. */
export function FreezeBanner() {
  const { data } = useFreezes();
  const active = data?.freezes.filter((one) => one.phase === 'active') ?? [];
  const late = data?.freezes.filter((one) => one.lateSince !== null) ?? [];
  const said = active.map(({ what }) => what).join(', ');
  useEffect(() => {
    if (said) announce(`Frozen: ${said}`);
  }, [said]);
  if (!data || (active.length === 0 && late.length === 0 && data.unread.length === 0)) return null;
  const more = active.slice(told);
  return (
    <div className={classes.banner} role="note" aria-label="Freezes">
      <IconSnowflake size={16} aria-hidden />
      <div className={classes.text}>
        {active.slice(0, told).map((one) => (
          <p key={one.operation}>
            <FreezeText freeze={one} timeZone={data.timeZone} />
            {one.automatic && one.effect.state === 'pending' && <> Not effective yet. {one.effect.text}</>}
            {one.effect.state === 'requested' && <> Requested. {one.effect.text}</>}
            {one.request?.state === 'closed' && one.effect.state === 'unknown' && <> {one.effect.text}</>}
          </p>
        ))}
        {more.length > 0 && <p>Also frozen: {more.map(({ what }) => what).join(', ')}.</p>}
        {late.map((one) => (
          <p key={`late ${one.operation}`}>
            The freeze of {one.what} was due to {one.phase === 'ended' ? 'end' : 'begin'}{' '}
            {teamTime(one.lateSince ?? '', data.timeZone)}; no Signalbox that could do it was running.
          </p>
        ))}
        {data.unread.length > 0 && <p>A freeze can’t be read: what it freezes is not known.</p>}
      </div>
      <span className={classes.choices}>
        <Link to="/freezes">Show freezes</Link>
      </span>
    </div>
  );
}
