import type { CommitInfo } from '../git/bare-repo';
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
    allow_merge_commit: true,
  };
  return { ...empty, ...repositoryUrls(url) };
}

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
  const issue = `${apiOf(place)}/issues/${pull.number}`;
  const html = `${htmlOf(place)}/pull/${pull.number}`;
  const repo = fields(place, {
    cloneUrl: `${htmlOf(place)}.git`,
    write: false,
    pushedAt: pull.merge.committer.date,
  });
  const owner = simpleUser(place.api, place.owner, 'Organization');
  const author = simpleUser(place.api, pull.login);
  const end = (ref: string, sha: string) => ({ label: `${place.owner}:${ref}`, ref, sha, repo, user: owner });
  const statuses = `${apiOf(place)}/statuses/${pull.head}`;
  return {
    url,
    id: idOf(url),
    node_id: nodeId('PullRequest', url),
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    issue_url: issue,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: `${apiOf(place)}/pulls/comments{/number}`,
    comments_url: `${issue}/comments`,
    statuses_url: statuses,
    number: pull.number,
    state: 'closed',
    locked: false,
    title: pull.title,
    user: author,
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
    head: end(pull.branch, pull.head),
    base: end('main', pull.base),
    _links: {
      self: { href: url },
      html: { href: html },
      issue: { href: issue },
      comments: { href: `${issue}/comments` },
      review_comments: { href: `${url}/comments` },
      review_comment: { href: `${apiOf(place)}/pulls/comments{/number}` },
      commits: { href: `${url}/commits` },
      statuses: { href: statuses },
    },
    author_association: 'MEMBER',
    auto_merge: null,
    draft: false,
  };
}
