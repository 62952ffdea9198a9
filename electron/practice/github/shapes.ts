import type { RestEndpointMethodTypes } from '@octokit/rest';
import { type Person, peopleByEmail } from '../estate/people';
import type { CommitInfo, TagObject } from '../git/bare-repo';
import type { FileChange } from '../git/diff';

type Data<
  S extends keyof RestEndpointMethodTypes,
  M extends keyof RestEndpointMethodTypes[S],
> = RestEndpointMethodTypes[S][M] extends { response: { data: infer D } } ? D : never;

/**
 * Answers of the practice GitHub API. The types are those of GitHub's own OpenAPI description (through
 * `@octokit/rest`), so a missing or misnamed field does not compile.
 */
export type Repository = Data<'repos', 'get'>;
export type Ref = Data<'git', 'getRef'>;
export type Commit = Data<'repos', 'getCommit'>;
export type Comparison = Data<'repos', 'compareCommitsWithBasehead'>;
export type Tag = Data<'repos', 'listTags'>[number];
export type Branch = Data<'repos', 'listBranches'>[number];
export type BranchDetail = Data<'repos', 'getBranch'>;
export type PullOfCommit = Data<'repos', 'listPullRequestsAssociatedWithCommit'>[number];
export type User = Data<'users', 'getAuthenticated'>;
export type RateLimits = Data<'rateLimit', 'get'>;
export type MinimalRepository = Data<'actions', 'getWorkflowRun'>['repository'];
type SimpleUser = NonNullable<Repository['owner']>;
type DiffFile = NonNullable<Commit['files']>[number];

/** Where a repo is: base URL of the API, owner and name. */
export interface RepoAddress {
  api: string;
  owner: string;
  repo: string;
}

/** A stable number for a text (FNV-1a), for GitHub's numeric ids. */
export const idOf = (text: string): number => {
  let hash = 0x811c9dc5;
  for (const letter of text) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return hash;
};
export const nodeId = (kind: string, text: string): string =>
  Buffer.from(`${kind}:${text}`).toString('base64');

export const apiOf = ({ api, owner, repo }: RepoAddress): string => `${api}/repos/${owner}/${repo}`;
export const htmlOf = ({ owner, repo }: RepoAddress): string => `https://github.example/${owner}/${repo}`;

/** GitHub's "simple user". */
export function simpleUser(api: string, login: string, type: 'User' | 'Organization' = 'User'): SimpleUser {
  const url = `${api}/users/${login}`;
  return {
    login,
    id: idOf(login),
    node_id: nodeId('User', login),
    avatar_url: '',
    gravatar_id: '',
    url,
    html_url: `https://github.example/${login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type,
    site_admin: false,
  };
}

/** The answer of `GET /user`. */
export function user(api: string, login: string, name: string): User {
  return {
    ...simpleUser(api, login),
    name,
    company: null,
    blog: null,
    location: null,
    email: null,
    hireable: null,
    bio: null,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: '2020-01-01T00:00:00Z',
    updated_at: '2020-01-01T00:00:00Z',
  };
}

/** The commit object within other answers (`git-commit`). */
function gitCommit(place: RepoAddress, commit: CommitInfo): Commit['commit'] {
  return {
    url: `${apiOf(place)}/git/commits/${commit.sha}`,
    author: { ...commit.author },
    committer: { ...commit.committer },
    message: commit.message,
    comment_count: 0,
    tree: { sha: commit.tree, url: `${apiOf(place)}/git/trees/${commit.tree}` },
    verification: { verified: false, reason: 'unsigned', payload: null, signature: null, verified_at: null },
  };
}

const known = (api: string, email: string): SimpleUser | null => {
  const person: Person | undefined = peopleByEmail.get(email);
  return person ? simpleUser(api, person.login) : null;
};

/** A commit, without its files. */
export function commit(place: RepoAddress, info: CommitInfo): Commit {
  const url = `${apiOf(place)}/commits/${info.sha}`;
  return {
    url,
    sha: info.sha,
    node_id: nodeId('Commit', info.sha),
    html_url: `${htmlOf(place)}/commit/${info.sha}`,
    comments_url: `${url}/comments`,
    commit: gitCommit(place, info),
    author: known(place.api, info.author.email),
    committer: known(place.api, info.committer.email),
    parents: info.parents.map((sha) => ({
      sha,
      url: `${apiOf(place)}/commits/${sha}`,
      html_url: `${htmlOf(place)}/commit/${sha}`,
    })),
  };
}

/** One file of a commit or comparison. */
export function diffFile(place: RepoAddress, head: string, file: FileChange, patch: string): DiffFile {
  const path = file.path.split('/').map(encodeURIComponent).join('/');
  const additions = file.additions ?? 0;
  const deletions = file.deletions ?? 0;
  return {
    sha: file.blob,
    filename: file.path,
    status: file.status,
    additions,
    deletions,
    changes: additions + deletions,
    blob_url: `${htmlOf(place)}/blob/${head}/${path}`,
    raw_url: `${htmlOf(place)}/raw/${head}/${path}`,
    contents_url: `${apiOf(place)}/contents/${path}?ref=${head}`,
    ...(patch ? { patch } : {}),
    ...(file.previousPath === null ? {} : { previous_filename: file.previousPath }),
  };
}

/** A commit with files and counts. */
export function commitWithFiles(place: RepoAddress, info: CommitInfo, files: readonly DiffFile[]): Commit {
  const additions = files.reduce((sum, file) => sum + file.additions, 0);
  const deletions = files.reduce((sum, file) => sum + file.deletions, 0);
  return {
    ...commit(place, info),
    stats: { additions, deletions, total: additions + deletions },
    files: [...files],
  };
}

/** A ref; `ref` is its full name. */
export function gitRef(place: RepoAddress, ref: string, sha: string, type: string): Ref {
  return {
    ref,
    node_id: nodeId('Ref', `${place.owner}/${place.repo}:${ref}`),
    url: `${apiOf(place)}/git/${ref}`,
    object: { type, sha, url: `${apiOf(place)}/git/${type}s/${sha}` },
  };
}

export function tagObject(place: RepoAddress, sha: string, found: TagObject): Data<'git', 'getTag'> {
  const { object, type, name, tagger, message } = found;
  return {
    node_id: nodeId('Tag', `${place.owner}/${place.repo}:${sha}`),
    sha,
    url: `${apiOf(place)}/git/tags/${sha}`,
    tag: name,
    message,
    tagger,
    object: { type, sha: object, url: `${apiOf(place)}/git/${type}s/${object}` },
    verification: { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null },
  };
}

export function tag(place: RepoAddress, name: string, sha: string): Tag {
  return {
    name,
    zipball_url: `${apiOf(place)}/zipball/refs/tags/${name}`,
    tarball_url: `${apiOf(place)}/tarball/refs/tags/${name}`,
    commit: { sha, url: `${apiOf(place)}/commits/${sha}` },
    node_id: nodeId('Ref', `${place.owner}/${place.repo}:refs/tags/${name}`),
  };
}

export function branch(place: RepoAddress, name: string, sha: string, isProtected: boolean): Branch {
  return { name, commit: { sha, url: `${apiOf(place)}/commits/${sha}` }, protected: isProtected };
}

/**
 * A branch. @param by by what it is protected: classic protection shows no more of itself than that it is there
 * (`enforcement_level` is that of status checks: none are required).
 */
export function branchDetail(
  place: RepoAddress,
  name: string,
  info: CommitInfo,
  by: 'branch-protection' | 'ruleset' | null,
): BranchDetail {
  const url = `${apiOf(place)}/branches/${encodeURIComponent(name)}`;
  return {
    name,
    commit: commit(place, info),
    _links: { self: url, html: `${htmlOf(place)}/tree/${name}` },
    protected: by !== null,
    protection: {
      enabled: by === 'branch-protection',
      required_status_checks: { enforcement_level: 'off', contexts: [], checks: [] },
    },
    protection_url: `${url}/protection`,
  };
}

/** The comparison of two commits; `commits` are those of one page, `files` those of the first page. */
export function comparison(
  place: RepoAddress,
  basehead: string,
  of: {
    base: CommitInfo;
    mergeBase: CommitInfo;
    ahead: number;
    behind: number;
    commits: readonly CommitInfo[];
    files: readonly DiffFile[] | null;
  },
): Comparison {
  const { ahead, behind } = of;
  const html = `${htmlOf(place)}/compare/${basehead}`;
  return {
    url: `${apiOf(place)}/compare/${basehead}`,
    html_url: html,
    permalink_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    base_commit: commit(place, of.base),
    merge_base_commit: commit(place, of.mergeBase),
    status: ahead === 0 ? (behind === 0 ? 'identical' : 'behind') : behind === 0 ? 'ahead' : 'diverged',
    ahead_by: ahead,
    behind_by: behind,
    total_commits: ahead,
    commits: of.commits.map((info) => commit(place, info)),
    ...(of.files ? { files: [...of.files] } : {}),
  };
}

/** The answer of `GET /rate_limit`. */
export function rateLimits(core: RateLimits['rate']): RateLimits {
  const other = { limit: 30, remaining: 30, reset: core.reset, used: 0 };
  return { resources: { core, search: other }, rate: core };
}
