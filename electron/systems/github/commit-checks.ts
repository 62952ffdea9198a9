import type { CommitChecks } from '../../../shared/domain/ledger/commit-checks';
import { believed, checkRunsSchema, combinedStatusSchema, runsSchema } from './answers';
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
 * Check suites of a commit that deploy it: the runs of its deploy workflows. They are checks on the commit, too, and say
 * nothing of it: one that runs would keep back the very deployment that it makes, and one that failed (at GOV.UK: since
 * whoever started it is not in the team) would warn for ever. Empty where runs may not be read: then all count.
 */
async function deployingSuites(
  github: GitHub,
  {
    owner,
    repo,
    ref,
    request,
  }: { owner: string; repo: string; ref: string; request?: { signal: AbortSignal } },
  workflows: ReadonlySet<string>,
): Promise<Set<number>> {
  try {
    const { items } = await allOf(async (page) => {
      const asking = { owner, repo, head_sha: ref, ...page, ...(request ? { request } : {}) };
      const { data } = await github.actions.listWorkflowRunsForRepo(asking);
      const runs = believed(runsSchema, data).workflow_runs;
      // A page that is not full is the last.
      return { total: runs.length < pageSize ? 0 : Number.POSITIVE_INFINITY, items: runs };
    });
    return new Set(
      items.flatMap(({ path, check_suite_id: suite }) =>
        suite && workflows.has((path ?? '').split('@')[0]?.split('/').at(-1) ?? '') ? [suite] : [],
      ),
    );
  } catch (error) {
    if (request?.signal.aborted) throw error;
    // A token that reads checks need not read runs: all of them count then, which asks for a reason too often, never too seldom.
    return new Set();
  }
}

/**
 * What ran on a commit: the latest check run of each name ("List check runs for a Git reference") and the latest status of
 * each context ("Get the combined status for a specific reference"). Both are asked, since GitHub Actions makes the one
 * and older services the other.
 * @param sha a whole commit id.
 * @param deploys file names of workflows that deploy: their own runs are no checks of the commit.
 * @throws the client's errors.
 */
export async function commitChecks(
  github: GitHub,
  repo: { owner: string; repo: string },
  sha: string,
  deploys: ReadonlySet<string>,
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
  // Asked only where it changes something.
  const isOpen = runs.items.some(
    ({ status, conclusion }) => status !== 'completed' || !fine.has(conclusion ?? ''),
  );
  const own = isOpen && deploys.size > 0 ? await deployingSuites(github, asking, deploys) : new Set<number>();
  const checks = runs.items.filter(({ check_suite: suite }) => !suite || !own.has(suite.id));
  const all: [name: string, state: 'failed' | 'pending' | 'passed'][] = [
    ...checks.map(({ name, status, conclusion }): (typeof all)[number] => [
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
