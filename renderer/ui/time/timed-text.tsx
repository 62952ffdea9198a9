import { Fragment } from 'react';
import { clock, fullTime } from './time';
import { useNow } from './use-now';

/**
 * A time in a text of the main process, as `shared/domain/text/utc-text.ts` writes it: texts are saved and read on other
 * computers, so they say UTC, and the screen says the local time.
 */
const stamp = /\b(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}) UTC\b/;
const isoOf = (date: string, time: string): string => `${date}T${time}:00.000Z`;

/** A text with its times in local time, for accessible names and tooltips. */
export const localTimes = (text: string, now: number): string =>
  text.replace(new RegExp(stamp, 'g'), (_, date: string, time: string) => clock(isoOf(date, time), now));

/** A text with its times in local time; the full time with UTC is one hover away. */
export function TimedText({ text }: { text: string }) {
  const now = useNow('calm');
  // Text, date and time in turn: `split` keeps what a pattern catches.
  const pieces = text.split(stamp);
  return pieces.map((piece, index) => {
    const key = `${index}`;
    if (index % 3 === 0) return <Fragment key={key}>{piece}</Fragment>;
    if (index % 3 === 2) return null;
    const iso = isoOf(piece, pieces[index + 1] ?? '');
    return (
      <time key={key} dateTime={iso} title={fullTime(iso)}>
        {clock(iso, now)}
      </time>
    );
  });
}
