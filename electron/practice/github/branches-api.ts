import { isProtected, neededReviews, refusalOfChange } from '../rights/branch-rules';
import { isInTeam } from '../rights/standard-rights';
import { linkHeader, paged, pageOf } from './paging';
import { notFound, Problem } from './problem';
import { type Answer, commitOf, type RepoContext } from './repo-context';
import { apiOf, branch, branchDetail, idOf } from './shapes';

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
    ruleset_id: idOf(`ruleset ${place.owner}/${place.repo}`),
  };
  const all =
    protectionOf(context, name) === 'ruleset'
      ? [
          { type: 'deletion', ...source },
          { type: 'non_fast_forward', ...source },
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
            ...source,
          },
        ]
      : [];
  return { status: 200, body: paged(all, pageOf(context.url.searchParams)) };
}
