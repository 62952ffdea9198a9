import { z } from 'zod';
import type { ReviewCount } from '../../../shared/domain/route/pull-request';
import { visibleText } from '../../../shared/domain/text/visible-text';
import type { GitHub } from './github-client';

/**
 * What counts of the reviews of a pull request (GitHub's GraphQL schema: `PullRequest.reviewDecision`,
 * `latestOpinionatedReviews`, `PullRequestReview.authorCanPushToRepository`, `ReviewRequest.asCodeOwner`): REST tells
 * neither.
 */
const question = `query($id: ID!) {
  node(id: $id) {
    ... on PullRequest {
      reviewDecision
      latestOpinionatedReviews(first: 100) { nodes { author { login } authorCanPushToRepository } }
      reviewRequests(first: 50) {
        nodes { asCodeOwner requestedReviewer { ... on User { login } ... on Team { slug } } }
      }
    }
  }
}`;

const answerSchema = z.object({
  node: z.object({
    reviewDecision: z.string().nullable(),
    latestOpinionatedReviews: z.object({
      nodes: z.array(
        z.object({
          author: z.object({ login: z.string() }).nullable(),
          authorCanPushToRepository: z.boolean(),
        }),
      ),
    }),
    reviewRequests: z.object({
      nodes: z.array(
        z.object({
          asCodeOwner: z.boolean(),
          requestedReviewer: z
            .object({ login: z.string().optional(), slug: z.string().optional() })
            .nullable()
            .catch(null),
        }),
      ),
    }),
  }),
});

const decisions: Readonly<Record<string, ReviewCount['decision']>> = {
  APPROVED: 'approved',
  CHANGES_REQUESTED: 'changes-requested',
  REVIEW_REQUIRED: 'review-required',
};

const shown = (name: string): string => visibleText(name.slice(0, 100));

/**
 * @param id of the pull request, as GraphQL knows it.
 * @returns `null`: a server without GraphQL, a token that may not use it, or an answer that does not tell.
 */
export async function reviewCount(
  github: GitHub,
  id: string,
  signal: AbortSignal,
): Promise<ReviewCount | null> {
  // What can't be asked is not told: the reviews themselves say less, and are asked beside it.
  const answer = await github.graphql(question, { id, request: { signal } }).catch(() => null);
  signal.throwIfAborted();
  const told = answerSchema.safeParse(answer);
  if (!told.success) return null;
  const { reviewDecision, latestOpinionatedReviews, reviewRequests } = told.data.node;
  return {
    decision: decisions[reviewDecision ?? ''] ?? null,
    writers: new Map(
      latestOpinionatedReviews.nodes.flatMap(({ author, authorCanPushToRepository }) =>
        author ? [[shown(author.login), authorCanPushToRepository]] : [],
      ),
    ),
    ownersAsked: reviewRequests.nodes.flatMap(({ asCodeOwner, requestedReviewer }) => {
      const name = requestedReviewer?.login ?? requestedReviewer?.slug;
      return asCodeOwner && name !== undefined ? [shown(name)] : [];
    }),
  };
}
