import { describe, expect, it } from 'vitest';
import { type PullRequest, reviewsOf } from './pull-request';
import { pullRequestStatus } from './pull-request-status';

const pull: PullRequest = {
  number: 7,
  id: 'x',
  url: null,
  state: 'open',
  draft: false,
  author: 'ada',
  operation: null,
  head: { branch: 'b', commit: 'c' },
  base: 'main',
  repo: null,
  mergeCommit: null,
  mergedBy: null,
  autoMerge: true,
  conflicts: false,
  mergeState: 'blocked',
  asked: ['platform'],
};
const none = { approvedBy: [], changesBy: [], uncounted: [], decision: null, ownersAsked: [] };
const seen = { reviews: none, checks: null, queue: null, noAutoMerge: null, content: 'same', branch: 'main' };

describe('reviews', () => {
  const of = (...states: string[]) =>
    reviewsOf(
      states.map((state) => ({ by: 'ada', state, association: 'MEMBER' })),
      null,
    );
  it('counts the last word of each person; a comment takes nothing back', () => {
    expect(of('CHANGES_REQUESTED', 'APPROVED')).toEqual({ ...none, approvedBy: ['ada'] });
    expect(of('APPROVED', 'COMMENTED')).toEqual({ ...none, approvedBy: ['ada'] });
    expect(of('APPROVED', 'DISMISSED')).toEqual(none);
    expect(of('APPROVED', 'CHANGES_REQUESTED')).toEqual({ ...none, changesBy: ['ada'] });
  });
  it('counts those of people who can write to the repo alone, as far as GitHub tells', () => {
    const reviews = [
      { by: 'ada', state: 'APPROVED', association: 'MEMBER' },
      { by: 'eve', state: 'APPROVED', association: 'CONTRIBUTOR' },
      { by: 'mallory', state: 'CHANGES_REQUESTED', association: 'NONE' },
    ];
    expect(reviewsOf(reviews, null)).toEqual({ ...none, approvedBy: ['ada'], uncounted: ['eve'] });
    // A member of the organisation may have read access alone.
    const told = {
      decision: 'review-required' as const,
      ownersAsked: ['platform'],
      writers: new Map([
        ['ada', false],
        ['eve', false],
      ]),
    };
    expect(reviewsOf(reviews, told)).toEqual({
      ...none,
      uncounted: ['ada', 'eve'],
      decision: 'review-required',
      ownersAsked: ['platform'],
    });
  });
});

describe('how a pull request stands', () => {
  it.each([
    [{}, {}, 'Pull request #7 is waiting for a review. Asked: platform.'],
    [{ draft: true }, {}, 'Pull request #7 is a draft on GitHub: somebody must mark it as ready.'],
    [
      { mergeState: 'clean', autoMerge: false, asked: [] },
      {},
      'Pull request #7 is waiting for a review. GitHub would let it be merged without one.',
    ],
    [
      {},
      { reviews: { ...none, approvedBy: ['eve'], changesBy: ['bob'] } },
      'Pull request #7: bob requested changes.',
    ],
    [
      { mergeState: 'clean', autoMerge: false },
      {
        reviews: { ...none, approvedBy: ['eve'], changesBy: [] },
        noAutoMerge: 'The repo does not allow auto-merge.',
      },
      'Pull request #7 is approved by eve: somebody must merge it on GitHub. The repo does not allow auto-merge.',
    ],
    [
      {},
      {
        reviews: {
          ...none,
          approvedBy: ['eve', 'bob'],
          decision: 'review-required',
          ownersAsked: ['platform'],
        },
      },
      'Pull request #7 has 2 approvals (eve, bob), not enough yet: a code owner’s review (platform) is still needed.',
    ],
    [
      {},
      { reviews: { ...none, uncounted: ['eve', 'bob'], decision: 'review-required' } },
      'Pull request #7 has 2 approvals (eve, bob), none counts: a review is still needed. GitHub does not count eve, bob: no write access to the repo.',
    ],
    [
      {},
      { reviews: { ...none, approvedBy: ['eve'], decision: 'review-required' } },
      'Pull request #7 has 1 approval (eve), not enough yet: another review is still needed.',
    ],
    [
      {},
      { reviews: { ...none, approvedBy: ['eve'], decision: 'approved' } },
      'Pull request #7 is approved by eve, but GitHub still waits for something. Asked: platform.',
    ],
    [
      { mergeState: 'behind' },
      { reviews: { ...none, approvedBy: ['eve'], changesBy: [] } },
      'Pull request #7 is approved by eve, but its branch must be updated with the newest commits first.',
    ],
    [
      {},
      { checks: { state: 'known', failed: [], pending: ['lint'], passed: 1, partial: false } },
      'Pull request #7 is waiting for a review. Asked: platform. Waiting for 1 check: lint.',
    ],
    [
      { head: { branch: 'b', commit: 'other' } },
      {},
      'Pull request #7 is waiting for a review. Asked: platform.',
    ],
    [
      { head: { branch: 'b', commit: 'other' } },
      { content: 'changed' },
      'Pull request #7 is waiting for a review. Asked: platform. Somebody changed what it holds: check it before it is merged.',
    ],
    [
      { head: { branch: 'b', commit: 'other' } },
      { content: 'unknown' },
      'Pull request #7 is waiting for a review. Asked: platform. Somebody changed its branch: check what it holds before it is merged.',
    ],
    [
      { mergeState: 'clean' },
      { reviews: { ...none, approvedBy: ['eve'] }, queue: { isNeeded: true, entry: null, removed: null } },
      'Pull request #7 is approved by eve, and waits for the merge queue of main. GitHub puts it there when its checks have passed.',
    ],
    [
      { autoMerge: false },
      {
        reviews: { ...none, approvedBy: ['eve'] },
        queue: { isNeeded: true, entry: null, removed: null },
        noAutoMerge: 'GitHub did not take it into the merge queue: not mergeable',
      },
      'Pull request #7 is approved by eve, and waits for the merge queue of main. GitHub did not take it into the merge queue: not mergeable',
    ],
    [
      {},
      {
        reviews: { ...none, approvedBy: ['eve'] },
        queue: {
          isNeeded: true,
          entry: { position: 2, state: 'awaiting-checks', since: '2026-03-01T12:00:05.000Z', msLeft: 90_000 },
          removed: null,
        },
      },
      'Pull request #7 is in the merge queue since 2026-03-01 12:00 UTC, at place 2: its checks run on what the branch will be. GitHub expects it to take about 2 minutes.',
    ],
    [
      { mergeState: 'clean' },
      {
        reviews: { ...none, approvedBy: ['eve'] },
        queue: {
          isNeeded: true,
          entry: null,
          removed: { reason: 'failed checks', at: '2026-03-01T12:00:05Z' },
        },
      },
      'Pull request #7 was taken out of the merge queue at 2026-03-01 12:00 UTC: checks failed on it together with what was before it. Somebody must put it back on GitHub, or cancel it here.',
    ],
    [
      { base: 'next' },
      {},
      'Pull request #7 is waiting for a review. Asked: platform. It goes into next now, not into main: change that on GitHub.',
    ],
  ] as const)('%j %j', (change, known, text) => {
    expect(pullRequestStatus({ ...pull, ...change }, { ...seen, ...known } as never)).toBe(text);
  });
});
