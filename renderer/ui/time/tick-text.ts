import { localText } from './local-text';

const day = 24 * 3_600_000;

/** A time under an axis (local), as exact as the axis is fine: `14:02`, `1 Mar 14:02`, `1 Mar`, `Mar 2026`. */
export function tickText(at: Date, spanMs: number): string {
  if (spanMs < day) return localText(at, 'time');
  if (spanMs < 5 * day) return `${localText(at, 'day')} ${localText(at, 'time')}`;
  return localText(at, spanMs < 300 * day ? 'day' : 'month');
}
