import type { Random } from './random';

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

/** `date` moved by milliseconds. */
export const after = (date: Date, milliseconds: number): Date => new Date(date.getTime() + milliseconds);

/**
 * `count` moments in working hours (Monday to Friday, 9 to 16 UTC), sorted, each on a day of its own,
 * between `from` and `to` days before `now`.
 */
export function workingMoments(random: Random, now: Date, from: number, to: number, count: number): Date[] {
  const days: number[] = [];
  for (let ago = to; ago <= from; ago += 1) {
    const weekday = after(now, -ago * day).getUTCDay();
    if (weekday >= 1 && weekday <= 5) days.push(ago);
  }
  const moments: Date[] = [];
  while (moments.length < count && days.length > 0) {
    const [ago] = days.splice(random.int(0, days.length - 1), 1);
    const date = after(now, -(ago ?? 0) * day);
    date.setUTCHours(9, 0, 0, 0);
    moments.push(after(date, random.int(0, 7 * 60 * 60) * 1000));
  }
  return moments.sort((a, b) => a.getTime() - b.getTime());
}
