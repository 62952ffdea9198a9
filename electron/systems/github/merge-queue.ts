import { z } from 'zod';
import type { MergeQueue } from '../../../shared/domain/route/merge-queue';
import { type AutoMergeAnswer, saidIn } from './auto-merge';
import type { GitHub } from './github-client';

/**
 * Where a pull request is in a merge queue (GitHub's GraphQL schema: `PullRequest.isMergeQueueEnabled`,
 * `mergeQueueEntry`, and `RemovedFromMergeQueueEvent` of its timeline): REST does not tell.
 */
const question = `query($id: ID!) {
  node(id: $id) {
    ... on PullRequest {
      isMergeQueueEnabled
      mergeQueueEntry { position state enqueuedAt estimatedTimeToMerge }
      timelineItems(last: 1, itemTypes: [ADDED_TO_MERGE_QUEUE_EVENT, REMOVED_FROM_MERGE_QUEUE_EVENT]) {
        nodes { __typename ... on RemovedFromMergeQueueEvent { createdAt reason } }
      }
    }
  }
}`;

const mutation = `mutation($input: EnqueuePullRequestInput!) {
  enqueuePullRequest(input: $input) { mergeQueueEntry { position } }
}`;

const time = z.iso.datetime({ offset: true }).nullable().catch(null);
const answerSchema = z.object({
  node: z.object({
    isMergeQueueEnabled: z.boolean(),
    mergeQueueEntry: z
      .object({
        position: z.number().int(),
        state: z.string(),
        enqueuedAt: time,
        /** Seconds. */
        estimatedTimeToMerge: z.number().nonnegative().nullable().catch(null),
      })
      .nullable(),
    timelineItems: z.object({
      nodes: z.array(
        z.object({
          __typename: z.string().optional(),
          createdAt: time.optional(),
          reason: z.string().nullish(),
        }),
      ),
    }),
  }),
});

/** `MergeQueueEntryState`. */
const states: Readonly<Record<string, NonNullable<MergeQueue['entry']>['state']>> = {
  QUEUED: 'queued',
  AWAITING_CHECKS: 'awaiting-checks',
  MERGEABLE: 'mergeable',
  UNMERGEABLE: 'unmergeable',
  LOCKED: 'locked',
};

const merges = /^(merged?|already_merged)$/i;

const asIso = (text: string | null | undefined): string | null =>
  text === null || text === undefined ? null : new Date(text).toISOString();

/**
 * @param id of the pull request, as GraphQL knows it.
 * @returns `null`: a server without merge queues, a token that may not use GraphQL, or an answer that does not tell.
 */
export async function mergeQueueOf(
  github: GitHub,
  id: string,
  signal: AbortSignal,
): Promise<MergeQueue | null> {
  // Without it the pull request is followed as any other: what the queue does shows in the end.
  const answer = await github.graphql(question, { id, request: { signal } }).catch(() => null);
  signal.throwIfAborted();
  const told = answerSchema.safeParse(answer);
  if (!told.success) return null;
  const { isMergeQueueEnabled, mergeQueueEntry: entry, timelineItems } = told.data.node;
  const last = timelineItems.nodes.at(-1);
  const isRemoved = entry === null && last?.__typename === 'RemovedFromMergeQueueEvent';
  // GitHub takes it out a moment before it shows that it is merged.
  if (isRemoved && merges.test(last.reason ?? ''))
    return {
      isNeeded: true,
      entry: { position: 1, state: 'mergeable', since: null, msLeft: null },
      removed: null,
    };
  return {
    isNeeded: isMergeQueueEnabled || entry !== null,
    entry: entry && {
      position: entry.position,
      state: states[entry.state] ?? 'unknown',
      since: asIso(entry.enqueuedAt),
      msLeft: entry.estimatedTimeToMerge === null ? null : entry.estimatedTimeToMerge * 1000,
    },
    removed: isRemoved ? { reason: last.reason ?? null, at: asIso(last.createdAt) } : null,
  };
}

/**
 * Puts a pull request into the merge queue, where its head is still the commit ("enqueuePullRequest"; what *Merge when
 * ready* does). The queue decides by which way it is merged. @throws the client's errors.
 */
export async function enqueue(
  github: GitHub,
  { id, head }: { id: string; head: string },
  signal: AbortSignal,
): Promise<AutoMergeAnswer> {
  try {
    const input = { pullRequestId: id, expectedHeadOid: head };
    await github.graphql(mutation, { input, request: { signal } });
    return { state: 'on' };
  } catch (error) {
    const because = saidIn(error);
    if (because === null) throw error;
    // It is not ready, or its head moved: another look says another thing.
    return { state: 'not-now', because };
  }
}
