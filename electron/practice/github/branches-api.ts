import { bot } from '../estate/people';
import {
  isProtected,
  neededReviews,
  passesReviews,
  pushTeams,
  refusalOfChange,
} from '../rights/branch-rules';
import { isInTeam } from '../rights/standard-rights';
import { teamShape } from './orgs-api';
import { linkHeader, paged, pageOf } from './paging';
import { notFound, Problem } from './problem';
import { type Answer, commitOf, type RepoContext } from './repo-context';
import { apiOf, branch, branchDetail, idOf, nodeId, simpleUser } from './shapes';

/** By what a branch is protected; `null`: it is not. */
function protectionOf({ rights, place }: RepoContext, name: string) {
  return isProtected(rights, { ...place, branch: name }) ? rights.protectedBy : null;
}

/**
 * Refuses what would change a protected branch past a pull request, in GitHub's words: by the merges API with 409, or
 * 403 for whoever may not push to it at all; by its refs with 422.
 * GitHub documents the statuses, not when it gives which. 422 with these words is what clients report of refs
 * (googleapis/repo-automation-bots issue 5551), 409 what they report where a file is written (409 "Could not update
 * file: Changes must be made through a pull request."); that merges answer as the second do is taken from the latter.
 * @throws Problem
 */
export function demandChange(context: RepoContext, name: string, how: 'merge' | 'ref'): void {
  const { place, holder, rights } = context;
  const refusal = refusalOfChange(rights, { ...place, branch: name, login: holder.login });
  if (!refusal) return;
  const isRule = refusal.code === 'GH013';
  const message = isRule
    ? `Repository rule violations found\n\n${refusal.reasons.join('\n')}\n\n`
    : refusal.reasons.join(' ');
  const isRestricted = refusal.reasons.length > 1;
  const status = how === 'ref' ? 422 : isRestricted ? 403 : 409;
  const documentation = isRule
    ? 'https://docs.github.com/rest/git/refs#update-a-reference'
    : 'https://docs.github.com/articles/about-protected-branches';
  throw new Problem(status, message, { documentation });
}

/** `GET /repos/{owner}/{repo}/branches`, by name. */
export async function listBranches(context: RepoContext): Promise<Answer> {
  const page = pageOf(context.url.searchParams);
  const all = await context.repo.refs('refs/heads/');
  const link = linkHeader(context.url, page, all.length);
  const body = paged(all, page).map(({ ref, sha }) => {
    const name = ref.slice('refs/heads/'.length);
    return branch(context.place, name, sha, protectionOf(context, name) !== null);
  });
  return { status: 200, body, headers: link ? { link } : {} };
}

/** `GET /repos/{owner}/{repo}/branches/{branch}` */
export async function getBranch(context: RepoContext, name: string): Promise<Answer> {
  if ((await context.repo.readRef(`refs/heads/${name}`)) === null) throw new Problem(404, 'Branch not found');
  const sha = await commitOf(context, `refs/heads/${name}`);
  const info = await context.repo.commit(sha);
  return { status: 200, body: branchDetail(context.place, name, info, protectionOf(context, name)) };
}

/**
 * `GET /repos/{owner}/{repo}/branches/{branch}/protection`: for administrators of the repo; everybody else is told 404
 * (ossf/scorecard issue 138).
 */
export async function getProtection(context: RepoContext, name: string): Promise<Answer> {
  if ((await context.repo.readRef(`refs/heads/${name}`)) === null) throw new Problem(404, 'Branch not found');
  if (!isInTeam(context.rights, 'gov-uk-ci-bots', context.holder.login)) throw notFound();
  if (protectionOf(context, name) !== 'branch-protection') throw new Problem(404, 'Branch not protected');
  const url = `${apiOf(context.place)}/branches/${name}/protection`;
  const body = {
    url,
    required_pull_request_reviews: {
      url: `${url}/required_pull_request_reviews`,
      dismiss_stale_reviews: false,
      require_code_owner_reviews: true,
      require_last_push_approval: false,
      required_approving_review_count: neededReviews,
      bypass_pull_request_allowances: {
        users: [simpleUser(context.place.api, bot.login)],
        teams: [],
        apps: [],
      },
    },
    restrictions: {
      url: `${url}/restrictions`,
      users_url: `${url}/restrictions/users`,
      teams_url: `${url}/restrictions/teams`,
      apps_url: `${url}/restrictions/apps`,
      users: [],
      teams: pushTeams.map((team) => ({ ...teamShape(context, team), parent: null })),
      apps: [],
    },
    enforce_admins: { url: `${url}/enforce_admins`, enabled: true },
    required_linear_history: { enabled: false },
    allow_force_pushes: { enabled: false },
    allow_deletions: { enabled: false },
    block_creations: { enabled: false },
    required_conversation_resolution: { enabled: false },
    lock_branch: { enabled: false },
    allow_fork_syncing: { enabled: false },
  };
  return { status: 200, body };
}

/** The rules of the ruleset, where it is one that protects main. */
const branchRules: readonly { type: string; parameters?: object }[] = [
  { type: 'deletion' },
  { type: 'non_fast_forward' },
  {
    type: 'pull_request',
    parameters: {
      required_approving_review_count: neededReviews,
      dismiss_stale_reviews_on_push: false,
      require_code_owner_review: true,
      require_last_push_approval: false,
      required_review_thread_resolution: false,
      allowed_merge_methods: ['merge', 'squash', 'rebase'],
    },
  },
];

/**
 * `GET /repos/{owner}/{repo}/rules/branches/{branch}`: what rulesets say of a branch, of whatever name, to whoever may
 * read the repo. Classic branch protection is no ruleset: then the list is empty, and only `protected` of the branch
 * tells that there is something.
 */
export async function rulesOfBranch(context: RepoContext, name: string): Promise<Answer> {
  const { place } = context;
  const source = {
    ruleset_source_type: 'Repository' as const,
    ruleset_source: `${place.owner}/${place.repo}`,
    ruleset_id: rulesetId(context),
  };
  const all =
    protectionOf(context, name) === 'ruleset' ? branchRules.map((rule) => ({ ...rule, ...source })) : [];
  return { status: 200, body: paged(all, pageOf(context.url.searchParams)) };
}

const rulesetId = ({ place }: RepoContext): number => idOf(`ruleset ${place.owner}/${place.repo}`);

/**
 * `GET /repos/{owner}/{repo}/rulesets/{ruleset_id}`: every reader is told whether the rules let them pass
 * (`current_user_can_bypass`), who else they let pass is for administrators. @throws Problem 404
 */
export async function getRuleset(context: RepoContext, id: string): Promise<Answer> {
  const { place, rights, holder } = context;
  if (protectionOf(context, 'main') !== 'ruleset' || id !== String(rulesetId(context))) throw notFound();
  const url = `${apiOf(place)}/rulesets/${id}`;
  const body = {
    id: rulesetId(context),
    name: 'main',
    target: 'branch',
    source_type: 'Repository',
    source: `${place.owner}/${place.repo}`,
    enforcement: 'active',
    current_user_can_bypass: passesReviews(rights, holder.login) ? 'always' : 'never',
    node_id: nodeId('RepositoryRuleset', url),
    _links: { self: { href: url } },
    conditions: { ref_name: { exclude: [], include: ['~DEFAULT_BRANCH'] } },
    rules: branchRules.map(({ type, parameters }) => ({ type, ...(parameters ? { parameters } : {}) })),
    created_at: '2020-01-01T00:00:00.000Z',
    updated_at: '2020-01-01T00:00:00.000Z',
  };
  return { status: 200, body };
}
