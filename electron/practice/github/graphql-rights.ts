import { z } from 'zod';
import type { RightsState } from '../../systems/practice/rights';
import { isProtected, mayPushToProtected, neededReviews, passesReviews } from '../rights/branch-rules';

const variablesSchema = z.object({ owner: z.string(), repo: z.string(), ref: z.string() });

/** Whether a GraphQL query asks for `repository.ref.refUpdateRule`. */
export const asksForRefUpdateRule = (body: Readonly<Record<string, unknown>>): boolean =>
  typeof body.query === 'string' && /\brefUpdateRule\b/.test(body.query);

/**
 * `repository(owner: $owner, name: $repo).ref(qualifiedName: $ref).refUpdateRule`: "Branch protection rules that are
 * enforced on the viewer" (GitHub's GraphQL reference, RefUpdateRule), which every reader may ask for; rulesets are not
 * among them. @param isThere whether there is such a branch for the token
 */
export async function answerRefUpdateRule(
  {
    rights,
    login,
    isThere,
  }: {
    rights: RightsState;
    login: string;
    isThere: (place: { owner: string; repo: string; branch: string }) => Promise<boolean>;
  },
  body: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const asked = variablesSchema.safeParse(body.variables);
  if (!asked.success) return { errors: [{ message: 'Variables $owner, $repo and $ref are needed' }] };
  const { owner, repo, ref } = asked.data;
  if (![owner, repo].every((name) => /^\w[\w.-]*$/.test(name))) return { data: { repository: null } };
  const place = { owner, repo, branch: ref.replace(/^refs\/heads\//, '') };
  if (!(await isThere(place))) return { data: { repository: { ref: null } } };
  const isBound = isProtected(rights, place) && rights.protectedBy === 'branch-protection';
  const needsReview = isBound && !passesReviews(rights, login);
  const refUpdateRule = isBound
    ? {
        pattern: 'main',
        requiredApprovingReviewCount: needsReview ? neededReviews : null,
        requiresCodeOwnerReviews: needsReview,
        requiresSignatures: false,
        requiredStatusCheckContexts: [],
        viewerCanPush: mayPushToProtected(rights, login),
      }
    : null;
  return { data: { repository: { ref: { refUpdateRule } } } };
}
