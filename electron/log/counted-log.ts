import type { Fault } from '../../shared/domain/diagnostics/diagnostics';
import type { Log, LogLevel } from './log';

/** Entries of one event that are written within one minute: a loop that fails at every turn must not fill the file. */
const mostAMinute = 30;
const minute = 60_000;
/** Events that are told apart; they are constants, so that more would be a fault of ours. */
const mostEvents = 200;

interface Seen {
  count: number;
  level: LogLevel;
  lastAt: number;
  since: number;
  written: number;
  leftOut: number;
}

/**
 * Counts what goes wrong, by event, and bounds how often one event is written: what was left out is said with the next
 * entry of it that is written.
 * @param write where entries go in the end; a fault of it is nobody's
 * @param now milliseconds
 */
export function countedLog(write: Log, now: () => number): { log: Log; counts: () => Fault[] } {
  const seen = new Map<string, Seen>();
  return {
    log: (level, event, data) => {
      const at = now();
      const name = seen.has(event) || seen.size < mostEvents ? event : 'others';
      const one = seen.get(name) ?? { count: 0, level, lastAt: at, since: at, written: 0, leftOut: 0 };
      seen.set(name, one);
      if (at - one.since >= minute || at < one.since) Object.assign(one, { since: at, written: 0 });
      const isWrong = level === 'warn' || level === 'error';
      if (isWrong) {
        one.count += 1;
        one.level = level;
        one.lastAt = at;
      }
      if (one.written >= mostAMinute) {
        one.leftOut += 1;
        return;
      }
      one.written += 1;
      const { leftOut, count } = one;
      one.leftOut = 0;
      try {
        write(level, event, {
          ...data,
          ...(isWrong && count > 1 ? { times: count } : {}),
          ...(leftOut > 0 ? { leftOut } : {}),
        });
      } catch {
        // Who logs goes on, whatever becomes of the log (a disk that is full).
      }
    },
    counts: () =>
      [...seen].flatMap(([event, { count, level, lastAt }]) =>
        count > 0 && (level === 'warn' || level === 'error')
          ? [{ event, level, count, lastAt: new Date(lastAt).toISOString() }]
          : [],
      ),
  };
}
