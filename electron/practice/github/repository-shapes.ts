import type { CommitInfo } from '../git/bare-repo';
import type { PullsState } from './pull-state';
import {
  apiOf,
  htmlOf,
  idOf,
  type MinimalRepository,
  nodeId,
  type PullOfCommit,
  type RepoAddress,
  type Repository,
  simpleUser,
} from './shapes';

/** A repository with GitHub's many fields; what the practice estate has no word for is empty. */
export function repository(place: RepoAddress, options: RepositoryOptions): Repository {
  return fields(place, options);
}

/** A repository within other answers. */
export function minimalRepository(place: RepoAddress, options: RepositoryOptions): MinimalRepository {
  return fields(place, options);
}

interface RepositoryOptions {
  cloneUrl: string;
  write: boolean;
  /** Administration of the repo; `false` where it is left out. */
  admin?: boolean;
  pushedAt: string;
  /** How it merges pull requests; told to who may write. */
  pulls?: Pick<PullsState, 'allowAutoMerge' | 'mergeMethods' | 'deleteBranchOnMerge'> | undefined;
}

function fields(place: RepoAddress, options: RepositoryOptions) {
  const { owner, repo } = place;
  const url = apiOf(place);
  const empty = {
    id: idOf(`${owner}/${repo}`),
    node_id: nodeId('Repository', `${owner}/${repo}`),
    name: repo,
    full_name: `${owner}/${repo}`,
    owner: simpleUser(place.api, owner, 'Organization'),
    private: true,
    html_url: htmlOf(place),
    description: null,
    fork: false,
    url,
    git_url: options.cloneUrl,
    ssh_url: options.cloneUrl,
    clone_url: options.cloneUrl,
    svn_url: htmlOf(place),
    mirror_url: null,
    homepage: null,
    language: null,
    forks_count: 0,
    stargazers_count: 0,
    watchers_count: 0,
    size: 1,
    default_branch: 'main',
    open_issues_count: 0,
    has_issues: false,
    has_projects: false,
    has_wiki: false,
    has_pages: false,
    has_downloads: false,
    has_discussions: false,
    archived: false,
    disabled: false,
    visibility: 'private',
    pushed_at: options.pushedAt,
    created_at: '2020-01-01T00:00:00Z',
    updated_at: options.pushedAt,
    permissions: {
      admin: options.admin ?? false,
      maintain: options.admin ?? false,
      push: options.write,
      triage: options.write,
      pull: true,
    },
    license: null,
    forks: 0,
    open_issues: 0,
    watchers: 0,
    subscribers_count: 0,
    network_count: 0,
    ...mergeSettings(options),
  };
  return { ...empty, ...repositoryUrls(url) };
}

/** Who may only read is not told them ("Get a repository"). */
const mergeSettings = ({ pulls, write }: RepositoryOptions) =>
  pulls && write
    ? {
        allow_auto_merge: pulls.allowAutoMerge,
        allow_merge_commit: pulls.mergeMethods.includes('merge'),
        allow_squash_merge: pulls.mergeMethods.includes('squash'),
        allow_rebase_merge: pulls.mergeMethods.includes('rebase'),
        delete_branch_on_merge: pulls.deleteBranchOnMerge,
      }
    : { allow_merge_commit: true };

const urlNames = [
  'archive',
  'assignees',
  'blobs',
  'branches',
  'collaborators',
  'comments',
  'commits',
  'compare',
  'contents',
  'contributors',
  'deployments',
  'downloads',
  'events',
  'forks',
  'git_commits',
  'git_refs',
  'git_tags',
  'hooks',
  'issue_comment',
  'issue_events',
  'issues',
  'keys',
  'labels',
  'languages',
  'merges',
  'milestones',
  'notifications',
  'pulls',
  'releases',
  'stargazers',
  'statuses',
  'subscribers',
  'subscription',
  'tags',
  'teams',
  'trees',
] as const;

type UrlFields = Record<`${(typeof urlNames)[number]}_url`, string>;

function repositoryUrls(url: string): UrlFields {
  return Object.fromEntries(urlNames.map((name) => [`${name}_url`, `${url}/${name}`])) as UrlFields;
}

/** Where a pull request and its parts are, and `_links`. @param head commit of its head. */
export function pullLinks(place: RepoAddress, number: number, head: string) {
  const url = `${apiOf(place)}/pulls/${number}`;
  const issue = `${apiOf(place)}/issues/${number}`;
  const html = `${htmlOf(place)}/pull/${number}`;
  const statuses = `${apiOf(place)}/statuses/${head}`;
  const comment = `${apiOf(place)}/pulls/comments{/number}`;
  return {
    url,
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    issue_url: issue,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: comment,
    comments_url: `${issue}/comments`,
    statuses_url: statuses,
    _links: {
      self: { href: url },
      html: { href: html },
      issue: { href: issue },
      comments: { href: `${issue}/comments` },
      review_comments: { href: `${url}/comments` },
      review_comment: { href: comment },
      commits: { href: `${url}/commits` },
      statuses: { href: statuses },
    },
  };
}

/** `head` and `base` of a pull request within one repo. */
export function pullEnds(
  place: RepoAddress,
  { head, base }: { head: { ref: string; sha: string }; base: { ref: string; sha: string } },
  pushedAt: string,
) {
  const repo = fields(place, { cloneUrl: `${htmlOf(place)}.git`, write: false, pushedAt });
  const user = simpleUser(place.api, place.owner, 'Organization');
  const end = ({ ref, sha }: { ref: string; sha: string }) => ({
    label: `${place.owner}:${ref}`,
    ref,
    sha,
    repo,
    user,
  });
  return { head: end(head), base: end(base) };
}

/** A merged pull request, as its merge commit tells it. */
export function mergedPull(
  place: RepoAddress,
  pull: {
    number: number;
    title: string;
    branch: string;
    login: string;
    head: string;
    base: string;
    merge: CommitInfo;
  },
): PullOfCommit {
  const url = `${apiOf(place)}/pulls/${pull.number}`;
  const ends = { head: { ref: pull.branch, sha: pull.head }, base: { ref: 'main', sha: pull.base } };
  return {
    ...pullLinks(place, pull.number, pull.head),
    id: idOf(url),
    node_id: nodeId('PullRequest', url),
    number: pull.number,
    state: 'closed',
    locked: false,
    title: pull.title,
    user: simpleUser(place.api, pull.login),
    body: null,
    labels: [],
    milestone: null,
    created_at: pull.merge.author.date,
    updated_at: pull.merge.committer.date,
    closed_at: pull.merge.committer.date,
    merged_at: pull.merge.committer.date,
    merge_commit_sha: pull.merge.sha,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    ...pullEnds(place, ends, pull.merge.committer.date),
    author_association: 'MEMBER',
    auto_merge: null,
    draft: false,
  };
}
