import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';
import type { BuildLogLine } from '../../shared/domain/concourse/build-log';
import type { Failure } from '../../shared/domain/failure/failure';
import type { Database } from '../systems/sqlite/database';
import { written } from './written';

/** Logs of builds that are saved, the newest; and bytes of all of them, as they lie on the disk. */
const mostLogs = 1_000;
const mostBytes = 256 * 1024 * 1024;
/** Characters of one log: its beginning and its end stay. */
export const longestBuildLog = 16 * 1024 * 1024;

export const buildLogTables = `
create table if not exists buildLog(number integer primary key, pipeline text, build integer, dropped integer, bytes integer, lines blob, unique(pipeline, build));
`;

/** A log as it was when its build ended: colours as they came, a note at the head of each step. */
export interface KeptLog {
  lines: BuildLogLine[];
  /** Lines in its middle that were too many to keep. */
  dropped: number;
}

/** Logs of builds that ended, as Concourse streamed them. */
export interface BuildLogArchive {
  has(pipeline: string, build: number): boolean;
  /** Saves a log, once: it does not change. */
  keep(pipeline: string, build: number, lines: readonly BuildLogLine[]): Failure | null;
  /** `null`: it was not saved. */
  log(pipeline: string, build: number): KeptLog | null;
}

const linesSchema = z.array(z.tuple([z.string().nullable(), z.string(), z.boolean()]));

/** The beginning and the end of lines that are too many together, a third and two thirds of what may stay. */
function bounded(lines: readonly BuildLogLine[]): {
  head: BuildLogLine[];
  tail: BuildLogLine[];
  dropped: number;
} {
  const whole = lines.reduce((sum, { text }) => sum + text.length + 1, 0);
  if (whole <= longestBuildLog) return { head: [...lines], tail: [], dropped: 0 };
  let [room, head] = [longestBuildLog / 3, 0];
  while (head < lines.length && room > 0) {
    room -= (lines[head]?.text.length ?? 0) + 1;
    head += 1;
  }
  let [left, tail] = [(longestBuildLog * 2) / 3, lines.length];
  while (tail > head && left > 0) {
    tail -= 1;
    left -= (lines[tail]?.text.length ?? 0) + 1;
  }
  return { head: lines.slice(0, head), tail: lines.slice(tail), dropped: tail - head };
}

export const buildLogArchive = (database: Database): BuildLogArchive => ({
  has: (pipeline, build) =>
    database.prepare('select 1 from buildLog where pipeline = ? and build = ?').all(pipeline, build).length >
    0,
  keep: (pipeline, build, lines) =>
    written(() => {
      const { head, tail, dropped } = bounded(lines);
      const note: BuildLogLine[] =
        dropped > 0
          ? [{ at: null, text: `${dropped} lines were not saved: the log is too long.`, note: true }]
          : [];
      const rows = [...head, ...note, ...tail].map(({ at, text, note: isNote }) => [at, text, isNote]);
      const packed = gzipSync(JSON.stringify(rows));
      database
        .prepare(
          'insert or ignore into buildLog(pipeline, build, dropped, bytes, lines) values (?, ?, ?, ?, ?)',
        )
        .run(pipeline, build, dropped, packed.byteLength, packed);
      database
        .prepare(
          `delete from buildLog where number <= (select number from buildLog order by number desc limit 1 offset ?)
           or number < (select min(number) from (select number, sum(bytes) over (order by number desc) as whole from buildLog) where whole <= ?)`,
        )
        .run(mostLogs, mostBytes);
    }),
  log(pipeline, build) {
    const [row] = database
      .prepare('select dropped, lines from buildLog where pipeline = ? and build = ?')
      .all(pipeline, build) as { dropped: number; lines: ArrayBuffer | Uint8Array }[];
    if (!row) return null;
    try {
      const bytes = ArrayBuffer.isView(row.lines) ? row.lines : new Uint8Array(row.lines);
      const text = gunzipSync(bytes, { maxOutputLength: longestBuildLog * 8 }).toString('utf8');
      const lines = linesSchema.parse(JSON.parse(text)).map(([at, line, note]) => ({ at, text: line, note }));
      return { lines, dropped: row.dropped };
    } catch {
      // What cannot be unpacked is as good as not there.
      return null;
    }
  },
});
