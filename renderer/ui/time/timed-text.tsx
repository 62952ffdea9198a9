import { Fragment } from 'react';
import { isoOfStamp, utcStamp, withTimes } from '../../../shared/domain/text/utc-text';
import { clock, fullTime } from './time';
import { useNow } from './use-now';

/** A text with its times in local time, for accessible names and tooltips. */
export const localTimes = (text: string, now: number): string => withTimes(text, (iso) => clock(iso, now));

/** A text with its times in local time; the full time with UTC is one hover away. */
export function TimedText({ text }: { text: string }) {
  const now = useNow('calm');
  // Text, date and time in turn: `split` keeps what a pattern catches.
  const pieces = text.split(utcStamp);
  return pieces.map((piece, index) => {
    const key = `${index}`;
    if (index % 3 === 0) return <Fragment key={key}>{piece}</Fragment>;
    if (index % 3 === 2) return null;
    const iso = isoOfStamp(piece, pieces[index + 1] ?? '');
    return (
      <time key={key} dateTime={iso} title={fullTime(iso)}>
        {clock(iso, now)}
      </time>
    );
  });
}
