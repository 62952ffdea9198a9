import { type CronSchedule, isOn } from './cron-fields';
import { zoneOffset } from './time-zone';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** A moment on the clock of a zone. */
class Clock {
  readonly #zone: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly wall: Date;

  constructor(zone: string, at: number) {
    this.#zone = zone;
    this.at = at;
    this.wall = new Date(at + zoneOffset(zone, at));
  }

  plus(milliseconds: number): Clock {
    return new Clock(this.#zone, this.at + milliseconds);
  }

  /** Go `time.Date`: of a time that the clock leaves out or shows twice, one that is right on one side of the change. */
  set(year: number, month: number, day: number, hours: number, minutes = 0, seconds = 0): Clock {
    const wall = Date.UTC(year, month, day, hours, minutes, seconds);
    const guess = zoneOffset(this.#zone, wall);
    return new Clock(this.#zone, guess === 0 ? wall : wall - zoneOffset(this.#zone, wall - guess));
  }

  /** Go `Time.AddDate`. */
  addDate(months: number, days: number): Clock {
    const { wall } = this;
    return this.set(
      wall.getUTCFullYear(),
      wall.getUTCMonth() + months,
      wall.getUTCDate() + days,
      wall.getUTCHours(),
      wall.getUTCMinutes(),
      wall.getUTCSeconds(),
    );
  }

  /** The beginning of this month, day or hour. */
  begin(of: 'month' | 'day' | 'hour'): Clock {
    const { wall } = this;
    return this.set(
      wall.getUTCFullYear(),
      wall.getUTCMonth(),
      of === 'month' ? 1 : wall.getUTCDate(),
      of === 'hour' ? wall.getUTCHours() : 0,
    );
  }

  truncated(to: number): Clock {
    return new Clock(this.#zone, Math.floor(this.at / to) * to);
  }
}

/**
 * The next time after a moment at which a schedule with a zone of its own (`CRON_TZ=…`) fires: robfig/cron `spec.go`, `Next`,
 * step by step, since what it does in the hours in which a clock is changed is nowhere written down.
 * @returns `null`: none within five years.
 */
export function nextFireInZone(schedule: CronSchedule, zone: string, from: number): number | null {
  // It would look at every minute of five years.
  if (schedule.minutes.length === 0 || schedule.hours.length === 0 || schedule.months.size === 0) return null;
  const minutes = new Set(schedule.minutes);
  const hours = new Set(schedule.hours);
  let at = new Clock(zone, Math.floor(from / second) * second + second);
  let isAdded = false;
  const begin = (of: 'month' | 'day' | 'hour') => {
    if (!isAdded) at = at.begin(of);
    isAdded = true;
  };
  const truncate = (to: number) => {
    if (!isAdded) at = at.truncated(to);
    isAdded = true;
  };
  const limit = at.wall.getUTCFullYear() + 5;

  /** Goes on to the next value of a field that fits. @returns whether it came to the next greater field's beginning. */
  const seek = (fits: () => boolean, step: () => void, isWrapped: () => boolean): boolean => {
    while (!fits()) {
      step();
      if (isWrapped()) return true;
    }
    return false;
  };
  const wraps = (): boolean =>
    seek(
      () => schedule.months.has(at.wall.getUTCMonth() + 1),
      () => {
        begin('month');
        at = at.addDate(1, 0);
      },
      () => at.wall.getUTCMonth() === 0,
    ) ||
    seek(
      () => isOn(schedule, at.wall),
      () => {
        begin('day');
        at = at.addDate(0, 1);
        // A midnight that the clock leaves out.
        const past = at.wall.getUTCHours();
        if (past !== 0) at = at.plus((past > 12 ? 24 - past : -past) * hour);
      },
      () => at.wall.getUTCDate() === 1,
    ) ||
    seek(
      () => hours.has(at.wall.getUTCHours()),
      () => {
        begin('hour');
        at = at.plus(hour);
      },
      () => at.wall.getUTCHours() === 0,
    ) ||
    seek(
      () => minutes.has(at.wall.getUTCMinutes()),
      () => {
        truncate(minute);
        at = at.plus(minute);
      },
      () => at.wall.getUTCMinutes() === 0,
    ) ||
    seek(
      () => at.wall.getUTCSeconds() === 0,
      () => {
        truncate(second);
        at = at.plus(second);
      },
      () => at.wall.getUTCSeconds() === 0,
    );

  for (;;) {
    if (at.wall.getUTCFullYear() > limit) return null;
    if (!wraps()) return at.at;
  }
}
