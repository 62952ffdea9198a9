import { expect, it } from 'vitest';
import { owner, releaseRepoName } from '../estate/apps';
import { bot, consoleUser, developers, reviewer, rival } from '../estate/people';
import { isCodeOwner, isProtected, mayPushToProtected, neededReviews, refusalOfChange } from './branch-rules';
import { standardRights } from './standard-rights';

const main = { owner, repo: releaseRepoName, branch: 'main' };

it.each([
  ['the person of the console', consoleUser, { push: true, owns: false, passes: false }],
  ['the rival', rival, { push: true, owns: true, passes: false }],
  ['another release manager', reviewer, { push: true, owns: false, passes: false }],
  ['a developer', developers[0], { push: false, owns: false, passes: false }],
  ['the bot', bot, { push: true, owns: false, passes: true }],
])('%s at GOV.UK', (_, person, { push, owns, passes }) => {
  const rights = standardRights('govuk');
  const login = person?.login ?? '';
  expect(mayPushToProtected(rights, login)).toBe(push);
  expect(isCodeOwner(rights, login)).toBe(owns);
  expect(refusalOfChange(rights, { ...main, login }) === null).toBe(passes);
});

it('protects main of the release repo alone, and only with the rights of GOV.UK', () => {
  const rights = standardRights('govuk');
  expect(neededReviews).toBe(1);
  expect(isProtected(rights, main)).toBe(true);
  expect(isProtected(rights, { ...main, branch: 'signalbox' })).toBe(false);
  expect(isProtected(rights, { ...main, repo: 'whitehall' })).toBe(false);
  expect(isProtected(standardRights('govuk-pods-only'), main)).toBe(true);
  expect(isProtected(standardRights('everything'), main)).toBe(false);
  expect(refusalOfChange(standardRights('everything'), { ...main, login: 'anybody' })).toBeNull();
});
