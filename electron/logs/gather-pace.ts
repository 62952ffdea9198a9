import type { LogLines } from '../../shared/contract/logs';

/** Milliseconds in which changes are gathered before the window is told: two frames. */
export const usualGather = 33;
/** While lines come faster than anyone reads: each drawing of all new lines costs the window several milliseconds. */
const floodedGather = 100;

type Told = Pick<LogLines, 'generation' | 'end'>;

/**
 * How long to gather what comes next, in milliseconds: longer when nothing that was on screen is there any more.
 * @param before what the window was told before, `null` for nothing.
 * @param now what it was told now.
 * @param tail lines that it is told of at once.
 */
export function gatherAfter(before: Told | null, now: Told, tail: number): number {
  if (before === null || before.generation !== now.generation) return usualGather;
  return now.end - before.end >= tail ? floodedGather : usualGather;
}
