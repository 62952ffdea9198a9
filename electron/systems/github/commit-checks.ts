import type { CommitChecks } from '../../../shared/domain/ledger/commit-checks';
import { believed, checkRunsSchema, combinedStatusSchema } from './answers';
import type { GitHub } from './github-client';

const pageSize = 100;
/** Pages that are read of each. */
const mostPages = 10;

/** Conclusions that are no failure (REST API, "Check runs": `conclusion`); what GitHub may add one day counts as one. */
const fine = new Set(['success', 'neutral', 'skipped']);

/** Pages of a list whose whole length GitHub tells. */
async function allOf<T>(
  ask: (page: { page: number; per_page: number }) => Promise<{ total: number; items: T[] }>,
): Promise<{ items: T[]; partial: boolean }> {
  const items: T[] = [];
  for (let page = 1; page <= mostPages; page += 1) {
    const answer = await ask({ page, per_page: pageSize });
    items.push(...answer.items);
    if (answer.items.length === 0 || items.length >= answer.total)
      return { items, partial: items.length < answer.total };
  }
  return { items, partial: true };
}

/**
 * What ran on a commit: the latest check run of each name ("List check runs for a Git reference") and the latest status of
 * each context ("Get the combined status for a specific reference"). Both are asked, since GitHub Actions makes the one
 * and older services the other.
 * @param sha a whole commit id. @throws the client's errors.
 */
export async function commitChecks(
  github: GitHub,
  repo: { owner: string; repo: string },
  sha: string,
  signal?: AbortSignal,
): Promise<Extract<CommitChecks, { state: 'known' }>> {
  const asking = { ...repo, ref: sha, ...(signal ? { request: { signal } } : {}) };
  const [runs, statuses] = await Promise.all([
    allOf(async (page) => {
      const { data } = await github.checks.listForRef({ ...asking, ...page });
      const { total_count: total, check_runs: items } = believed(checkRunsSchema, data);
      return { total, items };
    }),
    allOf(async (page) => {
      const { data } = await github.repos.getCombinedStatusForRef({ ...asking, ...page });
      const { total_count: total, statuses: items } = believed(combinedStatusSchema, data);
      return { total, items };
    }),
  ]);
  const all: [name: string, state: 'failed' | 'pending' | 'passed'][] = [
    ...runs.items.map(({ name, status, conclusion }): (typeof all)[number] => [
      name,
      status !== 'completed' ? 'pending' : fine.has(conclusion ?? '') ? 'passed' : 'failed',
    ]),
    ...statuses.items.map(({ context, state }): (typeof all)[number] => [
      context,
      state === 'success' ? 'passed' : state === 'pending' ? 'pending' : 'failed',
    ]),
  ];
  const named = (wanted: 'failed' | 'pending'): string[] =>
    all.filter(([, state]) => state === wanted).map(([name]) => name);
  return {
    state: 'known',
    failed: named('failed'),
    pending: named('pending'),
    passed: all.filter(([, state]) => state === 'passed').length,
    partial: runs.partial || statuses.partial,
  };
}
