import { useSyncExternalStore } from 'react';

/** One timer per period for the whole window: every clock on screen moves in the same frame. */
class Ticker {
  #now = Date.now();
  #timer: ReturnType<typeof setInterval> | undefined;
  readonly #listeners = new Set<() => void>();
  readonly #period: number;

  constructor(period: number) {
    this.#period = period;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) {
      this.#now = Date.now();
      this.#timer = setInterval(() => {
        this.#now = Date.now();
        for (const each of this.#listeners) each();
      }, this.#period);
    }
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) clearInterval(this.#timer);
    };
  };

  readonly now = (): number => this.#now;
}

const everySecond = new Ticker(1_000);
const everyHalfMinute = new Ticker(30_000);

/** The present, ms since the epoch: `second` for what runs, `calm` (every 30 s) for ages. */
export function useNow(pace: 'second' | 'calm'): number {
  const ticker = pace === 'second' ? everySecond : everyHalfMinute;
  return useSyncExternalStore(ticker.subscribe, ticker.now);
}
