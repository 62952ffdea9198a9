import { z } from 'zod';
import { newestNameFirst } from '../../../shared/domain/ledger/version';
import { movedRepoText } from '../../../shared/domain/route/moved-repo';
import { believed, commitSchema, namedCommitSchema, repoSchema } from './answers';
import type { GitHub } from './github-client';
import { factsOf, isEmptyRepo } from './resolve-name';
import type { Listed, Listing } from './typed-name';

const pageSize = 100;
/** Pages of tags and of branches that are read, of 100 each: more are more than a console should hold, or a person read. */
const mostPages = { tags: 50, branches: 10 };

type Asking = { owner: string; repo: string; request?: { signal: AbortSignal } };
type Named = z.output<typeof namedCommitSchema>;

/**
 * A list, page by page. GitHub orders tags by name, backwards and not by number (v999 before v1400), so that the newest
 * may be on any page. The pages are counted by us: where the `Link` header leads is not followed, since the token would
 * go along.
 * @returns each name once; `cut` where the bound, or a server that repeats itself, ended the list.
 */
async function allPages(
  most: number,
  ask: (page: { page: number; per_page: number }) => Promise<{ data: unknown; headers: { link?: string } }>,
): Promise<{ named: Named[]; cut: boolean }> {
  const named = new Map<string, Named>();
  const take = ({ data }: { data: unknown }): boolean => {
    const before = named.size;
    for (const one of believed(z.array(namedCommitSchema), data)) named.set(one.name, one);
    return named.size > before;
  };
  const read = (page: number) => ask({ page, per_page: pageSize });
  const first = await read(1);
  take(first);
  // A few hundred characters where it is GitHub's.
  const link = (first.headers.link ?? '').slice(0, 4000);
  const last = Number(/[?&]page=(\d{1,9})[^>]*>; rel="last"/.exec(link)?.[1] ?? 0);
  const others = Array.from({ length: Math.max(0, Math.min(last, most) - 1) }, (_, index) => index + 2);
  for (const answer of await Promise.all(others.map(read))) take(answer);
  if (last > 0) return { named: [...named.values()], cut: last > most };
  // Without a word of how many there are, a page is asked for as long as the one before leads on and brought something.
  let page = 1;
  let leadsOn = link.includes('rel="next"');
  while (leadsOn && page < most) {
    const answer = await read(++page);
    if (!take(answer)) break;
    leadsOn = answer.headers.link?.includes('rel="next"') ?? false;
  }
  return { named: [...named.values()], cut: leadsOn };
}

/**
 * Tags, newest name first, branches, and the newest 100 commits of the default branch. GitHub's list of tags has no
 * dates: they come from the commits where those are among the newest, and are `null` elsewhere.
 * @throws the client's errors.
 */
export async function listCandidates(
  github: GitHub,
  repo: { owner: string; repo: string },
  signal?: AbortSignal,
): Promise<Listing> {
  const asking: Asking = { ...repo, ...(signal ? { request: { signal } } : {}) };
  const [tags, branches, commits, moved] = await Promise.all([
    allPages(mostPages.tags, (page) => github.repos.listTags({ ...asking, ...page })),
    allPages(mostPages.branches, (page) => github.repos.listBranches({ ...asking, ...page })),
    github.repos.listCommits({ ...asking, per_page: pageSize }).catch((error: unknown) => {
      if (isEmptyRepo(error)) return { data: [] };
      throw error;
    }),
    movedTo(github, repo, asking),
  ]);
  const newest = believed(z.array(commitSchema), commits.data);
  const facts = new Map(newest.map((commit) => [commit.sha, factsOf(commit)]));
  const noFacts = { at: null, author: null, subject: null };
  const candidate = (kind: Listed['kind'], name: string, version: string, sha: string): Listed => ({
    kind,
    name,
    version,
    sha,
    ...(facts.get(sha) ?? noFacts),
  });
  const missing = [
    ...(tags.cut ? [`the first ${tags.named.length.toLocaleString('en-GB')} tags`] : []),
    ...(branches.cut ? [`the first ${branches.named.length.toLocaleString('en-GB')} branches`] : []),
  ];
  const cut =
    missing.length === 0
      ? null
      : `Only ${missing.join(' and ')} of GitHub\u2019s list were read: newer ones may be missing. Type a full name to find it.`;
  return {
    listed: [
      ...tags.named
        .map(({ name, commit }) => candidate('tag', name, name, commit.sha))
        .sort((a, b) => newestNameFirst(a.name, b.name)),
      // An image of a branch or commit is tagged with the commit's SHA.
      ...branches.named.map(({ name, commit }) => candidate('branch', name, commit.sha, commit.sha)),
      ...newest.map(({ sha }) => candidate('commit', sha, sha, sha)),
    ],
    partial: [moved, cut].filter((one) => one !== null).join(' ') || null,
  };
}

/**
 * Says so where GitHub calls a repo otherwise than it was asked for ("Get a repository"): of one that was renamed or moved
 * it answers at the old name, too, until somebody takes that name. `null`: it does not, or does not tell.
 */
async function movedTo(
  github: GitHub,
  { owner, repo }: { owner: string; repo: string },
  asking: Asking,
): Promise<string | null> {
  try {
    const { data } = await github.repos.get(asking);
    return movedRepoText({ owner, repo }, believed(repoSchema, data).full_name);
  } catch {
    // It only adds a hint to what is told anyway.
    return null;
  }
}
