/** Requests an hour of a token (GitHub's primary rate limit). */
const perHour = 5000;

type SetHeader = (name: string, value: string) => void;

/** One token's count. */
export interface RateLimit {
  spend(): void;
  /** Gives the last request back (a 304 costs nothing) and corrects the headers. */
  giveBack(set: SetHeader): void;
  exhaust(): void;
  exceeded(): boolean;
  headers(set: SetHeader): void;
  /** `reset` is in seconds since the epoch. */
  state(): { limit: number; remaining: number; used: number; reset: number };
}

/** Rate limits by login, in windows of an hour. */
export function createRateLimit(now: () => Date): { of(login: string): RateLimit; reset(): void } {
  const windows = new Map<string, { used: number; reset: number }>();

  const of = (login: string): RateLimit => {
    const seconds = Math.floor(now().getTime() / 1000);
    let window = windows.get(login);
    if (!window || window.reset <= seconds) {
      window = { used: 0, reset: seconds + 3600 };
      windows.set(login, window);
    }
    const counted = window;
    const state = () => {
      const used = Math.min(counted.used, perHour);
      return { limit: perHour, remaining: perHour - used, used, reset: counted.reset };
    };
    const headers = (set: SetHeader): void => {
      for (const [name, value] of Object.entries(state())) set(`x-ratelimit-${name}`, String(value));
      set('x-ratelimit-resource', 'core');
    };
    return {
      spend: () => {
        counted.used += 1;
      },
      giveBack: (set) => {
        counted.used -= 1;
        headers(set);
      },
      exhaust: () => {
        counted.used = perHour + 1;
      },
      exceeded: () => counted.used > perHour,
      headers,
      state,
    };
  };
  return { of, reset: () => windows.clear() };
}
