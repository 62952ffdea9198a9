import type { RunningApp } from '../electron/dev/running-app';

/** Where what was held back is kept, in the window and in the main process alike. */
interface Held {
  __held?: { begin: (() => void)[]; timeout: typeof setTimeout; interval: typeof setInterval };
}

/**
 * Runs in the process that is meant: timers of this many milliseconds and more don't begin any more. What still happens
 * there is brought by events, and waits for nothing that is longer.
 */
function hold(...given: unknown[]): void {
  // In the main process Electron comes first.
  const limit = Number(given.at(-1));
  const here = globalThis as typeof globalThis & Held;
  const { setTimeout: timeout, setInterval: interval } = here;
  const begin: (() => void)[] = [];
  here.__held = { begin, timeout, interval };
  const never = {} as ReturnType<typeof setTimeout>;
  const isLong = (delay: unknown): boolean => typeof delay === 'number' && delay >= limit;
  here.setTimeout = ((run: () => void, delay?: number, ...rest: unknown[]) => {
    if (!isLong(delay)) return timeout(run, delay, ...rest);
    begin.push(() => timeout(run, delay, ...rest));
    return Object.assign(never, { ref: () => never, unref: () => never, refresh: () => never });
  }) as typeof setTimeout;
  here.setInterval = ((run: () => void, delay?: number, ...rest: unknown[]) => {
    begin.push(() => interval(run, delay, ...rest));
    return Object.assign(never, { ref: () => never, unref: () => never, refresh: () => never });
  }) as typeof setInterval;
}

/** Timers are as they were, and what was held back begins. */
function release(): void {
  const here = globalThis as typeof globalThis & Held;
  if (!here.__held) return;
  const { begin, timeout, interval } = here.__held;
  here.setTimeout = timeout;
  here.setInterval = interval;
  delete here.__held;
  for (const one of begin) one();
}

/**
 * Does something while nothing can begin to wait for `limit` milliseconds or longer, and nothing can begin to look every
 * so often: neither in the window nor in the main process. What is on screen then has come by events alone.
 */
export async function withoutLongWaits<T>(
  { page, electron }: RunningApp,
  limit: number,
  during: () => Promise<T>,
): Promise<T> {
  // Playwright looks from a world of its own, whose timers are others.
  await page.evaluate(hold, limit);
  await electron.evaluate(hold, limit);
  try {
    return await during();
  } finally {
    await electron.evaluate(release);
    await page.evaluate(release);
  }
}
