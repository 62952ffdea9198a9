import { peopleByEmail } from '../estate/people';
import type { FileChange } from '../git/diff';
import { linkHeader, pageOf } from './paging';
import { notFound, Problem } from './problem';
import { type Answer, commitOf, type RepoContext } from './repo-context';
import { mergedPull } from './repository-shapes';
import { commit, commitWithFiles, comparison, diffFile } from './shapes';

/** GitHub names at most 300 files of a commit or comparison. */
const mostFiles = 300;
/** Commits of a comparison where no page is asked for. */
const comparisonPage = 250;

async function filesBetween(context: RepoContext, base: string | null, head: string) {
  const files = (await context.repo.diff(base, head)).slice(0, mostFiles);
  const patches = await Promise.all(
    // A patch costs a process of its own: enough for what a screen shows.
    files.map((file, index) => (index < 20 ? context.repo.patch(base, head, file.path) : '')),
  );
  return files.map((file: FileChange, index) => diffFile(context.place, head, file, patches[index] ?? ''));
}

/** `GET /repos/{owner}/{repo}/commits` with `sha`, `path`, `author`, `since`, `until`, newest first. */
export async function listCommits(context: RepoContext): Promise<Answer> {
  const query = context.url.searchParams;
  const page = pageOf(query);
  const head = await commitOf(context, query.get('sha') || 'main');
  const filters: string[] = [];
  for (const [field, option] of [
    ['author', '--author'],
    ['since', '--since'],
    ['until', '--until'],
  ] as const) {
    const value = query.get(field);
    if (value) filters.push(`${option}=${value}`);
  }
  const path = query.get('path');
  const tail = path ? [head, '--', path] : [head, '--'];
  const found = await context.repo.log([
    ...filters,
    `--skip=${(page.page - 1) * page.perPage}`,
    `--max-count=${page.perPage + 1}`,
    ...tail,
  ]);
  const total = (page.page - 1) * page.perPage + found.length;
  const link = linkHeader(context.url, page, total);
  const body = found.slice(0, page.perPage).map((info) => commit(context.place, info));
  return { status: 200, body, headers: link ? { link } : {} };
}

/** `GET /repos/{owner}/{repo}/commits/{ref}`, with files against the first parent. */
export async function getCommit(context: RepoContext, revision: string): Promise<Answer> {
  let sha: string;
  try {
    sha = await commitOf(context, revision);
  } catch (error) {
    if (error instanceof Problem && error.status === 404)
      throw new Problem(422, `No commit found for SHA: ${revision}`);
    throw error;
  }
  const info = await context.repo.commit(sha);
  const files = await filesBetween(context, info.parents[0] ?? null, sha);
  return { status: 200, body: commitWithFiles(context.place, info, files) };
}

/**
 * `GET /repos/{owner}/{repo}/compare/{base}...{head}`: commits of head that base lacks, oldest first, in pages;
 * files (from the merge base to head) on the first page alone.
 */
export async function compare(context: RepoContext, basehead: string): Promise<Answer> {
  const [baseName = '', headName = '', more] = basehead.split('...');
  if (!baseName || !headName || more !== undefined) throw notFound();
  const { repo, place, url } = context;
  const [base, head] = [await commitOf(context, baseName), await commitOf(context, headName)];
  const mergeBase = await repo.mergeBase(base, head);
  if (mergeBase === null) throw new Problem(404, 'No common ancestor between the two commits.');
  const page = pageOf(url.searchParams, comparisonPage);
  const { ahead, behind } = await repo.aheadBehind(base, head);
  // `--reverse` is applied after `--skip` and `--max-count`: the page is counted from the end.
  const skip = Math.max(0, ahead - page.page * page.perPage);
  const count = Math.min(page.perPage, Math.max(0, ahead - (page.page - 1) * page.perPage));
  const [commits, files, baseCommit, mergeBaseCommit] = await Promise.all([
    count === 0
      ? []
      : repo.log(['--topo-order', '--reverse', `--skip=${skip}`, `--max-count=${count}`, `${base}..${head}`]),
    page.page === 1 ? filesBetween(context, mergeBase, head) : null,
    repo.commit(base),
    repo.commit(mergeBase),
  ]);
  const link = linkHeader(url, page, ahead);
  const of = { base: baseCommit, mergeBase: mergeBaseCommit, ahead, behind, commits, files };
  return { status: 200, body: comparison(place, basehead, of), headers: link ? { link } : {} };
}

/** `GET /repos/{owner}/{repo}/commits/{sha}/pulls`: the merged pull request that brought the commit to main. */
export async function pullsOfCommit(context: RepoContext, revision: string): Promise<Answer> {
  const { repo, place } = context;
  const sha = await commitOf(context, revision);
  const onMain = (await repo.readRef('refs/heads/main')) ?? '';
  if (onMain === '' || !(await repo.isAncestor(sha, onMain))) return { status: 200, body: [] };
  // The oldest merge on main's first-parent line that holds the commit is the last one of this list.
  const own = await repo.commit(sha);
  const line =
    own.parents.length > 1
      ? [own]
      : await repo.log(['--first-parent', '--ancestry-path', `${sha}..${onMain}`]);
  const merge = line.at(-1);
  const [, number, branch] =
    /^Merge pull request #(\d+) from [^/\s]+\/(\S+)/.exec(merge?.message ?? '') ?? [];
  if (!merge || !number || !branch) return { status: 200, body: [] };
  const [base = '', head = ''] = merge.parents;
  const title = merge.message.split('\n').slice(1).join('\n').trim().split('\n')[0] ?? '';
  const author = head === '' ? merge.author : (await repo.commit(head)).author;
  const login = peopleByEmail.get(author.email)?.login ?? 'ghost';
  const pull = mergedPull(place, { number: Number(number), title, branch, login, head, base, merge });
  return { status: 200, body: [pull] };
}
