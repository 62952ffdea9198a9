import { runGit } from '../../systems/git/run-git';
import type { IndexWriting } from './index-writing';

/** Commits below the tip among which nearly all that is asked for lies. */
const near = 2_000;

/** Whether a commit lies after another one on the first-parent line. */
export interface Pair {
  base: string;
  oid: string;
}

/**
 * Finds out which commits lie after which, and stores it: that never changes. Walks the line once, at most, however many
 * are asked for. Of commits that are not on the line nothing is stored. Within a transaction.
 */
export async function lineDescent(
  { database, gitDir, meta }: Pick<IndexWriting, 'database' | 'gitDir' | 'meta'>,
  pairs: readonly Pair[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const stored = database.prepare('select after from descent where base = ? and oid = ?');
  const open = pairs.filter(({ base, oid }) => stored.all(base, oid).length === 0);
  const { tip } = meta;
  if (open.length === 0 || tip === null) return;
  const wanted = new Set(open.flatMap(({ base, oid }) => [base, oid]));
  const walk = async (limit: readonly string[]): Promise<Map<string, number>> => {
    const { stdout } = await runGit(['rev-list', '--first-parent', ...limit, '--end-of-options', tip], {
      gitDir,
      ...(signal ? { signal } : {}),
    });
    const places = new Map<string, number>();
    for (const [place, oid] of stdout.toString('latin1').split('\n').entries())
      if (wanted.has(oid)) places.set(oid, place);
    return places;
  };
  let places = await walk([`--max-count=${near}`]);
  if (places.size < wanted.size) places = await walk([]);
  const put = database.prepare('insert or replace into descent(base, oid, after) values (?, ?, ?)');
  for (const { base, oid } of open) {
    const [older, newer] = [places.get(base), places.get(oid)];
    if (newer !== undefined) put.run(base, oid, older !== undefined && older > newer ? 1 : 0);
  }
}
