import { describe, expect, it } from 'vitest';
import { dependencyNames, evaluateDepends, evaluateWhen, substituted } from './expressions';

describe('when', () => {
  it.each([
    ["'true' == 'true' && 'true' == 'true' && 'frontend' !~ '^draft-'", true],
    ["'true' == 'true' && 'true' == 'true' && 'draft-frontend' !~ '^draft-'", false],
    ["'true' == 'true' && 'false' == 'true'", false],
    ['Succeeded != Succeeded', false],
    ['Failed != Succeeded', true],
    ["!('a' == 'b') || 'a' == 'c'", true],
    ["'a' =~ '^[ab]$'", true],
    ['true', true],
  ])('%s is %s', (text, value) => {
    expect(evaluateWhen(text)).toBe(value);
  });

  it.each(["'a' ==", "('a' == 'a'", 'hello', "'a' == 'a' 'b'"])('%s is refused', (text) => {
    expect(() => evaluateWhen(text)).toThrow(/Invalid 'when' expression/);
  });
});

it('parameters are put in, and what is unknown stays', () => {
  const values = new Map([['workflow.parameters.repoName', 'frontend']]);
  expect(
    substituted('{{workflow.parameters.repoName}} {{ workflow.parameters.repoName }} {{other}}', values),
  ).toBe('frontend frontend {{other}}');
});

it('depends names tasks and what has to hold of them', () => {
  const depends = 'smoke-test.Succeeded && (a || !b.Failed)';
  expect(dependencyNames(depends)).toEqual(['smoke-test', 'a', 'b']);
  const holds = (task: string, condition: string) => task === 'smoke-test' && condition === 'Succeeded';
  expect(evaluateDepends(depends, holds)).toBe(true);
  expect(evaluateDepends('smoke-test.Failed', holds)).toBe(false);
});
