import { z } from 'zod';

/** As `Date` and ISO 8601 count them from Monday. */
export const weekdays = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const;
export type Weekday = (typeof weekdays)[number];

/** A part of a day in minutes from midnight: from the first, up to and without the second. */
export interface DayHours {
  from: number;
  to: number;
}

/** `9:30-17:00`, as the estate file writes it; `null`: it is none. */
export function readDayHours(text: string): DayHours | null {
  const parts = /^(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})$/.exec(text.trim());
  if (!parts) return null;
  const [, fromHour, fromMinute, toHour, toMinute] = parts.map(Number) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const from = fromHour * 60 + fromMinute;
  const to = toHour * 60 + toMinute;
  return fromMinute < 60 && toMinute < 60 && from < to && to <= 24 * 60 ? { from, to } : null;
}

const dayHours = z.string().refine((text) => readDayHours(text) !== null, {
  error: 'must be hours of one day such as "9:30-17:00", the first before the second',
});

/** Whether `Intl` knows a time zone of this name. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    // A RangeError: this is how Intl says that it knows no such zone.
    return false;
  }
}

const holidays = z.strictObject({
  url: z
    .url({ protocol: /^https?$/, error: 'must be an http(s) URL' })
    .default('https://www.gov.uk/bank-holidays.json')
    .describe('A list in the form of gov.uk’s bank-holidays.json.'),
  division: z
    .string()
    .min(1)
    .max(100)
    .default('england-and-wales')
    .describe('Which of its lists: `england-and-wales`, `scotland` or `northern-ireland`.'),
});
export type HolidayList = z.infer<typeof holidays>;

/** The defaults are GOV.UK's rule (docs.publishing.service.gov.uk, "When to deploy"). */
export const deployHoursSchema = z.strictObject({
  timeZone: z
    .string()
    .refine(isTimeZone, { error: 'must be a time zone such as "Europe/London"' })
    .default('Europe/London')
    .describe('The time zone of the team, by its IANA name.'),
  days: z
    .partialRecord(z.enum(weekdays), dayHours)
    .default({
      monday: '9:30-17:00',
      tuesday: '9:30-17:00',
      wednesday: '9:30-17:00',
      thursday: '9:30-17:00',
      friday: '9:30-16:00',
    })
    .describe('The hours by day of the week; on a day that is not listed nothing is deployed.'),
  holidays: z
    .union([z.literal('none'), holidays])
    .default({ url: 'https://www.gov.uk/bank-holidays.json', division: 'england-and-wales' })
    .describe('On which days off nothing is deployed, either; `none`: on none.'),
});
export type DeployHours = z.infer<typeof deployHoursSchema>;
