import type { Operation } from '../operation/operation';
import { waitsForReview } from '../operation/operation';
import { listText } from '../text/list-text';

/** How one app of a batch stands. */
export interface BatchPart {
  app: string;
  /**
   * `waiting`: not begun; `reviewing`: it only waits for somebody's review, in nobody's way; `done`: it came to its end, or
   * another version took over; `left-out`: somebody cancelled it; `failed`: also where its outcome is not known.
   */
  state: 'waiting' | 'running' | 'reviewing' | 'done' | 'left-out' | 'failed';
}

/** How an app stands by its own operation. */
export function partState(
  operation: Pick<Operation, 'state' | 'jobs'>,
): Exclude<BatchPart['state'], 'waiting'> {
  switch (operation.state) {
    case 'running':
      return waitsForReview(operation) ? 'reviewing' : 'running';
    case 'succeeded':
    case 'superseded':
      return 'done';
    case 'cancelled':
      return 'left-out';
    case 'failed':
    case 'unknown':
      return 'failed';
  }
}

/** Why nothing more is begun. */
export type BatchHalt = 'asked' | 'failed' | 'too-late';

/** What is to be done now. */
export interface BatchCourse {
  /** Apps to begin, in their order. */
  begin: string[];
  /** Why those that wait are not begun any more; `null`: they are, in their turn. */
  halt: BatchHalt | null;
  /** All that will happen has happened. */
  over: boolean;
}

/**
 * The next things of a batch. Nothing that runs is ever touched: halting only means that no more is begun.
 * @param options.asked somebody stopped it. @param options.late it was closed for so long that the world has moved on.
 */
export function batchCourse(
  parts: readonly BatchPart[],
  options: { onFailure: 'stop' | 'go-on'; atOnce: number; asked: boolean; late: boolean },
): BatchCourse {
  const hasFailed = parts.some(({ state }) => state === 'failed');
  const halt = options.asked
    ? ('asked' as const)
    : hasFailed && options.onFailure === 'stop'
      ? ('failed' as const)
      : options.late
        ? ('too-late' as const)
        : null;
  const open = parts.filter(({ state }) => state === 'running' || state === 'reviewing');
  const waiting = parts.filter(({ state }) => state === 'waiting');
  if (halt !== null) return { begin: [], halt: waiting.length > 0 ? halt : null, over: open.length === 0 };
  const running = open.filter(({ state }) => state === 'running').length;
  const begin = waiting.slice(0, Math.max(0, options.atOnce - running)).map(({ app }) => app);
  return { begin, halt: null, over: open.length === 0 && waiting.length === 0 };
}

const appsOf = (parts: readonly BatchPart[], ...states: BatchPart['state'][]): string[] =>
  parts.flatMap(({ app, state }) => (states.includes(state) ? [app] : []));

const most = 5;

/** What a batch waits for, in a sentence. */
export function batchWait(parts: readonly BatchPart[], halt: BatchHalt | null): string {
  const running = appsOf(parts, 'running');
  const reviewing = appsOf(parts, 'reviewing');
  const left = appsOf(parts, 'waiting').length;
  return [
    halt === null ? null : 'Stopping: no more apps will start.',
    running.length > 0 ? `Running: ${listText(running, most)}.` : null,
    reviewing.length > 0 ? `Waiting for a review: ${listText(reviewing, most)}.` : null,
    halt === null && left > 0 ? `${left} to go.` : null,
  ]
    .filter((one) => one !== null)
    .join(' ');
}

/** What came of a batch, in sentences: `3 of 5 done. Failed: router. Not begun: search-api.` */
export function batchOutcome(parts: readonly BatchPart[]): string {
  const named = (what: string, ...states: BatchPart['state'][]): string | null => {
    const apps = appsOf(parts, ...states);
    return apps.length > 0 ? `${what}: ${listText(apps, most)}.` : null;
  };
  return [
    `${appsOf(parts, 'done').length} of ${parts.length} done.`,
    named('Failed', 'failed'),
    named('Cancelled', 'left-out'),
    named('Not begun', 'waiting'),
  ]
    .filter((one) => one !== null)
    .join(' ');
}

/**
 * How long Signalbox was closed, in milliseconds: since the newest sign of life. An app whose rollout takes its time gives
 * none for minutes while Signalbox runs, so the journal's own sign counts as well.
 * @param signs ISO 8601 UTC; `null`: not known.
 */
export const closedFor = (signs: readonly (string | null)[], now: Date): number =>
  now.getTime() - Math.max(...signs.flatMap((at) => (at === null ? [] : [Date.parse(at)])));
