import type { FiguresRow } from '../../../shared/domain/history/history-event';
import { periodOf } from '../../../shared/domain/history/history-figures';
import { localText } from '../../ui/time/local-text';

const day = 24 * 3_600_000;
type By = 'day' | 'week' | 'month';

/** Every period between two times (ms), oldest first, as the figures name them. */
export function periodsBetween(from: number, to: number, by: By): string[] {
  const keys: string[] = [];
  // Noon by noon: no period is shorter than a day, and a day may have 23 or 25 hours.
  const noon = new Date(from);
  noon.setHours(12, 0, 0, 0);
  for (; noon.getTime() < to + day; noon.setDate(noon.getDate() + 1)) {
    const key = periodOf(Math.min(noon.getTime(), to), by);
    if (keys.at(-1) !== key) keys.push(key);
  }
  return keys;
}

/** When a period begins (ms), by this machine's time zone. */
export function beginOf(key: string): number {
  const [year = 0, month = 1, date = 1] = key.split('-').map(Number);
  return new Date(year, month - 1, date).getTime();
}

/** The figures of every period, with the empty ones in between. */
export function filledRows(rows: readonly FiguresRow[], keys: readonly string[]): FiguresRow[] {
  const byKey = new Map(rows.map((row) => [row.key, row]));
  const empty = (key: string): FiguresRow => ({
    key,
    deployments: 0,
    leadTime: null,
    rolledBack: 0,
    restore: null,
  });
  return keys.map((key) => byKey.get(key) ?? empty(key));
}

/** Deployments that were rolled back, of a hundred; `null` without any deployment. */
export const shareRolledBack = (row: FiguresRow): number | null =>
  row.deployments === 0 ? null : (100 * row.rolledBack) / row.deployments;

/** A period in words: `1 Mar 2026`, `week of 2 Mar 2026`, `Mar 2026`. */
export function periodText(key: string, by: By): string {
  const [year = 0, month = 1, date = 1] = key.split('-').map(Number);
  const at = new Date(year, month - 1, date);
  if (by === 'month') return localText(at, 'month');
  return `${by === 'week' ? 'week of ' : ''}${localText(at, 'date')}`;
}

/** A share in words: `2.4 %`, `none`, `unknown`. */
export function shareText(share: number | null): string {
  if (share === null) return '–';
  return share === 0 ? '0 %' : `${share.toFixed(1)} %`;
}
