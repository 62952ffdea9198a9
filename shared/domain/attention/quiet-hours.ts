import { z } from 'zod';

const time = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/);

/** From when until when nobody is notified, by the clock of this computer; over midnight where it ends before it begins. */
export const quietHoursSchema = z.object({ from: time, until: time });
export type QuietHours = z.infer<typeof quietHoursSchema>;

const minutesOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));

/**
 * Whether it is quiet now.
 * @param now minutes since midnight by the clock on the wall, so that a change of the clock changes nothing.
 */
export function isQuiet(hours: QuietHours | null, now: number): boolean {
  if (!hours) return false;
  const [from, until] = [minutesOf(hours.from), minutesOf(hours.until)];
  return from <= until ? now >= from && now < until : now >= from || now < until;
}

/** Minutes since midnight of a moment, by the clock of this computer. */
export const minuteOfDay = (at: Date): number => at.getHours() * 60 + at.getMinutes();
