/**
 * What the cluster forgets and what was asked of it by hand: workflows as they were last seen, the list of manual actions,
 * the ids of the window's requests, and runs of GitHub Actions. A file of its own beside the observations; a damaged one is set aside, never deleted.
 */
import { type Claim, claimSchema } from '../../shared/domain/attribution/claims';
import type { Failure } from '../../shared/domain/failure/failure';
import { type ManualAction, manualActionSchema } from '../../shared/domain/operation/manual-action';
import { type Workflow, workflowSchema } from '../../shared/domain/workflows/workflow';
import { closeLasting, openLasting } from '../systems/sqlite/lasting-database';
import { type RunArchive, runArchive, runTables } from './run-archive';
import { written } from './written';

/** Kept per cell: weeks of runs. */
const keepWorkflows = 60;
/** Kept in all. */
const keepActions = 5_000;
/** Remembered in all: more than a person clicks in months. */
const keepRequests = 10_000;
/** Claims on commits: years of them. */
const keepClaims = 5_000;
/** Longer ones are kept without their steps: characters of JSON. */
const longest = 512 * 1024;

/** A request of the window, as it is remembered: under its id, what was asked for. */
export interface StoredRequest {
  id: string;
  procedure: string;
  /** SHA-256 of the input without the id. */
  digest: string;
  /** Made by the main process, never by the window: of the operation that it begins, where it begins one. */
  operationId: string;
  /** ISO 8601 UTC. */
  at: string;
}

export interface ArchiveStore {
  /** Keeps a workflow as it is seen now; a later look takes its place. `at`: ISO 8601 UTC. */
  keepWorkflow(workflow: Workflow, at: string): Failure | null;
  /** Newest first. */
  workflows(query: {
    app: string;
    environment: string;
    version?: string;
    limit: number;
  }): { workflow: Workflow; seenAt: string }[];
  /** Keeps an action; a later one of the same id takes its place. */
  recordAction(action: ManualAction): Failure | null;
  action(id: string): ManualAction | null;
  /** Remembers a request; what is there under its id stays. */
  recordRequest(request: StoredRequest): Failure | null;
  request(id: string): StoredRequest | null;
  /** Newest first. */
  actions(query: { app?: string; environment?: string; limit: number }): ManualAction[];
  /** Keeps whose a commit is that somebody else made; a later word of the same witness takes its place. */
  keepClaim(claim: Claim, at: string): Failure | null;
  /** All that are kept. */
  claims(): Claim[];
  readonly runs: RunArchive;
  /** What went wrong with the file at opening, for a person. */
  readonly notice: string | null;
  close(): void;
}

const tables = `
create table if not exists workflow(environment text, namespace text, name text, app text, version text, startedAt text, seenAt text, json text, primary key(environment, namespace, name)) without rowid;
create index if not exists workflow_cell on workflow(app, environment, startedAt);
create table if not exists action(id text primary key, at text, app text, environment text, json text) without rowid;
create index if not exists action_at on action(at);
create table if not exists request(id text primary key, procedure text, digest text, operationId text, at text) without rowid;
create index if not exists request_at on request(at);
create table if not exists claim(id text primary key, at text, json text) without rowid;
create index if not exists claim_at on claim(at);
`;

/** Opens the store, or begins a new one beside a file that cannot be read. `now`: milliseconds, for that file's name. */
export function openArchive(file: string, now: () => number = Date.now): ArchiveStore {
  const { database, aside } = openLasting(file, `${tables}${runTables}`, now);
  const notice =
    aside && `Saved workflows and the list of actions could not be read. The file was moved to ${aside}.`;
  /** Rows that a version of another shape wrote are left out. */
  const read = <T>(rows: unknown[], parse: (json: unknown) => { success: boolean; data?: T }): T[] =>
    (rows as { json: string }[]).flatMap(({ json }) => {
      const parsed = parse(JSON.parse(json));
      return parsed.success && parsed.data !== undefined ? [parsed.data] : [];
    });

  return {
    notice,
    runs: runArchive(database),
    keepWorkflow: (workflow, at) =>
      written(() => {
        const { environment, namespace, name, labels, startedAt } = workflow;
        const app = labels.repoName ?? '';
        const whole = JSON.stringify(workflow);
        const json =
          whole.length <= longest
            ? whole
            : JSON.stringify({
                ...workflow,
                nodes: [],
                nodesUnavailable: 'It had too many steps to save.',
              });
        database
          .prepare(
            'insert or replace into workflow(environment, namespace, name, app, version, startedAt, seenAt, json) values (?, ?, ?, ?, ?, ?, ?, ?)',
          )
          .run(environment, namespace, name, app, labels.imageTag ?? '', startedAt ?? at, at, json);
        database
          .prepare(
            `delete from workflow where app = ? and environment = ? and startedAt <
             (select startedAt from workflow where app = ? and environment = ? order by startedAt desc limit 1 offset ?)`,
          )
          .run(app, environment, app, environment, keepWorkflows - 1);
      }),
    workflows: ({ app, environment, version = null, limit }) => {
      const rows = database
        .prepare(
          'select seenAt, json from workflow where app = ? and environment = ? and version = ifnull(?, version) order by startedAt desc limit ?',
        )
        .all(app, environment, version, limit) as { seenAt: string; json: string }[];
      return rows.flatMap((row) =>
        read([row], (json) => workflowSchema.safeParse(json)).map((workflow) => ({
          workflow,
          seenAt: row.seenAt,
        })),
      );
    },
    recordAction: (action) =>
      written(() => {
        database
          .prepare('insert or replace into action(id, at, app, environment, json) values (?, ?, ?, ?, ?)')
          .run(action.id, action.at, action.app, action.environment, JSON.stringify(action));
        database
          .prepare('delete from action where at < (select at from action order by at desc limit 1 offset ?)')
          .run(keepActions - 1);
      }),
    action: (id) =>
      read(database.prepare('select json from action where id = ?').all(id), (json) =>
        manualActionSchema.safeParse(json),
      )[0] ?? null,
    recordRequest: ({ id, procedure, digest, operationId, at }) =>
      written(() => {
        database
          .prepare(
            'insert or ignore into request(id, procedure, digest, operationId, at) values (?, ?, ?, ?, ?)',
          )
          .run(id, procedure, digest, operationId, at);
        database
          .prepare(
            'delete from request where at < (select at from request order by at desc limit 1 offset ?)',
          )
          .run(keepRequests - 1);
      }),
    request: (id) => {
      const row = database
        .prepare('select procedure, digest, operationId, at from request where id = ?')
        .get(id) as Omit<StoredRequest, 'id'> | undefined;
      if (!row) return null;
      const { procedure, digest, operationId, at } = row;
      return { id, procedure, digest, operationId, at };
    },
    actions: ({ app = null, environment = null, limit }) =>
      read(
        database
          .prepare(
            'select json from action where app = ifnull(?, app) and environment = ifnull(?, environment) order by at desc, id desc limit ?',
          )
          .all(app, environment, limit),
        (json) => manualActionSchema.safeParse(json),
      ),
    keepClaim: (claim, at) =>
      written(() => {
        const id = `${claim.source} ${claim.operation ?? claim.commit}`;
        database
          .prepare('insert or replace into claim(id, at, json) values (?, ?, ?)')
          .run(id, at, JSON.stringify(claim));
        database
          .prepare('delete from claim where at < (select at from claim order by at desc limit 1 offset ?)')
          .run(keepClaims - 1);
      }),
    claims: () =>
      read(database.prepare('select json from claim order by id').all(), (json) =>
        claimSchema.safeParse(json),
      ),
    close: () => closeLasting(database),
  };
}
