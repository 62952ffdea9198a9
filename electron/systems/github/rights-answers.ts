import { z } from 'zod';

/*
 * GitHub's answers about rights as far as they are used (REST API, version 2022-11-28, and GraphQL). Names are bounded:
 * they are shown, and sent on in further questions.
 */

const name = z.string().min(1).max(200);
const flag = z.boolean().nullish().catch(null);
const enabled = z.object({ enabled: flag }).nullish().catch(null);

/** "Get the authenticated user". */
export const accountSchema = z.object({
  login: name,
  id: z.number().int().positive().nullish().catch(null),
  /** The public address alone. */
  email: z.string().max(254).nullish().catch(null),
});

/** "Get a repository": `permissions` is of the person who asks; `allow_auto_merge` is there for who may write alone. */
export const repoRightsSchema = z.object({
  archived: flag,
  allow_auto_merge: flag,
  permissions: z
    .object({ admin: flag, maintain: flag, push: flag, triage: flag, pull: flag })
    .nullish()
    .catch(null),
});
export type RepoAnswer = z.output<typeof repoRightsSchema>;

/** "Get a branch". */
export const branchSchema = z.object({ protected: z.boolean() });

/** "Get rules for a branch": those of rulesets that are enforced, of the repo and its organisation. */
export const branchRulesSchema = z
  .array(
    z.object({
      type: z.string().min(1).max(100),
      ruleset_id: z.number().int().nullish().catch(null),
      parameters: z.object({ require_code_owner_review: flag }).nullish().catch(null),
    }),
  )
  .max(1000);
export type BranchRule = z.output<typeof branchRulesSchema>[number];

/** "Get a repository ruleset": whether the person who asks may pass by. */
export const rulesetSchema = z.object({
  current_user_can_bypass: z.enum(['always', 'pull_requests_only', 'never', 'exempt']).nullish().catch(null),
});

const actors = z
  .object({
    users: z
      .array(z.object({ login: name }))
      .nullish()
      .catch(null),
    teams: z
      .array(z.object({ slug: name }))
      .nullish()
      .catch(null),
  })
  .nullish()
  .catch(null);

/** "Get branch protection". */
export const protectionSchema = z.object({
  enforce_admins: enabled,
  lock_branch: enabled,
  required_pull_request_reviews: z
    .object({
      require_code_owner_reviews: flag,
      bypass_pull_request_allowances: actors,
    })
    .nullish(),
  restrictions: actors,
  required_status_checks: z.object({}).nullish(),
  required_signatures: enabled,
});
export type ProtectionAnswer = z.output<typeof protectionSchema>;

/** GraphQL `Ref.refUpdateRule`: "Branch protection rules that are viewable by non-admins". `null`: there are none. */
export const refUpdateRuleSchema = z.object({
  repository: z.object({
    ref: z.object({
      refUpdateRule: z
        .object({
          requiredApprovingReviewCount: z.number().int().nullish(),
          requiresCodeOwnerReviews: z.boolean(),
          requiresSignatures: z.boolean(),
          requiredStatusCheckContexts: z.array(z.unknown()).nullish().catch(null),
          viewerCanPush: z.boolean(),
        })
        .nullable(),
    }),
  }),
});

/** "Get team membership for a user". */
export const membershipSchema = z.object({ state: z.enum(['active', 'pending']) });

/** "Get repository content" of a file. */
export const fileSchema = z.object({
  type: z.literal('file'),
  encoding: z.string(),
  content: z.string(),
});

/** "Get a workflow". */
export const workflowStateSchema = z.object({ state: z.string().min(1).max(100) });
