import { describe, expect, it } from 'vitest';
import { isOfBranchRules, isOfContent } from './branch-rule';

describe('what GitHub refuses', () => {
  it.each([
    'Changes must be made through a pull request.',
    'Changes must be made through the merge queue',
    'Required status check "ci" is expected.',
    '12 of 12 required status checks are expected.',
    'At least 1 approving review is required by reviewers with write access.',
    'Waiting on code owner review from alphagov/gov-uk-platform-engineering.',
    'New changes require approval from someone other than the last pusher; a review is required',
    "You're not authorized to push to this branch.",
    'GH006: Protected branch update failed for refs/heads/main.',
    'GH013: Repository rule violations found for refs/heads/main.\n- Cannot update this protected ref.',
    'Base branch requires signed commits.',
    'Commits must have verified signatures.',
    'This branch must not contain merge commits.',
    'Cannot change this locked branch',
    'Code scanning is waiting for results from CodeQL for the commit cfbb5c1.',
  ])('by a rule of the branch: %s', (said) => {
    expect([isOfBranchRules(said), isOfContent(said)]).toEqual([true, false]);
  });
  it.each([
    'GH013: Repository rule violations found for refs/heads/main.\n- GITHUB PUSH PROTECTION\n- Push cannot contain secrets',
    'GH001: Large files detected. You may want to try Git Large File Storage',
    'GH009: Secrets detected! This push failed.',
    'File x is 120.00 MB; this exceeds GitHub’s file size limit of 100.00 MB',
  ])('for what it holds: %s', (said) => {
    expect([isOfBranchRules(said), isOfContent(said)]).toEqual([false, true]);
  });
  it.each([
    'Merge conflict',
    'Head branch was modified. Review and try the merge again.',
    'Base branch was modified. Review and try the merge again.',
    'Reference already exists',
    'Required input "gitRef" not provided',
    'Pull Request is not mergeable',
    'A pull request already exists for alphagov:x.',
    'Validation Failed; title is required',
    'No commits between main and x',
    'Base does not exist',
  ])('otherwise: %s', (said) => {
    expect([isOfBranchRules(said), isOfContent(said)]).toEqual([false, false]);
  });
});
