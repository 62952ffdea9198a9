const formats = {
  /** `14:02` */
  time: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  /** `14:02:09` */
  seconds: { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
  /** `1 Mar` */
  day: { day: 'numeric', month: 'short' },
  /** `1 Mar 2026` */
  date: { day: 'numeric', month: 'short', year: 'numeric' },
  /** `Mar 2026` */
  month: { month: 'short', year: 'numeric' },
  /** `Sunday` */
  weekday: { weekday: 'long' },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

let made = new Map<keyof typeof formats, Intl.DateTimeFormat>();
let madeWith = Number.NaN;

/**
 * A part of a local date or time, by Intl in British English: the screens' texts are English wherever they are read.
 * A formatter stays in the time zone that it was made in, so that they are made again when the computer's zone changes.
 */
export function localText(at: Date, part: keyof typeof formats): string {
  const offset = new Date(0).getTimezoneOffset();
  if (offset !== madeWith) {
    made = new Map();
    madeWith = offset;
  }
  let format = made.get(part);
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', formats[part]);
    made.set(part, format);
  }
  return format.format(at);
}
