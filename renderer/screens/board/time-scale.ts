import type { FeedOutline } from '../../../shared/domain/history/history-event';

const hour = 3_600_000;
const day = 24 * hour;

/** How much time the slider spans, in ms; `all`: from the beginning of the history. */
export const zooms = [
  { value: 'day', label: 'Day', ms: day },
  { value: 'week', label: 'Week', ms: 7 * day },
  { value: 'month', label: 'Month', ms: 31 * day },
  { value: 'year', label: 'Year', ms: 366 * day },
  { value: 'all', label: 'All', ms: null },
] as const;
export type Zoom = (typeof zooms)[number]['value'];

export interface Window {
  from: number;
  to: number;
}

/**
 * The stretch of time that the slider shows: the one before when the moment lies in it, else one around the moment,
 * that never goes beyond now.
 */
export function windowOf(
  zoom: Zoom,
  moment: number,
  now: number,
  oldest: number,
  before: Window | null,
): Window {
  const span = zooms.find(({ value }) => value === zoom)?.ms ?? null;
  if (span === null) return { from: Math.min(oldest, now - day), to: now };
  const kept = before && before.to - before.from === span && before.to <= now + span ? before : null;
  if (kept && moment >= kept.from && moment <= kept.to) return kept;
  const to = Math.min(now, moment + span / 2);
  return { from: to - span, to };
}

/** Where a key on the slider leads, in ms; `null` when the key is none of its own. `now` stands for "back to now". */
export function movedMoment(
  moment: number,
  event: { key: string; shiftKey: boolean; altKey: boolean; ctrlKey: boolean; metaKey: boolean },
  ends: { oldest: number; now: number },
): number | null {
  if (event.altKey || event.ctrlKey || event.metaKey) return null;
  const step = event.shiftKey ? day : hour;
  const clamp = (at: number): number => Math.max(ends.oldest, Math.min(ends.now, at));
  switch (event.key) {
    case 'ArrowLeft':
    case 'ArrowDown':
      return clamp(moment - step);
    case 'ArrowRight':
    case 'ArrowUp':
      return clamp(moment + step);
    case 'PageUp':
      return clamp(moment + day);
    case 'PageDown':
      return clamp(moment - day);
    case 'Home':
      return ends.oldest;
    case 'End':
      return ends.now;
    default:
      return null;
  }
}

/** How many deployments fall into each of `bins` equal parts of a window, by the days of an outline. */
export function binsOfDays(days: FeedOutline['days'], { from, to }: Window, bins: number): number[] {
  const counts = Array.from({ length: bins }, () => 0);
  for (const { from: begin, count } of days) {
    const at = (Date.parse(begin) + day / 2 - from) / (to - from);
    const bin = Math.floor(at * bins);
    if (bin >= 0 && bin < bins) counts[bin] = (counts[bin] ?? 0) + count;
  }
  return counts;
}

/** The same by times (ISO 8601). */
export function binsOfTimes(times: readonly string[], { from, to }: Window, bins: number): number[] {
  const counts = Array.from({ length: bins }, () => 0);
  for (const time of times) {
    const bin = Math.floor(((Date.parse(time) - from) / (to - from)) * bins);
    if (bin >= 0 && bin < bins) counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}
