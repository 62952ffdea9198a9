import { describe, expect, it } from 'vitest';
import { ok } from '../../../shared/domain/failure/failure';
import type { MergeQueue } from '../../../shared/domain/route/merge-queue';
import type { PullRequest, PullReviews } from '../../../shared/domain/route/pull-request';
import { mergeWhenDue } from './merge-when-due';
import type { Task } from './proposal';
import type { ProposedContent } from './proposal-content';

const pull = {
  number: 7,
  draft: false,
  autoMerge: false,
  mergeState: 'blocked',
  base: 'main',
  head: { branch: 'b', commit: 'c' },
} as PullRequest;
const none: PullReviews = {
  approvedBy: [],
  changesBy: [],
  uncounted: [],
  decision: null,
  ownersAsked: [],
};
const approved: PullReviews = { ...none, approvedBy: ['ada'], decision: 'approved' };

/** What is asked of GitHub at each look, which says to auto-merge that there is nothing to wait for. */
async function asked(
  looks: [
    change: Partial<PullRequest>,
    reviews: PullReviews,
    content?: ProposedContent,
    queue?: MergeQueue | null,
  ][],
  because = 'Pull request is in clean status',
  takes = true,
) {
  const calls: string[] = [];
  const task = {
    context: { id: 'o', saw: () => undefined },
    signal: new AbortController().signal,
    place: { owner: 'o', repo: 'r', branch: 'main' },
    proposal: { what: 'Deploy', kind: 'deploy', route: { autoMerge: true } },
    pulls: {
      autoMerge: async () => {
        calls.push('auto-merge');
        return ok({ state: 'not-now', because });
      },
      merge: async (_: object, { head }: { head: string }) => {
        calls.push(`merge ${head}`);
        return ok({ commit: 'd' });
      },
      enqueue: async (_: object, { head }: { head: string }) => {
        calls.push(`enqueue ${head}`);
        return ok(takes ? { state: 'on' } : { state: 'not-now', because: 'checks' });
      },
    },
  } as unknown as Task;
  const merging = mergeWhenDue(task);
  for (const [change, reviews, content = 'same', queue = null] of looks)
    await merging({ ...pull, ...change }, reviews, content, queue);
  return calls;
}
const clean = { mergeState: 'clean' };

describe('a pull request is merged', () => {
  it.each<[string, Parameters<typeof asked>[0], string[]]>([
    ['once it is approved and clean', [[clean, approved]], ['auto-merge', 'merge c']],
    ['never without an approval', [[clean, none]], ['auto-merge']],
    ['never with approvals that do not count', [[clean, { ...none, uncounted: ['eve'] }]], ['auto-merge']],
    [
      'never where GitHub says that a review is still needed',
      [[clean, { ...approved, decision: 'review-required' }]],
      ['auto-merge'],
    ],
    ['never against who requested changes', [[clean, { ...approved, changesBy: ['bob'] }]], ['auto-merge']],
    ['never where somebody changed what it holds', [[clean, approved, 'changed']], []],
    ['never where nobody knows what it holds', [[clean, approved, 'unknown']], []],
    ['never into another branch', [[{ ...clean, base: 'next' }, approved]], []],
    [
      'as it was updated with the newest commits',
      [[{ ...clean, head: { branch: 'b', commit: 'e' } }, approved]],
      ['auto-merge', 'merge e'],
    ],
    [
      'not as a draft, but once it is ready',
      [
        [{ draft: true }, none],
        [clean, approved],
      ],
      ['auto-merge', 'merge c'],
    ],
    ['by GitHub where auto-merge is on', [[{ ...clean, autoMerge: true }, approved]], []],
    [
      'not twice for the same state',
      [
        [{}, none],
        [{}, none],
      ],
      ['auto-merge'],
    ],
  ])('%s', async (_, looks, calls) => {
    expect(await asked(looks)).toEqual(calls);
  });
});

const needed: MergeQueue = { isNeeded: true, entry: null, removed: null };
const entry = { position: 1, state: 'queued', since: null, msLeft: null } as const;

describe('where the branch has a merge queue, a pull request', () => {
  it.each<[string, Parameters<typeof asked>[0], string[], boolean?]>([
    ['is put into it once it is approved', [[clean, approved, 'same', needed]], ['enqueue c']],
    [
      'is put there although auto-merge is on',
      [[{ ...clean, autoMerge: true }, approved, 'same', needed]],
      ['enqueue c'],
    ],
    ['has auto-merge switched on before that', [[{}, none, 'same', needed]], ['auto-merge']],
    [
      'is put there again when GitHub did not take it as it stood, and never merged beside it',
      [
        [{}, approved, 'same', needed],
        [{}, approved, 'same', needed],
        [clean, approved, 'same', needed],
      ],
      ['enqueue c', 'auto-merge', 'enqueue c', 'auto-merge'],
      false,
    ],
    [
      'is left alone in it, and when it was thrown out',
      [
        [{ autoMerge: true }, approved, 'same', { ...needed, entry }],
        [clean, approved, 'same', needed],
        [clean, approved, 'same', { ...needed, removed: { reason: 'failed_checks', at: null } }],
      ],
      [],
    ],
    [
      'is not put there by a new process when it was thrown out',
      [[clean, approved, 'same', { ...needed, removed: { reason: 'failed_checks', at: null } }]],
      [],
    ],
    ['is not put there with what somebody changed', [[clean, approved, 'changed', needed]], []],
  ])('%s', async (_, looks, calls, takes) => {
    expect(await asked(looks, undefined, takes)).toEqual(calls);
  });
});
