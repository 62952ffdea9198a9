import type { RestEndpointMethodTypes } from '@octokit/rest';
import type { Mergeability } from './pull-merge';
import type { Pull, Review } from './pull-state';
import { pullEnds, pullLinks } from './repository-shapes';
import { apiOf, htmlOf, idOf, nodeId, type RepoAddress, simpleUser } from './shapes';

type PullsData<M extends keyof RestEndpointMethodTypes['pulls']> =
  RestEndpointMethodTypes['pulls'][M] extends { response: { data: infer D } } ? D : never;
type PullRequest = PullsData<'get'>;
type SimplePullRequest = PullsData<'list'>[number];
type PullReview = PullsData<'createReview'>;
type Team = NonNullable<SimplePullRequest['requested_teams']>[number];

/** The id that GraphQL knows a pull request by. */
export const pullNodeId = (place: RepoAddress, number: number): string =>
  nodeId('PullRequest', `${place.owner}/${place.repo}#${number}`);

function team(place: RepoAddress, slug: string): Team {
  const url = `${place.api}/organizations/1/team/${idOf(slug)}`;
  return {
    id: idOf(slug),
    node_id: nodeId('Team', slug),
    name: slug,
    slug,
    description: null,
    privacy: 'closed',
    permission: 'push',
    url,
    html_url: `https://github.example/orgs/${place.owner}/teams/${slug}`,
    members_url: `${url}/members{/member}`,
    repositories_url: `${url}/repos`,
    parent: null,
    type: 'organization',
  } as Team;
}

/** A pull request as lists have it. */
export function simplePull(place: RepoAddress, pull: Pull): SimplePullRequest {
  const url = `${apiOf(place)}/pulls/${pull.number}`;
  const { autoMerge } = pull;
  return {
    ...pullLinks(place, pull.number, pull.head.sha),
    id: idOf(url),
    node_id: pullNodeId(place, pull.number),
    number: pull.number,
    state: pull.state,
    locked: false,
    title: pull.title,
    user: simpleUser(place.api, pull.author),
    body: pull.body,
    labels: [],
    milestone: null,
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
    closed_at: pull.closed?.at ?? null,
    merged_at: pull.merged ? (pull.closed?.at ?? null) : null,
    merge_commit_sha: pull.merged?.commit ?? null,
    assignee: null,
    assignees: [],
    requested_reviewers: pull.reviewers.map((login) => simpleUser(place.api, login)),
    requested_teams: pull.teams.map((slug) => team(place, slug)),
    ...pullEnds(place, pull, pull.updatedAt),
    author_association: 'MEMBER',
    auto_merge: autoMerge && {
      enabled_by: simpleUser(place.api, autoMerge.by),
      merge_method: autoMerge.method,
      commit_title: autoMerge.title ?? '',
      commit_message: autoMerge.message ?? '',
    },
    draft: pull.draft,
  } as SimplePullRequest;
}

/** A pull request on its own. @param counts of its comparison with the base. */
export function wholePull(
  place: RepoAddress,
  pull: Pull,
  { mergeable, state }: Mergeability,
  counts: { commits: number; additions: number; deletions: number; files: number },
): PullRequest {
  return {
    ...simplePull(place, pull),
    merged: pull.merged !== null,
    mergeable,
    rebaseable: mergeable,
    mergeable_state: state,
    merged_by: pull.merged ? simpleUser(place.api, pull.merged.by) : null,
    comments: 0,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: counts.commits,
    additions: counts.additions,
    deletions: counts.deletions,
    changed_files: counts.files,
  } as PullRequest;
}

export function pullReview(place: RepoAddress, pull: Pull, review: Review): PullReview {
  const url = `${apiOf(place)}/pulls/${pull.number}`;
  const html = `${htmlOf(place)}/pull/${pull.number}#pullrequestreview-${review.id}`;
  return {
    id: review.id,
    node_id: nodeId('PullRequestReview', String(review.id)),
    user: simpleUser(place.api, review.by),
    body: review.body,
    state: review.state,
    html_url: html,
    pull_request_url: url,
    author_association: 'MEMBER',
    _links: { html: { href: html }, pull_request: { href: url } },
    submitted_at: review.at,
    commit_id: review.commit,
  };
}
