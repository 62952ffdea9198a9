import { withTimes } from '../../shared/domain/text/utc-text';

const format = (options: Intl.DateTimeFormatOptions, at: Date): string =>
  new Intl.DateTimeFormat('en-GB', options).format(at);

/** A text with its times in the computer's own, for what the system shows in Signalbox's name: `1 Mar 09:05`. */
export const withLocalTimes = (text: string): string =>
  withTimes(text, (iso) => {
    const at = new Date(iso);
    const day = format({ day: 'numeric', month: 'short' }, at);
    return `${day} ${format({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }, at)}`;
  });
