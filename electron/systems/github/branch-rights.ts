import type { z } from 'zod';
import type { BranchRights } from '../../../shared/domain/route/route-access';
import { believed } from './answers';
import { type GitHub, statusOf } from './github-client';
import { refusalOf } from './refusals';
import {
  type BranchRule,
  branchRulesSchema,
  branchSchema,
  type ProtectionAnswer,
  protectionSchema,
  type RepoAnswer,
  refUpdateRuleSchema,
  repoRightsSchema,
  rulesetSchema,
} from './rights-answers';
import { teamMembership } from './team-membership';

/** What one source (branch protection, or rulesets) says; `null`: not visible. */
type Bound = Pick<BranchRights, 'needsReview' | 'needsCodeOwners' | 'restrictsPushes'> & {
  rules: readonly string[];
};
type Place = { owner: string; repo: string; branch: string };

const free: Bound = { needsReview: false, needsCodeOwners: false, restrictsPushes: false, rules: [] };
const unseen: Bound = { needsReview: null, needsCodeOwners: null, restrictsPushes: null, rules: [] };

/** Rules that no commit on top of a branch breaks ("Available rules for rulesets"). */
const harmless: ReadonlySet<string> = new Set([
  'creation',
  'deletion',
  'non_fast_forward',
  'required_linear_history',
  'copilot_code_review',
]);
/** Rulesets that are looked at, at most; more than any branch has. */
const mostRulesets = 10;
const mostRules = 50;

const isHidden = (error: unknown): boolean => [403, 404].includes(statusOf(error) ?? 0);

/** What an answer says; `null` where it may not be seen. @throws the client's errors, for all else. */
async function seen<S extends z.ZodType>(
  schema: S,
  ask: () => Promise<{ data: unknown }>,
): Promise<z.output<S> | null> {
  try {
    return believed(schema, (await ask()).data);
  } catch (error) {
    // A used-up limit is 403 as well, and says nothing of rights.
    if (isHidden(error) && !/rate limit/i.test(refusalOf(error)?.said ?? '')) return null;
    throw error;
  }
}

/** The highest of the permissions that GitHub lists; `null`: it lists none. */
export function permissionOf({ permissions }: RepoAnswer): BranchRights['permission'] {
  if (!permissions) return null;
  const { admin, maintain, push, triage, pull } = permissions;
  if (admin) return 'admin';
  if (maintain) return 'maintain';
  if (push) return 'write';
  if (triage) return 'triage';
  return pull ? 'read' : null;
}

/** "Get a repository", as far as rights go. @throws the client's errors. */
export async function repoRights(
  github: GitHub,
  place: { owner: string; repo: string },
  signal: AbortSignal,
): Promise<RepoAnswer> {
  const { owner, repo } = place;
  return believed(repoRightsSchema, (await github.repos.get({ owner, repo, request: { signal } })).data);
}

/** What rulesets demand of the person: the rules of those that let the person pass are left out. */
async function byRulesets(github: GitHub, place: Place, signal: AbortSignal): Promise<Bound> {
  const rules = await seen(branchRulesSchema, () =>
    github.repos.getBranchRules({ ...place, per_page: 100, request: { signal } }),
  );
  if (rules === null) return unseen;
  const binding = rules.filter(({ type }) => !harmless.has(type));
  const ids = [...new Set(binding.flatMap(({ ruleset_id }) => ruleset_id ?? []))].slice(0, mostRulesets);
  const passed = new Set<number>();
  await Promise.all(
    ids.map(async (id) => {
      const { owner, repo } = place;
      const ruleset = await seen(rulesetSchema, () =>
        github.repos.getRepoRuleset({ owner, repo, ruleset_id: id, request: { signal } }),
      );
      const bypass = ruleset?.current_user_can_bypass;
      if (bypass === 'always' || bypass === 'exempt') passed.add(id);
    }),
  );
  return ofRules(binding.filter(({ ruleset_id }) => !ruleset_id || !passed.has(ruleset_id)));
}

const ofRules = (rules: readonly BranchRule[]): Bound => ({
  needsReview: rules.some(({ type }) => type === 'pull_request' || type === 'merge_queue'),
  needsCodeOwners: rules.some(({ parameters }) => parameters?.require_code_owner_review === true),
  // "Restrict updates": only those who may pass by change matching branches.
  restrictsPushes: rules.some(({ type }) => type === 'update'),
  rules: rules.map(({ type }) => type),
});

/** Whether the person is among those that a protection names. */
async function isAmong(
  github: GitHub,
  owner: string,
  login: string,
  actors: ProtectionAnswer['restrictions'],
  signal: AbortSignal,
): Promise<boolean> {
  if (actors?.users?.some((user) => user.login.toLowerCase() === login.toLowerCase())) return true;
  for (const { slug } of (actors?.teams ?? []).slice(0, mostRulesets)) {
    // A team that may not be seen is hardly the person's.
    const found = await teamMembership(github, { org: owner, team: slug, login }, signal).catch(() => null);
    signal.throwIfAborted();
    if (found === 'active') return true;
  }
  return false;
}

/** What branch protection demands, as an admin of the repo sees it ("Get branch protection"); `null`: not visible. */
async function asAdmin(
  github: GitHub,
  place: Place,
  login: () => Promise<string>,
  signal: AbortSignal,
): Promise<Bound | null> {
  let protection: ProtectionAnswer | null;
  try {
    protection = believed(
      protectionSchema,
      (await github.repos.getBranchProtection({ ...place, request: { signal } })).data,
    );
  } catch (error) {
    // To an admin 404 says so, where rulesets alone lie on the branch; to others it says nothing.
    if (/branch not protected/i.test(refusalOf(error)?.said ?? '')) return free;
    if (isHidden(error)) return null;
    throw error;
  }
  const { required_pull_request_reviews: reviews, restrictions, lock_branch: lock } = protection;
  // "Do not allow bypassing the above settings": without it no rule binds an admin, and only admins get here.
  if (protection.enforce_admins?.enabled === false) return free;
  const passes =
    reviews?.bypass_pull_request_allowances &&
    (await isAmong(github, place.owner, await login(), reviews.bypass_pull_request_allowances, signal));
  const mayPush = !restrictions || (await isAmong(github, place.owner, await login(), restrictions, signal));
  const needsReview = Boolean(reviews) && !passes;
  return {
    needsReview,
    needsCodeOwners: needsReview && reviews?.require_code_owner_reviews === true,
    restrictsPushes: lock?.enabled === true || !mayPush,
    rules: [
      ...(needsReview ? ['pull_request'] : []),
      ...(protection.required_status_checks ? ['required_status_checks'] : []),
      ...(protection.required_signatures?.enabled ? ['required_signatures'] : []),
    ],
  };
}

const question = `query($owner: String!, $repo: String!, $ref: String!) {
  repository(owner: $owner, name: $repo) {
    ref(qualifiedName: $ref) {
      refUpdateRule {
        requiredApprovingReviewCount
        requiresCodeOwnerReviews
        requiresSignatures
        requiredStatusCheckContexts
        viewerCanPush
      }
    }
  }
}`;

/**
 * What branch protection demands of whoever is no admin: REST hides it, GraphQL tells it of the person who asks
 * (`Ref.refUpdateRule`, `viewerCanPush`). A server without GraphQL, or one that does not tell: not visible.
 */
async function asReader(github: GitHub, place: Place, signal: AbortSignal): Promise<Bound> {
  const answer = await github
    .graphql(question, {
      owner: place.owner,
      repo: place.repo,
      ref: `refs/heads/${place.branch}`,
      request: { signal },
    })
    // A server without GraphQL, a token that may not use it, a branch that it does not show: then only trying can tell.
    .catch(() => null);
  signal.throwIfAborted();
  const told = refUpdateRuleSchema.safeParse(answer);
  if (!told.success) return unseen;
  const rule = told.data.repository.ref.refUpdateRule;
  if (rule === null) return unseen;
  const needsReview = typeof rule.requiredApprovingReviewCount === 'number';
  return {
    needsReview,
    needsCodeOwners: rule.requiresCodeOwnerReviews,
    restrictsPushes: !rule.viewerCanPush,
    rules: [
      ...(needsReview ? ['pull_request'] : []),
      ...(rule.requiredStatusCheckContexts?.length ? ['required_status_checks'] : []),
      ...(rule.requiresSignatures ? ['required_signatures'] : []),
    ],
  };
}

/** True where one is; `null` where one is not known and none is true. */
const either = (a: boolean | null, b: boolean | null): boolean | null =>
  a || b ? true : a === null || b === null ? null : false;

/**
 * A person's rights on a branch, asked of the repo, the branch, its rulesets, and its protection as far as it is visible.
 * @param login whose token it is; asked where a protection names people.
 * @throws the client's errors: the repo or the branch was not found, GitHub did not answer…
 */
export async function branchRights(
  github: GitHub,
  place: Place,
  login: () => Promise<string>,
  signal: AbortSignal,
): Promise<BranchRights> {
  const [repo, branch, rulesets] = await Promise.all([
    repoRights(github, place, signal),
    github.repos
      .getBranch({ ...place, request: { signal } })
      .then(({ data }) => believed(branchSchema, data)),
    byRulesets(github, place, signal),
  ]);
  const permission = permissionOf(repo);
  const protection = !branch.protected
    ? free
    : ((permission === 'admin' || permission === null) && (await asAdmin(github, place, login, signal))) ||
      (await asReader(github, place, signal));
  const rules = [...new Set([...rulesets.rules, ...protection.rules])].slice(0, mostRules);
  const isFree = protection === free && rulesets !== unseen && rules.length === 0;
  return {
    permission,
    archived: repo.archived === true,
    protected: isFree ? false : branch.protected || rules.length > 0 ? true : null,
    needsReview: either(rulesets.needsReview, protection.needsReview),
    needsCodeOwners: either(rulesets.needsCodeOwners, protection.needsCodeOwners),
    restrictsPushes: either(rulesets.restrictsPushes, protection.restrictsPushes),
    allowsAutoMerge: repo.allow_auto_merge ?? null,
    rules,
  };
}
