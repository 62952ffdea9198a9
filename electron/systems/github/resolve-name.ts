import { believed, type CommitAnswer, commitSchema, gitRefSchema, gitTagSchema } from './answers';
import { type GitHub, isNotFound, statusOf } from './github-client';
import { isRefName, type Listed } from './typed-name';

/** A repo, and what ends its questions. */
interface Repo {
  owner: string;
  repo: string;
}

/** Annotated tags may name tags; more of them than this nobody makes. */
const mostTags = 5;

/** `null` for what GitHub says is not there. 409: a repo without a commit ("Git Repository is empty."). */
async function orNull<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (isNotFound(error) || isEmptyRepo(error)) return null;
    throw error;
  }
}

/** Whether GitHub said that a repo has no commit yet. */
export const isEmptyRepo = (error: unknown): boolean =>
  statusOf(error) === 409 && error instanceof Error && /is empty/i.test(error.message);

const requestOf = (signal: AbortSignal | undefined): object => (signal ? { request: { signal } } : {});

/**
 * The commit that a tag or branch names ("Get a reference", "Get a tag"), by its whole name: nothing else is ever taken
 * for it, as "Get a commit" would a branch for a tag.
 * @returns `null`: there is none, or it names no commit.
 */
async function commitOfRef(
  github: GitHub,
  repo: Repo,
  ref: string,
  signal?: AbortSignal,
): Promise<string | null> {
  const found = await orNull(async () => {
    const { data } = await github.git.getRef({ ...repo, ref, ...requestOf(signal) });
    return believed(gitRefSchema, data);
  });
  // Older servers answer with all refs that begin so.
  if (!found || found.ref !== `refs/${ref}`) return null;
  let { object } = found;
  for (let depth = 0; object.type === 'tag' && depth < mostTags; depth += 1) {
    const { data } = await github.git.getTag({ ...repo, tag_sha: object.sha, ...requestOf(signal) });
    object = believed(gitTagSchema, data).object;
  }
  return object.type === 'commit' ? object.sha : null;
}

/** A commit by its id, or the beginning of it. */
async function commitAt(
  github: GitHub,
  repo: Repo,
  id: string,
  signal?: AbortSignal,
): Promise<CommitAnswer | null> {
  try {
    const { data } = await github.repos.getCommit({ ...repo, ref: id, ...requestOf(signal) });
    const commit = believed(commitSchema, data);
    // A tag or branch may be called like the beginning of an id, and GitHub takes the name for it.
    return commit.sha.startsWith(id) ? commit : null;
  } catch (error) {
    // 422: "No commit found for SHA".
    if (isNotFound(error) || isEmptyRepo(error) || statusOf(error) === 422) return null;
    throw error;
  }
}

/** What a commit tells of itself. */
export function factsOf({ commit, author }: CommitAnswer): Pick<Listed, 'at' | 'author' | 'subject'> {
  return {
    at: commit.committer?.date ?? null,
    author: commit.author?.name ?? author?.login ?? null,
    subject: commit.message.split('\n', 1)[0] ?? null,
  };
}

/**
 * Everything that a name means in a repo: a tag, a branch, a commit by its id or the beginning of it. Each is asked for
 * on its own, since a tag and a branch may have one name. An image of a branch or commit is tagged with the commit's id.
 * @returns tag, branch, commit, as far as there are; empty: nothing is called so.
 * @throws the client's errors.
 */
export async function resolveName(
  github: GitHub,
  repo: Repo,
  name: string,
  signal?: AbortSignal,
): Promise<Listed[]> {
  const asRef = (kind: 'tags' | 'heads') =>
    isRefName(name) ? commitOfRef(github, repo, `${kind}/${name}`, signal) : null;
  const [tag, branch, commit] = await Promise.all([
    asRef('tags'),
    asRef('heads'),
    /^[0-9a-f]{7,64}$/.test(name) ? commitAt(github, repo, name, signal) : null,
  ]);
  const facts = async (sha: string) => {
    const found = commit?.sha === sha ? commit : await commitAt(github, repo, sha, signal);
    return found ? factsOf(found) : { at: null, author: null, subject: null };
  };
  const found: Listed[] = [];
  if (tag) found.push({ kind: 'tag', name, version: name, sha: tag, ...(await facts(tag)) });
  if (branch) found.push({ kind: 'branch', name, version: branch, sha: branch, ...(await facts(branch)) });
  if (commit)
    found.push({
      kind: 'commit',
      name: commit.sha,
      version: commit.sha,
      sha: commit.sha,
      ...factsOf(commit),
    });
  return found;
}

/**
 * The commit that a version was built of: that of the tag which is called so, or the one with that id. A branch is no
 * version.
 * @param ref a tag's name, or a commit's id or the beginning of it. @returns `null`: there is none.
 * @throws the client's errors.
 */
export async function versionCommit(
  github: GitHub,
  repo: Repo,
  ref: string,
  signal?: AbortSignal,
): Promise<string | null> {
  const tag = isRefName(ref) ? await commitOfRef(github, repo, `tags/${ref}`, signal) : null;
  if (tag !== null || !/^[0-9a-f]{7,64}$/.test(ref)) return tag;
  return (await commitAt(github, repo, ref, signal))?.sha ?? null;
}
