import { type Claim, claimOf, claimSchema } from '../../../shared/domain/attribution/claims';
import {
  monthPattern,
  type OperationRecord,
  operationFolder,
} from '../../../shared/domain/attribution/operation-record';
import { decodeYaml } from '../../../shared/domain/go/yaml/encoding';
import { readEntry } from '../../../shared/domain/records/record-entry';
import { recordPlace } from '../../../shared/domain/records/record-paths';
import { ObjectReader } from '../../systems/git/history/object-reader';
import { runGit } from '../../systems/git/run-git';
import type { Database } from '../../systems/sqlite/database';
import type { ReadGuard } from './read-guard';

/** Where the records of operations are read: a repo, and the commit that they are read at. */
export interface RecordsAt {
  gitDir: string;
  commit: string;
}

/** A file that is longer is no record of an operation (bytes): the longest that is allowed has 15,000. */
const longestRecord = 64_000;
/** Months that are read, the newest: forty years, so that made-up ones cost nothing. */
const mostMonths = 480;
/** Files of one month that are read, in the order of their names. */
const mostPerMonth = 20_000;
/** Files between two looks at the event loop. */
const slice = 64;
/** What this console tells of itself, in all. */
const mostTold = 10_000;

/** One file of a folder of months. */
interface Listed {
  path: string;
  blob: string;
}

/** What is to be written: claims by key; `null`: it is gone. */
export interface ClaimChanges {
  claims: Map<string, { blob: string; claim: Claim | null } | null>;
  months: Map<string, string | null>;
}

/** The folders of months that are read, each with its tree, the newest first. @throws {GitError} */
export async function monthsAt(
  { gitDir, commit }: RecordsAt,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, string>> {
  return new Map(
    (await entriesOf(gitDir, commit, [operationFolder], signal))
      .filter(({ type }) => type === 'tree')
      .map(({ path, id }) => [path.slice(operationFolder.length), id] as const)
      .filter(([name]) => monthPattern.test(name))
      .sort(([a], [b]) => (a < b ? 1 : -1))
      .slice(0, mostMonths),
  );
}

/**
 * What changed in the records of operations since they were last read: only folders of months that have another tree are
 * listed, and only files that have another content are read. What can't be read, or claims nothing, is remembered as such.
 * @param trees of {@link monthsAt}.
 * @throws {GitError}
 */
export async function changedRecords(
  database: Database,
  { gitDir, commit }: RecordsAt,
  trees: ReadonlyMap<string, string>,
  options: { guard: ReadGuard; volleys: boolean; signal: AbortSignal | undefined },
): Promise<ClaimChanges> {
  const changes: ClaimChanges = { claims: new Map(), months: new Map() };
  const stored = new Map(
    (database.prepare('select name, tree from month').all() as { name: string; tree: string }[]).map(
      ({ name, tree }) => [name, tree],
    ),
  );
  const { signal } = options;
  for (const name of stored.keys()) if (!trees.has(name)) changes.months.set(name, null);
  for (const [name, tree] of trees) if (stored.get(name) !== tree) changes.months.set(name, tree);
  const known = database.prepare('select key, blob from claim where key between ? and ?');
  const wanted: Listed[] = [];
  for (const [name, tree] of changes.months) {
    const folder = `${operationFolder}${name}/`;
    const before = new Map(
      (known.all(folder, `${folder}\uffff`) as { key: string; blob: string }[]).map(({ key, blob }) => [
        key,
        blob,
      ]),
    );
    const files = tree === null ? [] : await entriesOf(gitDir, commit, [folder], signal);
    const now = files
      .filter(({ type, path }) => type === 'blob' && recordPlace(path)?.kind === 'operation')
      .sort((a, b) => (a.path < b.path ? -1 : 1))
      .slice(0, mostPerMonth);
    const paths = new Set(now.map(({ path }) => path));
    for (const key of before.keys()) if (!paths.has(key)) changes.claims.set(key, null);
    for (const { path, id } of now) if (before.get(path) !== id) wanted.push({ path, blob: id });
  }
  await readRecords(gitDir, wanted, changes, options);
  return changes;
}

async function readRecords(
  gitDir: string,
  wanted: readonly Listed[],
  { claims }: ClaimChanges,
  { guard, volleys, signal }: { guard: ReadGuard; volleys: boolean; signal: AbortSignal | undefined },
): Promise<void> {
  if (wanted.length === 0) return;
  const objects = new ObjectReader(gitDir, volleys, signal);
  try {
    for (let start = 0; start < wanted.length; start += slice) {
      const some = wanted.slice(start, start + slice);
      const found = await Promise.all(some.map(({ blob }) => objects.read(blob)));
      for (const [at, { path, blob }] of some.entries()) {
        const content = found[at]?.content ?? null;
        const read =
          content === null || content.length > longestRecord || guard.skips(blob)
            ? null
            : guard.reading(blob, () => claimIn(path, content));
        claims.set(path, { blob, claim: read });
      }
    }
  } finally {
    objects.close();
  }
}

/** What a record's file claims; `null`: nothing that could be read. */
function claimIn(path: string, content: Buffer): Claim | null {
  const decoded = decodeYaml(content);
  const entry = decoded && readEntry(path, decoded.text);
  if (!entry?.found.ok) return null;
  return claimOf(entry.found.value as OperationRecord);
}

/** What this console told of itself that differs from what is stored. */
export function changedTold(database: Database, told: readonly Claim[]): ClaimChanges['claims'] {
  const changes: ClaimChanges['claims'] = new Map();
  const before = new Map(
    (
      database.prepare("select key, blob from claim where key between '!' and '!~'").all() as {
        key: string;
        blob: string;
      }[]
    ).map(({ key, blob }) => [key, blob]),
  );
  for (const one of told.slice(0, mostTold)) {
    const claim = claimSchema.safeParse(one).data;
    if (!claim) continue;
    const key = `!${claim.source}:${claim.operation ?? claim.commit}:${claim.run?.name ?? ''}`;
    const text = JSON.stringify(claim);
    if (before.get(key) !== text) changes.set(key, { blob: text, claim });
    before.delete(key);
  }
  for (const key of before.keys()) changes.set(key, null);
  return changes;
}

interface Entry {
  type: string;
  id: string;
  path: string;
}

/** What lies directly in a folder at a commit; empty where there is none (git-ls-tree(1)). */
async function entriesOf(
  gitDir: string,
  commit: string,
  folders: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Entry[]> {
  const { stdout } = await runGit(['ls-tree', '-z', '--end-of-options', commit, '--', ...folders], {
    gitDir,
    ...(signal ? { signal } : {}),
  });
  return stdout
    .toString('utf8')
    .split('\0')
    .flatMap((line) => {
      const [, type, id, path] = /^\d+ (\w+) ([0-9a-f]+)\t(.+)$/s.exec(line) ?? [];
      return type && id && path ? [{ type, id, path }] : [];
    });
}
