import type { PracticeClock } from '../ports';

interface Waiter {
  /** Seconds of practice time still to wait at `since`. */
  left: number;
  since: number;
  timer: NodeJS.Timeout | undefined;
  done: () => void;
}

/**
 * The practice estate's clock. Setting `speed` also shortens or lengthens the waits that already run.
 * @param speed milliseconds of practice time per millisecond, 1 or more
 * @throws RangeError for a speed below 1
 */
export function createClock(speed = 1): PracticeClock {
  const waiters = new Set<Waiter>();
  let current = checked(speed);

  const arm = (waiter: Waiter): void => {
    clearTimeout(waiter.timer);
    waiter.since = performance.now();
    waiter.timer = setTimeout(waiter.done, (waiter.left * 1000) / current);
  };

  return {
    get speed() {
      return current;
    },
    set speed(wanted) {
      const next = checked(wanted);
      for (const waiter of waiters) {
        waiter.left -= ((performance.now() - waiter.since) / 1000) * current;
      }
      current = next;
      for (const waiter of waiters) arm(waiter);
    },
    now: () => new Date(),
    wait(seconds, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const finish = (): void => {
          clearTimeout(waiter.timer);
          waiters.delete(waiter);
          signal?.removeEventListener('abort', aborted);
        };
        const aborted = (): void => {
          finish();
          reject(signal?.reason);
        };
        const waiter: Waiter = {
          left: Math.max(0, seconds),
          since: 0,
          timer: undefined,
          done: () => {
            finish();
            resolve();
          },
        };
        signal?.addEventListener('abort', aborted, { once: true });
        waiters.add(waiter);
        arm(waiter);
      });
    },
  };
}

function checked(speed: number): number {
  if (!(speed >= 1 && speed <= 10_000)) throw new RangeError('speed must be between 1 and 10,000');
  return speed;
}
