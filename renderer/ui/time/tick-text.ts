const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const pad = (value: number): string => String(value).padStart(2, '0');
const day = 24 * 3_600_000;

/** A time under an axis (local), as exact as the axis is fine: `14:02`, `1 Mar 14:02`, `1 Mar`, `Mar 2026`. */
export function tickText(at: Date, spanMs: number): string {
  const time = `${pad(at.getHours())}:${pad(at.getMinutes())}`;
  const date = `${at.getDate()} ${months[at.getMonth()]}`;
  if (spanMs < day) return time;
  if (spanMs < 5 * day) return `${date} ${time}`;
  if (spanMs < 300 * day) return date;
  return `${months[at.getMonth()]} ${at.getFullYear()}`;
}
