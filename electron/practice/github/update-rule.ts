import { z } from 'zod';
import type { RightsState } from '../../systems/practice/rights';
import { isProtected, mayPushToProtected, neededReviews, passesReviews } from '../rights/branch-rules';

const questionSchema = z.object({
  query: z.string().regex(/\brefUpdateRule\b/),
  variables: z.object({ owner: z.string(), repo: z.string(), ref: z.string().startsWith('refs/heads/') }),
});

/**
 * Answers GraphQL's `Repository.ref.refUpdateRule` for whoever asks: what of branch protection "is viewable by
 * non-admins" (docs.github.com/graphql, RefUpdateRule). `null`: something else is asked.
 */
export function answerUpdateRule(
  body: unknown,
  { rights, login }: { rights: RightsState; login: string },
): unknown | null {
  const asked = questionSchema.safeParse(body);
  if (!asked.success) return null;
  const { owner, repo, ref } = asked.data.variables;
  const branch = ref.slice('refs/heads/'.length);
  const isRuled = isProtected(rights, { owner, repo, branch }) && rights.protectedBy === 'branch-protection';
  const needsReview = !passesReviews(rights, login);
  const refUpdateRule = isRuled
    ? {
        requiredApprovingReviewCount: needsReview ? neededReviews : null,
        requiresCodeOwnerReviews: needsReview,
        requiresSignatures: false,
        requiredStatusCheckContexts: [],
        viewerCanPush: mayPushToProtected(rights, login),
      }
    : null;
  return { data: { repository: { ref: { refUpdateRule } } } };
}
