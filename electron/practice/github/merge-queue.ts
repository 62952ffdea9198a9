import type { mergePull } from './pull-merge';
import type { Pull, PullPlace, PullsState } from './pull-state';

/** The merge queue of the release repo's main branch, as far as the console asks ("Managing a merge queue"). */
export interface PracticeMergeQueue {
  /** Why GitHub does not take it; `null`: it does. @param head the commit that its head is expected to be. */
  refuses(place: PullPlace, pull: Pull, head: string | null): Promise<string | null>;
  add(pull: Pull, by: string): void;
  /** Merges it, or throws it out, once its checks have ended. */
  settle(place: PullPlace, pull: Pull): Promise<void>;
  /** What GraphQL tells of it. */
  shaped(pull: Pull): {
    isMergeQueueEnabled: boolean;
    mergeQueueEntry: object | null;
    timelineItems: { nodes: object[] };
  };
}

/** @param unmet what a branch's rules still ask for. */
export function createMergeQueue(options: {
  state: PullsState;
  now: () => Date;
  unmet: (place: PullPlace, pull: Pull) => Promise<string | null>;
  merge: (
    place: PullPlace,
    pull: Pull,
    asked: Pick<Parameters<typeof mergePull>[2], 'by' | 'method' | 'title' | 'message'>,
  ) => Promise<string>;
}): PracticeMergeQueue {
  const { state, now, unmet, merge } = options;
  const at = (): string => `${now().toISOString().slice(0, 19)}Z`;
  const entries = (): Pull[] =>
    state.pulls
      .filter(({ queued }) => queued !== null)
      .sort((a, b) => ((a.queued?.at ?? '') < (b.queued?.at ?? '') ? -1 : 1));
  const msLeft = ({ queued }: Pull): number =>
    queued && state.mergeQueue ? state.mergeQueue.waitMs - (now().getTime() - Date.parse(queued.at)) : 0;
  const remove = (pull: Pull, reason: string): void => {
    pull.queued = null;
    pull.removed = { reason, at: at() };
    pull.autoMerge = null;
  };
  return {
    async refuses(place, pull, head) {
      if (state.mergeQueue === null) return 'Merge queue is not enabled on this branch';
      if (pull.state !== 'open' || pull.draft) return 'Pull request is not open';
      if (head !== null && head !== pull.head.sha) return 'Head branch was modified. Review and try again.';
      return unmet(place, pull);
    },
    add(pull, by) {
      pull.queued ??= { by, at: at() };
      pull.removed = null;
    },
    async settle(place, pull) {
      const { queued } = pull;
      if (queued === null || state.mergeQueue === null || pull.state !== 'open' || msLeft(pull) > 0) return;
      if (state.mergeQueue.fails) return remove(pull, 'FAILED_CHECKS');
      const [method = 'merge'] = state.mergeMethods;
      // The queue decides how it merges, and by whose name: who put it there.
      const asked = { by: queued.by, method, title: null, message: null };
      await merge(place, pull, asked).catch(() => remove(pull, 'MERGE_CONFLICT'));
    },
    shaped(pull) {
      const place = entries().indexOf(pull);
      return {
        isMergeQueueEnabled: state.mergeQueue !== null,
        mergeQueueEntry:
          pull.queued === null
            ? null
            : {
                position: place + 1,
                state: place === 0 ? 'AWAITING_CHECKS' : 'QUEUED',
                enqueuedAt: pull.queued.at,
                estimatedTimeToMerge: Math.max(0, Math.round(msLeft(pull) / 1000)),
              },
        timelineItems: {
          nodes: pull.removed
            ? [
                {
                  __typename: 'RemovedFromMergeQueueEvent',
                  createdAt: pull.removed.at,
                  reason: pull.removed.reason,
                },
              ]
            : [],
        },
      };
    },
  };
}
