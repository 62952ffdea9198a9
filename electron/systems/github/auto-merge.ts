import { z } from 'zod';
import { visibleText } from '../../../shared/domain/text/visible-text';
import type { GitHub } from './github-client';

/**
 * What GitHub said to auto-merge. `not-now`: nothing keeps it from being merged as it stands ("clean status"), or it is
 * not computed yet, or it is a draft, or waits in the merge queue; `refused`: this repo or this person may not. `because` in GitHub's words.
 */
export type AutoMergeAnswer =
  | { state: 'on' }
  | { state: 'not-now'; because: string }
  | { state: 'refused'; because: string };

const mutation = `mutation($input: EnablePullRequestAutoMergeInput!) {
  enablePullRequestAutoMerge(input: $input) { pullRequest { number } }
}`;

/** What Octokit throws for an answer of GraphQL that holds errors. */
const graphqlErrorSchema = z.object({
  name: z.literal('GraphqlResponseError'),
  errors: z.array(z.object({ message: z.string() })).min(1),
});

/** GitHub's words in an answer of its GraphQL API; `null`: another error. */
export function saidIn(error: unknown): string | null {
  const parsed = graphqlErrorSchema.safeParse(error);
  if (!parsed.success) return null;
  const { errors } = parsed.data;
  const said = errors.map(({ message }) => message).join(' ');
  return visibleText(said.slice(0, 300));
}

/**
 * Switches auto-merge on ("enablePullRequestAutoMerge"; the REST API has no such call). The commit's title and text go
 * along for a squash, which else would take them from the repo's settings.
 * @param id GraphQL's id of the pull request. @param methods in order of preference. @throws the client's errors.
 */
export async function enableAutoMerge(
  github: GitHub,
  id: string,
  methods: readonly ('merge' | 'squash' | 'rebase')[],
  { title, body }: { title: string; body: string },
  signal: AbortSignal,
): Promise<AutoMergeAnswer> {
  let because = 'The repo allows no way of merging.';
  for (const method of methods) {
    try {
      await github.graphql(mutation, {
        input: {
          pullRequestId: id,
          mergeMethod: method.toUpperCase(),
          ...(method === 'squash' ? { commitHeadline: title, commitBody: body } : {}),
        },
        request: { signal },
      });
      return { state: 'on' };
    } catch (error) {
      const answer = saidIn(error);
      if (answer === null) throw error;
      because = answer;
      if (/in \w+ status|has_hooks|was modified|\bdraft\b|merge queue/i.test(because))
        return { state: 'not-now', because };
      // Of a way of merging that the repo does not allow, the next one may be.
      if (
        !/merge method|(merge commits|squash merging|squash merges|rebase merges|rebase merging) (is|are) not/i.test(
          because,
        )
      )
        return { state: 'refused', because };
    }
  }
  return { state: 'refused', because };
}
