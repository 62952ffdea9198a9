export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** What an entry is about: plain values and errors. What is written of it is bounded and redacted by whoever writes. */
export type LogData = Readonly<Record<string, unknown>>;

/**
 * Where everything below the shell tells what it did and what went wrong: handed in where the parts are put together,
 * never imported as a thing that writes. Never throws.
 * @param event what happened, as `<room>.<what>` (`autopilot.decision`): a constant, since entries are counted by it
 */
export type Log = (level: LogLevel, event: string, data?: LogData) => void;

/** For parts that nobody listens to. */
export const noLog: Log = () => undefined;

/**
 * Lets work go on by itself: nobody waits for it, and a fault of it is logged instead of being a bare rejection.
 * @param signal once it is aborted, what the work ends with is of no interest
 */
export function inBackground(
  log: Log,
  event: string,
  work: Promise<unknown>,
  data: LogData & { signal?: AbortSignal } = {},
): void {
  const { signal, ...rest } = data;
  work.catch((error: unknown) => {
    if (!signal?.aborted) log('error', event, { ...rest, error });
  });
}
