import type { RailLine } from '../../../shared/domain/timeline/rail';

type Spread = Pick<RailLine, 'name' | 'state' | 'startedAt' | 'finishedAt' | 'asOf'>;

/** Where a line's bar lies, in parts of the whole width: 0 to 1. */
export interface Bar {
  from: number;
  to: number;
}

/**
 * Lays the lines on one axis, from the commit (or the run, where that led up to it within an hour) to the last moment
 * that is known. A line without a start, or of another age, has no bar.
 * @param now ms since the epoch: the end of what runs.
 */
export function barsOf(lines: readonly Spread[], now: number): Map<RailLine['name'], Bar> {
  const spans = lines.flatMap((stage) => {
    if (!stage.startedAt) return [];
    const from = Date.parse(stage.startedAt.at);
    const end = stage.finishedAt
      ? Date.parse(stage.finishedAt.at)
      : stage.asOf
        ? Date.parse(stage.asOf)
        : now;
    if (!stage.finishedAt && stage.state !== 'running') return [];
    return Number.isNaN(from) || Number.isNaN(end)
      ? []
      : [{ name: stage.name, from, to: Math.max(from, end) }];
  });
  const own = spans.filter(({ name }) => name !== 'run');
  const first = Math.min(...own.map(({ from }) => from));
  const run = spans.find(({ name, to }) => name === 'run' && to >= first - 3_600_000);
  const shown = run ? [run, ...own] : own;
  const begin = Math.min(...shown.map(({ from }) => from));
  const end = Math.max(...shown.map(({ to }) => to));
  const width = Math.max(1, end - begin);
  return new Map(
    shown.map(({ name, from, to }) => [name, { from: (from - begin) / width, to: (to - begin) / width }]),
  );
}
