import type { Estate } from '../../shared/domain/estate/estate';
import { type HoursNow, hoursNow } from '../../shared/domain/preflight/deploy-hours';
import type { Log } from '../log/log';
import { openHolidayLists } from '../systems/holidays/holiday-list';

/** The deploy hours of an estate's environments, by the clock of now. */
export interface EstateHours {
  /** `null`: the environment has none. */
  of(environment: string): HoursNow | null;
  close(): void;
}

/** @param file where lists of days off are kept. */
export function openDeployHours(options: {
  environments: Estate['environments'];
  file: string;
  fetch: typeof fetch;
  now: () => Date;
  log: Log;
}): EstateHours {
  const { environments, now } = options;
  const hours = new Map(
    environments.flatMap(({ name, deployHours }) => (deployHours ? [[name, deployHours] as const] : [])),
  );
  const urls = [...hours.values()].flatMap(({ holidays }) => (holidays === 'none' ? [] : [holidays.url]));
  const lists = openHolidayLists({ ...options, urls: [...new Set(urls)], now: () => now().getTime() });
  return {
    of(environment) {
      const own = hours.get(environment);
      if (!own) return null;
      return hoursNow(environment, own, now(), own.holidays === 'none' ? null : lists.of(own.holidays));
    },
    close: () => lists.close(),
  };
}
