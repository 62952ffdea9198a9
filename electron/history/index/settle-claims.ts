import { type Claim, claimSchema, type Verdict, verdictOn } from '../../../shared/domain/attribution/claims';
import type { Database } from '../../systems/sqlite/database';
import { type ClaimChanges, changedRecords, changedTold, type RecordsAt } from './claim-sources';
import { lineDescent } from './descent';
import { deploymentWhat, flag, kindByFlags, kindNumber } from './event-row';
import type { ChangedRow } from './event-writer';
import type { IndexWriting } from './index-writing';

/** Claims on one commit that are looked at. More are no operations, and none of them is believed. */
const mostPerCommit = 50;
/** Rows beside a deployment's among which another file of the same commit would be. */
const neighbours = 64;

/** What is known, besides the commits, of who did what. */
export interface Witnesses {
  /** Where records of operations lie; `null`: nowhere that is read. */
  records: RecordsAt | null;
  /** What this console knows of itself and of GitHub's runs; `null`: as it was told before. */
  told: readonly Claim[] | null;
}

interface Row extends ChangedRow {
  cell: number;
  at: number;
  what: number;
  oid: string;
  app: string;
  environment: string;
  after: string | null;
  operation: string | null;
  author: string;
}

/**
 * Says in the rows of the index who started the deployments that bots committed. What it comes to hangs on nothing but
 * the newest records, what was told, and the commits: so an index that was kept up and one that is built anew agree.
 * @param months the folders of months, on their way since the beginning of the update; `null`: they are read already.
 * @returns how many rows say another thing than before.
 * @throws {GitError} and SQLite's errors; the caller takes the transaction back.
 */
export async function settleClaims(
  writing: IndexWriting,
  { records, told }: Witnesses,
  months: Promise<ReadonlyMap<string, string>> | null,
  volleys: boolean,
  signal: AbortSignal | undefined,
): Promise<number> {
  const { database, guard, meta, writer } = writing;
  const asked = months === null ? null : records;
  const changes: ClaimChanges = asked
    ? await changedRecords(database, asked, (await months) ?? new Map(), { guard, volleys, signal })
    : { claims: new Map(), months: new Map() };
  if (told) for (const [key, claim] of changedTold(database, told)) changes.claims.set(key, claim);
  const isIdle = changes.claims.size === 0 && changes.months.size === 0;
  const unjudged = meta.get('unjudged');
  if (isIdle && unjudged === null) {
    if (asked) writer.setMeta('records', asked.commit);
    return 0;
  }
  writer.begin();
  const oids = new Set([...freshlyClaimed(database, unjudged), ...writeClaims(database, changes)]);
  if (asked) writer.setMeta('records', asked.commit);
  writer.setMeta('unjudged', null);
  const found = [...oids].flatMap((oid) => commitsOf(database, oid));
  await lineDescent(
    writing,
    found.flatMap(({ row, claims }) => claims.flatMap(({ base }) => (base ? [{ base, oid: row.oid }] : []))),
    signal,
  );
  let changed = 0;
  const after = database.prepare('select after from descent where base = ? and oid = ?');
  for (const { row, rows, claims, alone } of found) {
    const verdict = verdictOn(
      {
        commit: row.oid,
        app: row.app,
        environment: row.environment,
        version: row.after ?? '',
        at: row.at * 1000,
        alone,
        operation: row.operation,
      },
      claims,
      (base) => (after.all(base, row.oid)[0] as { after: number } | undefined)?.after === 1,
    );
    changed += attribute(writing, rows, verdict);
  }
  writer.commit();
  return changed;
}

/** Takes everything back that claims have changed: before older history comes, which decides the kinds of its rows anew. */
export function withdrawClaims(writing: IndexWriting): void {
  const { database } = writing;
  const ids = database.prepare('select id from attributed').all() as { id: number }[];
  attribute(
    writing,
    ids.flatMap(({ id }) => rowsBetween(database, id, id)),
    null,
  );
  database.exec('delete from claim; delete from month; delete from descent;');
  writing.writer.setMeta('records', null);
  writing.writer.setMeta('unjudged', 'all');
}

/** Commits with claims among the rows that nobody has looked at: those with a lesser id, or all. */
function freshlyClaimed(database: Database, unjudged: string | null): string[] {
  if (unjudged === null) return [];
  const sql =
    unjudged === 'all'
      ? 'select distinct lower(hex(oid)) as oid from claim where oid is not null'
      : 'select distinct lower(hex(e.oid)) as oid from event e cross join claim c on c.oid = e.oid where e.id < ? and e.what = 2';
  const params = unjudged === 'all' ? [] : [Number(unjudged)];
  return (database.prepare(sql).all(...params) as { oid: string }[]).map(({ oid }) => oid);
}

/** @returns the commits that are claimed in another way than before. */
function writeClaims(database: Database, { claims, months }: ClaimChanges): string[] {
  const before = database.prepare(
    'select lower(hex(oid)) as oid from claim where key = ? and oid is not null',
  );
  const put = database.prepare('insert or replace into claim(key, blob, oid, claim) values (?, ?, ?, ?)');
  const drop = database.prepare('delete from claim where key = ?');
  const month = database.prepare('insert or replace into month(name, tree) values (?, ?)');
  const dropMonth = database.prepare('delete from month where name = ?');
  const oids: string[] = [];
  for (const [key, change] of claims) {
    for (const { oid } of before.all(key) as { oid: string }[]) oids.push(oid);
    if (!change) drop.run(key);
    else {
      const { blob, claim } = change;
      put.run(key, blob, claim && Buffer.from(claim.commit, 'hex'), claim && JSON.stringify(claim));
      if (claim) oids.push(claim.commit);
    }
  }
  for (const [name, tree] of months) {
    if (tree === null) dropMonth.run(name);
    else month.run(name, tree);
  }
  return oids;
}

const rowSql = `select e.id, e.cell, e.at, e.what, lower(hex(e.oid)) as oid, c.app, c.environment, e.after,
  ifnull(d.actor, e.actor) as actor, a.name as author,
  case when d.id is null then e.note else d.note end as note, case when d.id is null then e.kind else d.kind end as kind,
  ifnull(d.flags, e.flags) as flags, n.operation
  from event e join cell c on c.id = e.cell left join attributed d on d.id = e.id
  join actor a on a.id = ifnull(d.actor, e.actor)
  left join note n on n.id = case when d.id is null then e.note else d.note end`;

/** Rows as their commits made them, whatever is said in them by now. */
const rowsBetween = (database: Database, first: number, last: number): Row[] =>
  database.prepare(`${rowSql} where e.id between ? and ? order by e.id`).all(first, last) as Row[];

interface Claimed {
  /** The deployment. */
  row: Row;
  /** All rows of the commit and the deployment's file. */
  rows: Row[];
  claims: Claim[];
  alone: boolean;
}

/** The deployments of a commit of which a claim may be true, with all that is claimed of the commit. */
function commitsOf(database: Database, oid: string): Claimed[] {
  const blob = Buffer.from(oid, 'hex');
  const stored = database
    .prepare('select claim from claim where oid = ? order by key limit ?')
    .all(blob, mostPerCommit + 1) as { claim: string }[];
  const claims =
    stored.length > mostPerCommit
      ? []
      : stored.flatMap(({ claim }) => claimSchema.safeParse(JSON.parse(claim)).data ?? []);
  const known = database
    .prepare('select d.id from attributed d join event e on e.id = d.id where e.oid = ? and e.what = 2')
    // Alone, a buffer or null would be taken for named parameters.
    .all([blob]) as { id: number }[];
  const find = database.prepare(
    'select id from event indexed by event_after where after = ? and what = 2 and oid = ?',
  );
  const versions = new Set(claims.map(({ version }) => version));
  const ids = new Set(
    [...known, ...[...versions].flatMap((version) => find.all(version, blob) as { id: number }[])].map(
      ({ id }) => id,
    ),
  );
  return [...ids].flatMap((id) => {
    const beside = rowsBetween(database, id - neighbours, id + neighbours).filter((one) => one.oid === oid);
    const row = beside.find((one) => one.id === id);
    if (!row) return [];
    const rows = beside.filter(({ cell }) => cell === row.cell);
    return [{ row, rows, claims, alone: rows.length === beside.length }];
  });
}

/** Puts a verdict into rows, or takes back what stands in them. @returns rows that say another thing now. */
function attribute(
  { database, writer }: IndexWriting,
  rows: readonly Row[],
  verdict: Verdict | null,
): number {
  const said = verdict && JSON.stringify(verdict);
  const stored = database.prepare('select verdict from attributed where id = ?');
  const noteOf = database.prepare('select note from event where id = ?');
  const keep = database.prepare(
    'insert or replace into attributed(id, verdict, actor, note, kind, flags) values (?, ?, ?, ?, ?, ?)',
  );
  const forget = database.prepare('delete from attributed where id = ?');
  const dropNote = database.prepare('delete from note where id = ?');
  let changed = 0;
  for (const row of rows) {
    const before = (stored.all(row.id)[0] as { verdict: string } | undefined)?.verdict ?? null;
    if (before === said) continue;
    changed += 1;
    const ownNote = before === null ? null : (noteOf.all(row.id)[0] as { note: number | null }).note;
    const { id, actor, note, kind, flags } = row;
    if (verdict && said !== null) {
      keep.run(id, said, actor, note, kind, flags);
      writer.change([attributedRow({ database, writer }, row, verdict)]);
    } else {
      writer.change([{ id, actor, note, kind, flags }]);
      forget.run(id);
    }
    if (ownNote !== null) dropNote.run(ownNote);
  }
  return changed;
}

function attributedRow(
  { database, writer }: Pick<IndexWriting, 'database' | 'writer'>,
  row: Row,
  { startedBy, operation, kind, reason }: Verdict,
): ChangedRow {
  const [own] = database
    .prepare('select body, reason, operation, otherPath from note where id is ?')
    .all([row.note]) as {
    body: string;
    reason: string | null;
    operation: string | null;
    otherPath: string | null;
  }[];
  const person = 'name' in startedBy ? startedBy.name : null;
  const note = writer.storeNote({
    body: own?.body ?? '',
    reason: own?.reason ?? reason,
    operation: own?.operation ?? operation,
    otherPath: own?.otherPath ?? null,
    author: person === null ? null : row.author,
    started: JSON.stringify(startedBy),
  });
  const isTold = row.what === deploymentWhat && kind !== null && !(row.flags & flag.told);
  const flags = isTold ? row.flags | flag.told : row.flags;
  return {
    id: row.id,
    actor: person === null ? row.actor : writer.actor(person),
    note,
    flags,
    kind: isTold ? kindByFlags(flags, kindNumber(kind)) : row.kind,
  };
}
