/** Median and 90th percentile of some durations, in their unit. */
export interface Distribution {
  median: number;
  p90: number;
  count: number;
}

/** Median (mean of the middle two) and p90 (nearest rank); `null` for no values. */
export function distributionOf(values: readonly number[]): Distribution | null {
  if (values.length === 0) return null;
  // By number without a function to compare: ten times as fast for tens of thousands.
  const sorted = Float64Array.from(values).sort();
  const at = (index: number): number => sorted[Math.min(Math.max(index, 0), sorted.length - 1)] ?? 0;
  const half = sorted.length >> 1;
  return {
    median: sorted.length % 2 ? at(half) : (at(half - 1) + at(half)) / 2,
    p90: at(Math.ceil(sorted.length * 0.9) - 1),
    count: sorted.length,
  };
}

/**
 * The period that a time in milliseconds lies in, by the calendar of this machine's time zone: `2026-03-01`, the Monday
 * of its week, or `2026-03`.
 */
export function periodOf(time: number, by: 'day' | 'week' | 'month'): string {
  const date = new Date(time);
  if (by === 'week') date.setDate(date.getDate() - ((date.getDay() + 6) % 7));
  const two = (value: number): string => String(value).padStart(2, '0');
  const month = `${date.getFullYear()}-${two(date.getMonth() + 1)}`;
  return by === 'month' ? month : `${month}-${two(date.getDate())}`;
}
