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

/** The period (UTC) that a time in milliseconds lies in: `2026-03-01`, the Monday of its week, or `2026-03`. */
export function periodOf(time: number, by: 'day' | 'week' | 'month'): string {
  const date = new Date(time);
  if (by === 'week') date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
  return date.toISOString().slice(0, by === 'month' ? 7 : 10);
}
