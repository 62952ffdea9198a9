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
  mergeCommit: null,
  mergedBy: null,
  autoMerge: true,
  conflicts: false,
  mergeState: 'blocked',
  asked: ['platform'],
};
const seen = { reviews: { approvedBy: [], changesBy: [] }, checks: null, noAutoMerge: null, commit: 'c' };

describe('reviews', () => {
  it('counts the last word of each person; a comment takes nothing back', () => {
    const of = (...states: string[]) => reviewsOf(states.map((state) => ({ by: 'ada', state })));
    expect(of('CHANGES_REQUESTED', 'APPROVED')).toEqual({ approvedBy: ['ada'], changesBy: [] });
    expect(of('APPROVED', 'COMMENTED')).toEqual({ approvedBy: ['ada'], changesBy: [] });
    expect(of('APPROVED', 'DISMISSED')).toEqual({ approvedBy: [], changesBy: [] });
    expect(of('APPROVED', 'CHANGES_REQUESTED')).toEqual({ approvedBy: [], changesBy: ['ada'] });
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
    [{}, { reviews: { approvedBy: ['eve'], changesBy: ['bob'] } }, 'Pull request #7: bob requested changes.'],
    [
      { mergeState: 'clean', autoMerge: false },
      { reviews: { approvedBy: ['eve'], changesBy: [] }, noAutoMerge: 'The repo does not allow auto-merge.' },
      'Pull request #7 is approved by eve: somebody must merge it on GitHub. The repo does not allow auto-merge.',
    ],
    [
      { mergeState: 'behind' },
      { reviews: { approvedBy: ['eve'], changesBy: [] } },
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
      'Pull request #7 is waiting for a review. Asked: platform. Somebody changed its branch: check what it holds before it is merged.',
    ],
  ] as const)('%j %j', (change, known, text) => {
    expect(pullRequestStatus({ ...pull, ...change }, { ...seen, ...known } as never)).toBe(text);
  });
});
