import { z } from 'zod';
import { type Change, candidateSchema, changeSchema } from '../../../shared/domain/ledger/change';
import type { Log } from '../../log/log';
import { closeLasting, openLasting } from '../sqlite/lasting-database';
import type { Listing } from './typed-name';

/**
 * What GitHub told of the apps' repos, kept on disk so that it can be read without a network. A write that fails costs
 * what it would have kept, nothing else.
 */
export interface SourceMemory {
  keepChange(app: string, change: Extract<Change, { state: 'known' }>): void;
  /** With `asOf`: when it was kept. */
  change(app: string, from: string, to: string): Change | null;
  /** `at`: ISO 8601 UTC. */
  keepListing(app: string, at: string, listing: Listing): void;
  listing(app: string): { at: string; listing: Listing } | null;
  close(): void;
}

/** Kept in all, the oldest go first; longer ones are not kept: characters of JSON. */
const mostChanges = 5_000;
const longest = 2 * 1024 * 1024;

const listingSchema = z.object({
  listed: z.array(candidateSchema.omit({ runningIn: true })),
  partial: z.string().nullable(),
});

const tables = `
create table if not exists change(app text, base text, head text, at integer, json text, primary key(app, base, head)) without rowid;
create index if not exists change_at on change(at);
create table if not exists listing(app text primary key, at text, json text) without rowid;
`;

/**
 * A file that cannot be read is set aside and begun again: all of it can be asked for again.
 * @param now milliseconds since the epoch.
 */
export function openSourceMemory(file: string, now: () => number, log: Log): SourceMemory {
  const { database, aside } = openLasting(file, tables, now);
  if (aside) log('warn', 'sources.set-aside', { file: aside });
  const kept = (write: () => void): void => {
    try {
      write();
    } catch (error) {
      log('error', 'sources.not-kept', { error });
    }
  };
  /** `null` for what is not there, and for what another version wrote in another shape. */
  const read = <S extends z.ZodType>(schema: S, row: unknown): z.output<S> | null => {
    if (typeof row !== 'object' || row === null || !('json' in row)) return null;
    try {
      return schema.safeParse(JSON.parse(String(row.json))).data ?? null;
    } catch {
      // As another shape: it is asked for again.
      return null;
    }
  };
  return {
    keepChange: (app, change) =>
      kept(() => {
        const json = JSON.stringify(change);
        if (json.length > longest) return;
        database
          .prepare('insert or replace into change(app, base, head, at, json) values (?, ?, ?, ?, ?)')
          .run(app, change.from, change.to, now(), json);
        database
          .prepare('delete from change where at < (select at from change order by at desc limit 1 offset ?)')
          .run(mostChanges - 1);
      }),
    change: (app, from, to) => {
      const row = database
        .prepare('select at, json from change where app = ? and base = ? and head = ?')
        .get(app, from, to);
      const change = read(changeSchema, row);
      if (change?.state !== 'known') return change;
      return { ...change, asOf: new Date((row as { at: number }).at).toISOString() };
    },
    keepListing: (app, at, listing) =>
      kept(() => {
        const json = JSON.stringify(listing);
        if (json.length > longest) return;
        database.prepare('insert or replace into listing(app, at, json) values (?, ?, ?)').run(app, at, json);
      }),
    listing: (app) => {
      const row = database.prepare('select at, json from listing where app = ?').get(app);
      const listing = read(listingSchema, row);
      return listing && { at: (row as { at: string }).at, listing };
    },
    close: () => closeLasting(database),
  };
}
