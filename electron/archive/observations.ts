/**
 * What the cluster and the workflows once told, and they forget within days: health and tests of a version in an
 * environment, outcomes of operations, excerpts of logs. Unlike the index this cannot be made again, so it is a file
 * of its own, and a damaged one is set aside, never deleted.
 */
import type { Failure } from '../../shared/domain/failure/failure';
import type { OperationState } from '../../shared/domain/operation/operation';
import type { HealthObservation } from '../../shared/domain/preflight/rollback-target';
import { closeLasting, openLasting } from '../systems/sqlite/lasting-database';
import { written } from './written';

/** A version in an environment, as somebody or something saw it. `source` names the object that told it. */
export interface CellObservation extends HealthObservation {
  app: string;
  environment: string;
  source: string;
}

/** How an operation ended. Times are ISO 8601 UTC. */
export interface OperationOutcome {
  operationId: string;
  app: string;
  environment: string;
  kind: string;
  version: string | null;
  state: OperationState;
  at: string;
  message: string | null;
}

/** The part of a log that is worth keeping: of a failing pod or test. At most {@link maxExcerpt} characters, its end. */
export interface LogExcerpt {
  app: string;
  environment: string;
  version: string;
  /** `Workflow post-sync-abc / smoke-test`, `Pod frontend-5d7 / app`. */
  source: string;
  at: string;
  text: string;
}

/** The stages of a deployment as they were last seen; `body` is JSON that {@link ObservationStore} does not look into. */
interface SavedDeployment {
  app: string;
  environment: string;
  commit: string;
  at: string;
  body: string;
}

export interface ObservationStore {
  /** What was seen in a cell, newest first; the same array as long as nothing was added. Answers from memory. */
  of(app: string, environment: string): readonly CellObservation[];
  /** Keeps an observation, each once. Never throws: `null`, or why it is remembered only until the end of this run. */
  record(observation: CellObservation): Failure | null;
  /** Keeps an outcome; a later one of the same operation takes its place. */
  recordOutcome(outcome: OperationOutcome): Failure | null;
  /** How an operation ended, `null` when that was never seen. */
  outcome(operationId: string): OperationOutcome | null;
  /** Keeps the end of a log; a later one of the same source takes its place. */
  keepLog(excerpt: LogExcerpt): Failure | null;
  /** Newest first. */
  logs(query: { app: string; environment: string; version?: string; limit: number }): LogExcerpt[];
  /** Keeps what was seen of a deployment; a later sight of the same one takes its place. */
  keepDeployment(seen: SavedDeployment): Failure | null;
  /** `null`: nothing was kept of it. */
  savedDeployment(app: string, environment: string, commit: string): { at: string; body: string } | null;
  /** What went wrong with the file at opening, for a person. */
  readonly notice: string | null;
  close(): void;
}

/** Characters of one excerpt. */
export const maxExcerpt = 64_000;
/** Kept per cell, and excerpts per cell: enough for months of deployments. */
const keepPerCell = 400;
const keepLogsPerCell = 60;
/** Deployments kept per cell: about a year of a busy app. */
const keepDeploymentsPerCell = 400;

const tables = `
create table if not exists observation(id integer primary key, app text, environment text, version text, what text, at text, source text);
create index if not exists observation_cell on observation(app, environment, id);
create table if not exists outcome(operationId text primary key, app text, environment text, kind text, version text, state text, at text, message text);
create index if not exists outcome_at on outcome(at);
create table if not exists excerpt(id integer primary key, app text, environment text, version text, source text, at text, text text);
create index if not exists excerpt_cell on excerpt(app, environment, id);
create table if not exists deployment(id integer primary key, app text, environment text, "commit" text, at text, body text, unique(app, environment, "commit"));
`;

/** Opens the store, or begins a new one beside a file that cannot be read. `now` names the set-aside file: milliseconds. */
export function openObservations(file: string, now: () => number = Date.now): ObservationStore {
  const { database, aside } = openLasting(file, tables, now);
  const notice = aside && `Earlier observations could not be read. The file was moved to ${aside}.`;
  const cells = new Map<string, readonly CellObservation[]>();
  const key = (app: string, environment: string) => `${environment}\0${app}`;
  const of = (app: string, environment: string): readonly CellObservation[] => {
    const known = cells.get(key(app, environment));
    if (known) return known;
    const rows = database
      .prepare(
        'select app, environment, version, what, at, source from observation where app = ? and environment = ? order by id desc',
      )
      .all(app, environment) as CellObservation[];
    cells.set(key(app, environment), rows);
    return rows;
  };
  const trim = (
    table: 'observation' | 'excerpt' | 'deployment',
    app: string,
    environment: string,
    keep: number,
  ) =>
    database
      .prepare(
        `delete from ${table} where app = ? and environment = ? and id <=
         (select id from ${table} where app = ? and environment = ? order by id desc limit 1 offset ?)`,
      )
      .run(app, environment, app, environment, keep);

  return {
    notice,
    of,
    record(one) {
      const before = of(one.app, one.environment);
      // A cluster tells of the same test run again after every start.
      if (before.some((old) => old.source === one.source && old.at === one.at && old.what === one.what))
        return null;
      cells.set(key(one.app, one.environment), [{ ...one }, ...before].slice(0, keepPerCell));
      return written(() => {
        database
          .prepare(
            'insert into observation(app, environment, version, what, at, source) values (?, ?, ?, ?, ?, ?)',
          )
          .run(one.app, one.environment, one.version, one.what, one.at, one.source);
        trim('observation', one.app, one.environment, keepPerCell);
      });
    },
    recordOutcome: (one) =>
      written(() => {
        database
          .prepare(
            'insert or replace into outcome(operationId, app, environment, kind, version, state, at, message) values (?, ?, ?, ?, ?, ?, ?, ?)',
          )
          .run(
            one.operationId,
            one.app,
            one.environment,
            one.kind,
            one.version,
            one.state,
            one.at,
            one.message,
          );
      }),
    outcome: (operationId) =>
      (database.prepare('select * from outcome where operationId = ?').all(operationId)[0] as
        | OperationOutcome
        | undefined) ?? null,
    keepLog: (one) =>
      written(() => {
        database
          .prepare('delete from excerpt where app = ? and environment = ? and version = ? and source = ?')
          .run(one.app, one.environment, one.version, one.source);
        database
          .prepare(
            'insert into excerpt(app, environment, version, source, at, text) values (?, ?, ?, ?, ?, ?)',
          )
          .run(one.app, one.environment, one.version, one.source, one.at, one.text.slice(-maxExcerpt));
        trim('excerpt', one.app, one.environment, keepLogsPerCell);
      }),
    logs: ({ app, environment, version = null, limit }) =>
      database
        .prepare(
          'select app, environment, version, source, at, text from excerpt where app = ? and environment = ? and version = ifnull(?, version) order by id desc limit ?',
        )
        .all(app, environment, version, limit) as LogExcerpt[],
    keepDeployment: (seen) =>
      written(() => {
        const { app, environment, commit, at, body } = seen;
        const { changes } = database
          .prepare(
            'update deployment set at = ?, body = ? where app = ? and environment = ? and "commit" = ?',
          )
          .run(at, body, app, environment, commit);
        if (Number(changes) > 0) return;
        database
          .prepare('insert into deployment(app, environment, "commit", at, body) values (?, ?, ?, ?, ?)')
          .run(app, environment, commit, at, body);
        trim('deployment', app, environment, keepDeploymentsPerCell);
      }),
    savedDeployment: (app, environment, commit) =>
      (database
        .prepare('select at, body from deployment where app = ? and environment = ? and "commit" = ?')
        .get(app, environment, commit) as { at: string; body: string } | undefined) ?? null,
    close: () => closeLasting(database),
  };
}
