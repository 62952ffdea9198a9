/**
 * What a Concourse forgets: builds with what they took and put, bags, pins and disabled marks as they were seen, and logs of
 * builds. Unlike the index this cannot be had again; a damaged file is set aside, never deleted. No secret of a resource's
 * `source` comes here: `/config` and `/jobs/:j/inputs` are never asked, and of a bag only the members that name it are kept.
 */
import { z } from 'zod';
import { buildStatuses } from '../../shared/domain/concourse/answers';
import type { PolicySight } from '../../shared/domain/concourse/past';
import type { Failure } from '../../shared/domain/failure/failure';
import { closeLasting, openLasting } from '../systems/sqlite/lasting-database';
import { type BuildLogArchive, buildLogArchive, buildLogTables } from './build-logs';
import { written } from './written';

const time = z.string().nullable();
const buildSchema = z.object({
  id: z.number().int(),
  name: z.string(),
  team: z.string(),
  pipeline: z.string(),
  job: z.string(),
  status: z.enum(buildStatuses),
  startedAt: time,
  endedAt: time,
  rerunOf: z.object({ id: z.number().int(), name: z.string() }).nullable(),
  createdBy: z.string().nullable(),
  comment: z.string().nullable(),
  reapedAt: time,
});
type KeptBuild = z.infer<typeof buildSchema>;

const versionSchema = z.object({
  version: z.record(z.string(), z.string()),
  metadata: z.array(z.object({ name: z.string(), value: z.string() })),
});
/** A bag's version: its value, and of its metadata what names the services. */
export type KeptVersion = z.infer<typeof versionSchema>;

const sightSchema = z.object({
  what: z.enum(['pin', 'disabled']),
  bag: z.number().int(),
  on: z.boolean(),
  by: z.string(),
  reason: z.string(),
  at: z.string(),
  after: time,
}) satisfies z.ZodType<PolicySight>;

/** What is kept of one environment's pipeline. */
export interface KeptStage {
  builds: KeptBuild[];
  /** Ids of the builds that took and put a version, by its key. */
  taken: Map<string, Set<number>>;
  put: Map<string, Set<number>>;
  versions: Map<string, KeptVersion>;
  sights: PolicySight[];
  /** The newest build of when it was kept first: what is not known of before is no gap. `null`: nothing was kept yet. */
  begin: number | null;
  /** When it was looked at last. */
  last: string | null;
}

/** What is new of one environment's pipeline; what is there already stays as it is, or becomes what it is now. */
export interface KeptNews {
  builds: readonly KeptBuild[];
  taken: readonly (readonly [key: string, build: number])[];
  put: readonly (readonly [key: string, build: number])[];
  versions: readonly (readonly [key: string, version: KeptVersion])[];
  sights: readonly PolicySight[];
  /** When it was looked at. */
  at: string;
}

export interface ConcourseArchive {
  /** @param pipeline the estate's own name */
  stage(pipeline: string, environment: string): KeptStage;
  keep(pipeline: string, environment: string, news: KeptNews): Failure | null;
  readonly logs: BuildLogArchive;
  /** What went wrong with the file at opening, for a person. */
  readonly notice: string | null;
  close(): void;
}

/** Builds of one environment that are kept, the newest: years of them. */
const keepBuilds = 20_000;

const tables = `
create table if not exists build(pipeline text, environment text, id integer, json text, primary key(pipeline, environment, id)) without rowid;
create table if not exists used(pipeline text, environment text, how text, key text, build integer, primary key(pipeline, environment, how, key, build)) without rowid;
create table if not exists version(pipeline text, environment text, key text, json text, primary key(pipeline, environment, key)) without rowid;
create table if not exists sight(pipeline text, environment text, number integer, json text, primary key(pipeline, environment, number)) without rowid;
create table if not exists look(pipeline text, environment text, begin integer, last text, primary key(pipeline, environment)) without rowid;
`;

/** Opens the archive, or begins a new one beside a file that cannot be read. `now`: milliseconds, for that file's name. */
export function openConcourseArchive(file: string, now: () => number = Date.now): ConcourseArchive {
  const { database, aside } = openLasting(file, `${tables}${buildLogTables}`, now);
  const read = <T>(rows: unknown[], schema: z.ZodType<T>): T[] =>
    (rows as { json: string }[]).flatMap(({ json }) => {
      const parsed = schema.safeParse(JSON.parse(json));
      // What another version wrote otherwise is left out.
      return parsed.success ? [parsed.data] : [];
    });
  return {
    notice: aside && `The history of Concourse pipelines could not be read. The file was moved to ${aside}.`,
    logs: buildLogArchive(database),
    stage(pipeline, environment) {
      const used = (how: 'taken' | 'put'): Map<string, Set<number>> => {
        const all = new Map<string, Set<number>>();
        for (const row of database
          .prepare('select key, build from used where pipeline = ? and environment = ? and how = ?')
          .all(pipeline, environment, how) as { key: string; build: number }[]) {
          const ids = all.get(row.key) ?? new Set();
          all.set(row.key, ids.add(row.build));
        }
        return all;
      };
      const versions = database
        .prepare('select key, json from version where pipeline = ? and environment = ?')
        .all(pipeline, environment) as { key: string; json: string }[];
      const [look] = database
        .prepare('select begin, last from look where pipeline = ? and environment = ?')
        .all(pipeline, environment) as { begin: number; last: string }[];
      return {
        builds: read(
          database
            .prepare('select json from build where pipeline = ? and environment = ? order by id')
            .all(pipeline, environment),
          buildSchema,
        ),
        taken: used('taken'),
        put: used('put'),
        versions: new Map(
          versions.flatMap((row) =>
            read([row], versionSchema).map((version): [string, KeptVersion] => [row.key, version]),
          ),
        ),
        sights: read(
          database
            .prepare('select json from sight where pipeline = ? and environment = ? order by number')
            .all(pipeline, environment),
          sightSchema,
        ),
        begin: look?.begin ?? null,
        last: look?.last ?? null,
      };
    },
    keep: (pipeline, environment, { builds, taken, put, versions, sights, at }) =>
      written(() => {
        database.exec('begin immediate');
        try {
          const build = database.prepare(
            'insert or replace into build(pipeline, environment, id, json) values (?, ?, ?, ?)',
          );
          for (const one of builds)
            build.run(pipeline, environment, one.id, JSON.stringify(buildSchema.parse(one)));
          const use = database.prepare(
            'insert or ignore into used(pipeline, environment, how, key, build) values (?, ?, ?, ?, ?)',
          );
          for (const [key, id] of taken) use.run(pipeline, environment, 'taken', key, id);
          for (const [key, id] of put) use.run(pipeline, environment, 'put', key, id);
          const version = database.prepare(
            'insert or replace into version(pipeline, environment, key, json) values (?, ?, ?, ?)',
          );
          for (const [key, value] of versions) version.run(pipeline, environment, key, JSON.stringify(value));
          const sight = database.prepare(
            `insert into sight(pipeline, environment, number, json) values
             (?, ?, (select ifnull(max(number), 0) + 1 from sight where pipeline = ? and environment = ?), ?)`,
          );
          for (const one of sights)
            sight.run(pipeline, environment, pipeline, environment, JSON.stringify(one));
          database
            .prepare(
              `insert into look(pipeline, environment, begin, last) values (?, ?, ?, ?)
               on conflict(pipeline, environment) do update set last = excluded.last`,
            )
            .run(pipeline, environment, Math.max(0, ...builds.map(({ id }) => id)), at);
          database
            .prepare(
              `delete from build where pipeline = ? and environment = ? and id <
               (select id from build where pipeline = ? and environment = ? order by id desc limit 1 offset ?)`,
            )
            .run(pipeline, environment, pipeline, environment, keepBuilds - 1);
          database.exec('commit');
        } catch (error) {
          if (database.inTransaction) database.exec('rollback');
          throw error;
        }
      }),
    close: () => closeLasting(database),
  };
}
