import { localText } from './local-text';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const parsed = (iso: string): number => Date.parse(iso);

/**
 * How long ago something was, in one short text of at most two parts: `now`, `4 min`, `3 h`, `2 d`, `6 wk`, `14 mo`.
 * @param iso ISO 8601. @param now ms since the epoch. A time in the future counts as now.
 */
export function age(iso: string, now: number): string {
  const passed = now - parsed(iso);
  if (Number.isNaN(passed)) return 'unknown';
  if (passed < minute) return 'now';
  if (passed < hour) return `${Math.floor(passed / minute)} min`;
  if (passed < day) return `${Math.floor(passed / hour)} h`;
  if (passed < 14 * day) return `${Math.floor(passed / day)} d`;
  if (passed < 90 * day) return `${Math.floor(passed / (7 * day))} wk`;
  return `${Math.floor(passed / (30.44 * day))} mo`;
}

/** {@link age} as part of a sentence: `just now`, `3 h ago`. */
export function ago(iso: string, now: number): string {
  const text = age(iso, now);
  if (text === 'now') return 'just now';
  return text === 'unknown' ? 'at an unknown time' : `${text} ago`;
}

/** A span of time in ms: `0.4 s`, `12 s`, `1 min 05 s`, `2 h 03 min`. */
export function duration(ms: number): string {
  const span = Math.max(0, ms);
  if (span < 950) return `${(span / 1000).toFixed(1)} s`;
  const seconds = Math.round(span / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${String(seconds % 60).padStart(2, '0')} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** Local time of day, with the date when it is not today: `14:02`, `3 Mar 14:02`, `3 Mar 2025 14:02`. */
export function clock(iso: string, now: number): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return 'unknown';
  const today = new Date(now);
  const time = localText(at, 'time');
  if (at.toDateString() === today.toDateString()) return time;
  return `${localText(at, at.getFullYear() === today.getFullYear() ? 'day' : 'date')} ${time}`;
}

/** Local time with seconds: `14:02:09`. */
export function seconds(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return '--:--:--';
  return localText(at, 'seconds');
}

/** Date and time in full, local and UTC, for a tooltip. */
export function fullTime(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  return `${localText(at, 'date')} ${localText(at, 'seconds')} local time, ${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** The local day of a time: `Sunday 1 Mar 2026`, `Today`, `Yesterday`. */
export function dayName(iso: string, now: number): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return 'unknown day';
  const today = new Date(now);
  if (at.toDateString() === today.toDateString()) return 'Today';
  const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
  if (at.toDateString() === yesterday.toDateString()) return 'Yesterday';
  return `${localText(at, 'weekday')} ${localText(at, 'date')}`;
}

/** Local date and time with the year: `1 Mar 2026 14:02`. */
export function dateTime(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return 'unknown';
  return `${localText(at, 'date')} ${localText(at, 'time')}`;
}

/** A long span of time in ms, in its two greatest units: `4 min`, `3 h 20 min`, `2 d 4 h`, `63 d`. */
export function span(ms: number): string {
  const minutes = Math.floor(Math.max(0, ms) / minute);
  if (minutes < 1) return 'under a minute';
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  const days = Math.floor(hours / 24);
  return days < 14 && hours % 24 ? `${days} d ${hours % 24} h` : `${days} d`;
}
