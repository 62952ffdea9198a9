import { readFileSync } from 'node:fs';
import { writeFileSync } from 'atomically';
import { z } from 'zod';
import type { HolidayList } from '../../../shared/domain/estate/deploy-hours';
import type { Holidays } from '../../../shared/domain/preflight/deploy-hours';
import { visibleText } from '../../../shared/domain/text/visible-text';
import type { Log } from '../../log/log';
import { type BadAnswer, boundedFetch } from '../http/bounded-fetch';
import { makeWayForFile } from '../own-folder';

/** In milliseconds. */
export interface HolidayTiming {
  /** How old a list may be before it is read again. Lists reach a year or two ahead. */
  readEvery: number;
  /** The first pause after a failure, doubled each time. */
  retryAfter: number;
  retryLimit: number;
}

const usual: HolidayTiming = { readEvery: 24 * 3_600_000, retryAfter: 60_000, retryLimit: 6 * 3_600_000 };

/**
 * The form of gov.uk's bank-holidays.json (www.gov.uk/bank-holidays.json): `{"england-and-wales": {"division", "events":
 * [{"title", "date": "2026-12-25", "notes", "bunting"}]}}`.
 */
const answerSchema = z.record(
  z.string().max(100),
  z.object({
    events: z
      .array(
        z.object({
          title: z
            .string()
            .max(200)
            .transform((text) => visibleText(text)),
          date: z.iso.date(),
        }),
      )
      .max(2_000),
  }),
);
/** As it is kept on disk, by address. */
const keptSchema = z.record(z.string(), z.object({ readAt: z.number(), lists: answerSchema }));
type Kept = z.infer<typeof keptSchema>;

const largest = 1024 * 1024;

class BadList extends Error {
  override readonly name = 'BadList';
}
const refuse = (kind: BadAnswer, detail: string): BadList =>
  new BadList(kind === 'page' ? `It is no list of days off (${detail}).` : detail);

/** Days off as they were read last: on disk, so that they are known without a network. */
export interface HolidayLists {
  of(list: HolidayList): Holidays;
  close(): void;
}

/**
 * Reads the lists of days off at these addresses, again each day, until closed.
 * @param file where they are kept; one that can't be read is read anew from the addresses.
 * @param now milliseconds since the epoch.
 */
export function openHolidayLists(options: {
  urls: readonly string[];
  file: string;
  fetch: typeof fetch;
  now: () => number;
  log: Log;
  timing?: Partial<HolidayTiming>;
}): HolidayLists {
  const { file, now, log } = options;
  const timing = { ...usual, ...options.timing };
  const ask = boundedFetch(options.fetch, refuse, { bytes: largest });
  const stop = new AbortController();
  const timers = new Set<NodeJS.Timeout>();
  const kept = readKept(file, log);
  const troubles = new Map<string, string>();

  async function read(url: string): Promise<void> {
    const answer = await ask(url, { headers: { accept: 'application/json' }, signal: stop.signal });
    if (!answer.ok) throw new BadList(`HTTP ${answer.status}.`);
    const parsed = answerSchema.safeParse(await answer.json());
    if (!parsed.success) throw new BadList('It is no list of days off.');
    kept[url] = { readAt: now(), lists: parsed.data };
    troubles.delete(url);
    makeWayForFile(file);
    writeFileSync(file, JSON.stringify(kept), { mode: 0o600 });
  }
  const later = (wait: number, url: string, failures: number): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      // It never rejects.
      void look(url, failures);
    }, wait);
    timer.unref();
    timers.add(timer);
  };
  /** Never rejects: what it meets is told by {@link HolidayLists.of}. */
  async function look(url: string, failures: number): Promise<void> {
    const age = now() - (kept[url]?.readAt ?? Number.NEGATIVE_INFINITY);
    // A clock that was put back makes it no younger.
    if (age >= 0 && age < timing.readEvery) return later(timing.readEvery - age, url, 0);
    try {
      await read(url);
      later(timing.readEvery, url, 0);
    } catch (error) {
      if (stop.signal.aborted) return;
      log('warn', 'holidays.not-read', { url, error });
      troubles.set(url, error instanceof BadList ? error.message : 'It did not answer.');
      later(Math.min(timing.retryAfter * 2 ** failures, timing.retryLimit), url, failures + 1);
    }
  }
  // It never rejects.
  for (const url of options.urls) void look(url, 0);

  return {
    of({ url, division }) {
      const known = kept[url];
      if (!known) {
        const trouble = troubles.get(url);
        const because = trouble
          ? `The list of days off at ${url} could not be read: ${trouble}`
          : `The list of days off at ${url} has not been read yet.`;
        return { state: 'unknown', because };
      }
      const events = known.lists[division]?.events ?? [];
      const dates = events.map(({ date }) => date).sort();
      const [first] = dates;
      const last = dates.at(-1);
      if (!first || !last)
        return { state: 'unknown', because: `The list at ${url} has no days off of “${division}”.` };
      // It is published by whole years.
      return {
        state: 'known',
        names: new Map(events.map(({ date, title }) => [date, title])),
        from: `${first.slice(0, 4)}-01-01`,
        until: `${last.slice(0, 4)}-12-31`,
      };
    },
    close() {
      stop.abort();
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

function readKept(file: string, log: Log): Kept {
  try {
    return keptSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (!isMissing) log('warn', 'holidays.file-unreadable', { file, error });
    return {};
  }
}
