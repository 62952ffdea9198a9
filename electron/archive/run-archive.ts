import { type RunView, runViewSchema } from '../../shared/domain/actions/run-view';
import type { Failure } from '../../shared/domain/failure/failure';
import type { Database } from '../systems/sqlite/database';
import { written } from './written';

/** Runs that are saved, the newest; as many as there are operations in the journal. */
const mostRuns = 500;
/** Logs that are saved, and characters of each: its end. GitHub itself forgets them after 90 days. */
const mostLogs = 300;
const longestSavedLog = 512 * 1024;

export const runTables = `
create table if not exists run(operation text primary key, seenAt text, json text) without rowid;
create index if not exists run_at on run(seenAt);
create table if not exists jobLog(id integer primary key, repo text, job integer, text text, cut integer, unique(repo, job));
`;

/** Runs of GitHub Actions that operations started, and logs of their jobs, as they were last seen. */
export interface RunArchive {
  /** Saves a run of an operation; a later look takes its place. */
  keepRun(operationId: string, view: RunView): Failure | null;
  run(operationId: string): RunView | null;
  /** Saves the end of a job's log, once: a log does not change. @param repo `owner/name` */
  keepJobLog(repo: string, job: number, log: { text: string; cut: boolean }): Failure | null;
  jobLog(repo: string, job: number): { text: string; cut: boolean } | null;
}

export const runArchive = (database: Database): RunArchive => ({
  keepRun: (operationId, view) =>
    written(() => {
      database
        .prepare('insert or replace into run(operation, seenAt, json) values (?, ?, ?)')
        .run(operationId, view.seenAt, JSON.stringify(view));
      database
        .prepare(
          'delete from run where seenAt < (select seenAt from run order by seenAt desc limit 1 offset ?)',
        )
        .run(mostRuns - 1);
    }),
  run: (operationId) => {
    const [row] = database.prepare('select json from run where operation = ?').all(operationId) as {
      json: string;
    }[];
    // One that a version of another shape wrote is left out.
    return row ? (runViewSchema.safeParse(JSON.parse(row.json)).data ?? null) : null;
  },
  keepJobLog: (repo, job, { text, cut }) =>
    written(() => {
      database
        .prepare('insert or ignore into jobLog(repo, job, text, cut) values (?, ?, ?, ?)')
        .run(repo, job, text.slice(-longestSavedLog), Number(cut || text.length > longestSavedLog));
      database
        .prepare('delete from jobLog where id <= (select id from jobLog order by id desc limit 1 offset ?)')
        .run(mostLogs);
    }),
  jobLog: (repo, job) => {
    const [row] = database
      .prepare('select text, cut from jobLog where repo = ? and job = ?')
      .all(repo, job) as {
      text: string;
      cut: number;
    }[];
    return row ? { text: row.text, cut: row.cut === 1 } : null;
  },
});
