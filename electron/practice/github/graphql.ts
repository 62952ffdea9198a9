import { z } from 'zod';
import { Problem } from './problem';
import { mergeMethodSchema, type Pull, type PullPlace } from './pull-state';
import type { Pulls } from './pulls';
import { pullNodeId } from './pulls-shapes';

/** A pull request by its GraphQL id, where the holder sees one. */
type FindPull = (id: string) => Promise<{ place: PullPlace; pull: Pull } | null>;

const inputSchema = z.object({
  pullRequestId: z.string(),
  mergeMethod: z.string().optional(),
  commitHeadline: z.string().nullish(),
  commitBody: z.string().nullish(),
  expectedHeadOid: z.string().optional(),
});
const bodySchema = z.object({
  query: z.string(),
  variables: z.object({ input: inputSchema.optional(), id: z.string().optional() }).default({}),
});

/** What GitHub says in the place of data: with status 200, as GraphQL does ("Forming calls with GraphQL"). */
const refused = (field: string, type: string, message: string) => ({
  data: { [field]: null },
  errors: [{ type, path: [field], locations: [{ line: 1, column: 1 }], message }],
});

/**
 * Four calls of GitHub's GraphQL API, by their names: the mutations `enablePullRequestAutoMerge`,
 * `disablePullRequestAutoMerge` and `enqueuePullRequest` with their input as the variable `input`, and `node(id: $id)` of a
 * pull request, with what counts of its reviews, or where it is in the merge queue, where that is asked.
 */
export async function answerGraphql(
  { pulls, find, login }: { pulls: Pulls; find: FindPull; login: string },
  body: unknown,
): Promise<unknown> {
  const asked = bodySchema.safeParse(body);
  if (!asked.success) throw new Problem(400, 'A query attribute must be specified and must be a string.');
  const { query, variables } = asked.data;
  const field =
    /\b(enablePullRequestAutoMerge|disablePullRequestAutoMerge|enqueuePullRequest|node)\s*\(/.exec(
      query,
    )?.[1];
  if (!field)
    return { errors: [{ message: 'Field is not known here', locations: [{ line: 1, column: 1 }] }] };
  const id = field === 'node' ? variables.id : variables.input?.pullRequestId;
  const found = await find(id ?? '');
  if (!found)
    return refused(field, 'NOT_FOUND', `Could not resolve to a node with the global id of '${id ?? ''}'`);
  const { place, pull } = found;
  const shaped = () => ({
    id,
    number: pull.number,
    autoMergeRequest: pull.autoMerge && { mergeMethod: pull.autoMerge.method.toUpperCase() },
  });
  if (field === 'node' && query.includes('reviewDecision'))
    return { data: { node: await reviewsOf(pulls, place, pull) } };
  if (field === 'node' && query.includes('mergeQueueEntry'))
    return { data: { node: pulls.queue.shaped(pull) } };
  if (field === 'enqueuePullRequest') {
    const why = await pulls.queue.refuses(place, pull, variables.input?.expectedHeadOid ?? null);
    if (why !== null) return refused(field, 'UNPROCESSABLE', why);
    pulls.queue.add(pull, login);
    return { data: { [field]: { mergeQueueEntry: pulls.queue.shaped(pull).mergeQueueEntry } } };
  }
  if (field === 'node') return { data: { node: shaped() } };
  if (field === 'disablePullRequestAutoMerge') {
    if (!pull.autoMerge)
      return refused(field, 'UNPROCESSABLE', "Can't disable auto-merge for this pull request.");
    pull.autoMerge = null;
    pulls.touch(pull);
    return { data: { [field]: { pullRequest: shaped() } } };
  }
  const method = mergeMethodSchema.catch('merge').parse(variables.input?.mergeMethod?.toLowerCase());
  const { settings } = pulls;
  const no = (message: string) => refused(field, 'UNPROCESSABLE', message);
  if (!settings.allowAutoMerge) return no('Pull request Auto merge is not allowed for this repository');
  if (pull.state !== 'open') return no('Pull request is not open');
  if (!settings.mergeMethods.includes(method)) {
    const name = { merge: 'Merge commits', squash: 'Squash merges', rebase: 'Rebase merges' }[method];
    return no(`Merge method ${name.toLowerCase()} are not allowed on this repository`);
  }
  // GitHub computes it before it answers here.
  await pulls.mergeability(place, pull);
  if ((await pulls.mergeability(place, pull)).state === 'clean')
    return no('Pull request Pull request is in clean status');
  pull.autoMerge = {
    by: login,
    method,
    title: variables.input?.commitHeadline ?? null,
    message: variables.input?.commitBody ?? null,
  };
  pulls.touch(pull);
  return { data: { [field]: { pullRequest: shaped() } } };
}

/** What counts of its reviews; code owners are asked as teams. Everybody here can write to the repo. */
async function reviewsOf(pulls: Pulls, place: PullPlace, pull: Pull) {
  const authors = new Set(pull.reviews.filter(({ state }) => state !== 'COMMENTED').map(({ by }) => by));
  return {
    reviewDecision: await pulls.decision(place, pull),
    latestOpinionatedReviews: {
      nodes: [...authors].map((login) => ({ author: { login }, authorCanPushToRepository: true })),
    },
    reviewRequests: {
      nodes: [
        ...pull.reviewers.map((login) => ({ asCodeOwner: false, requestedReviewer: { login } })),
        ...pull.teams.map((slug) => ({ asCodeOwner: true, requestedReviewer: { slug } })),
      ],
    },
  };
}

/** Whether an id is a pull request's of a repo. */
export const hasNodeId = (api: string, id: string, { repository, number }: Pull): boolean => {
  const [owner = '', repo = ''] = repository.split('/');
  return pullNodeId({ api, owner, repo }, number) === id;
};
