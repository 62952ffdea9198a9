import type { Candidate } from '../../../shared/domain/change';
import { compareVersions } from '../../../shared/domain/version';
import { type GitHub, isNotFound } from './client';

/** What can be deployed of an app; where it runs is not this file's matter. */
export type Listed = Omit<Candidate, 'runningIn'>;

/**
 * The newest 100 tags, the branches and the newest 100 commits of the default branch. GitHub's list of tags has no
 * dates: they come from the commits where those are among the newest, and are `null` elsewhere.
 * @throws the client's errors.
 */
export async function listCandidates(
  github: GitHub,
  repo: { owner: string; repo: string },
  signal?: AbortSignal,
): Promise<Listed[]> {
  const page = { ...repo, per_page: 100, ...(signal ? { request: { signal } } : {}) };
  const [tags, branches, commits] = await Promise.all([
    github.repos.listTags(page),
    github.repos.listBranches(page),
    github.repos.listCommits(page),
  ]);
  const facts = new Map(
    commits.data.map((commit) => [
      commit.sha,
      {
        at: commit.commit.committer?.date ?? null,
        author: commit.commit.author?.name ?? commit.author?.login ?? null,
        subject: commit.commit.message.split('\n', 1)[0] ?? null,
      },
    ]),
  );
  const noFacts = { at: null, author: null, subject: null };
  const candidate = (kind: Listed['kind'], name: string, version: string, sha: string): Listed => ({
    kind,
    name,
    version,
    sha,
    ...(facts.get(sha) ?? noFacts),
  });
  return [
    ...tags.data
      .map((tag) => candidate('tag', tag.name, tag.name, tag.commit.sha))
      .sort((a, b) => compareVersions(b.name, a.name) ?? 0),
    // An image of a branch or commit is tagged with the commit's SHA.
    ...branches.data.map((branch) => candidate('branch', branch.name, branch.commit.sha, branch.commit.sha)),
    ...commits.data.map((commit) => candidate('commit', commit.sha, commit.sha, commit.sha)),
  ];
}

/** Those that match a text by name, SHA, author or subject, in the order given. */
export function matching(listed: readonly Listed[], query: string, limit: number): Listed[] {
  const wanted = query.trim().toLowerCase();
  const matches = listed.filter(({ name, sha, author, subject }) =>
    [name, sha, author, subject].some((text) => text?.toLowerCase().includes(wanted)),
  );
  // An exact name first: who types a whole tag means that one.
  return matches
    .sort((a, b) => Number(b.name.toLowerCase() === wanted) - Number(a.name.toLowerCase() === wanted))
    .slice(0, limit);
}

/**
 * A ref that is not among the newest: looked up by name.
 * @returns `null` when there is no such tag, branch or commit.
 */
export async function lookUp(
  github: GitHub,
  repo: { owner: string; repo: string },
  ref: string,
  signal?: AbortSignal,
): Promise<Listed | null> {
  try {
    const { data } = await github.repos.getCommit({
      ...repo,
      ref,
      ...(signal ? { request: { signal } } : {}),
    });
    const kind = data.sha.startsWith(ref) && ref.length >= 7 ? 'commit' : 'tag';
    return {
      kind,
      name: kind === 'commit' ? data.sha : ref,
      version: kind === 'commit' ? data.sha : ref,
      sha: data.sha,
      at: data.commit.committer?.date ?? null,
      author: data.commit.author?.name ?? data.author?.login ?? null,
      subject: data.commit.message.split('\n', 1)[0] ?? null,
    };
  } catch (error) {
    if (isNotFound(error) || (error as { status?: number }).status === 422) return null;
    throw error;
  }
}
