import { describe, expect, it } from 'vitest';
import { countPullRequests, pullRequestsByAuthor, titleOf } from './pull-requests';
import { type ListedCommit, refOfVersion, withPullRequests } from './source-history';

const commit = (sha: string, parents: string[], message: string): ListedCommit => ({
  sha,
  parents,
  message,
  author: 'An Author',
  at: '2026-01-01T00:00:00Z',
});
const urlOf = (number: number): string => `https://example.org/pull/${number}`;

describe('commits between two versions', () => {
  it('gives a pull request to the commits that its merge brought, newest first, without the merge', () => {
    const listed = [
      commit('a', ['base'], 'Add a form\n\nLong text'),
      commit('b', ['a'], 'Mend the form'),
      commit('m', ['base', 'b'], 'Merge pull request #7 from org/form'),
      commit('s', ['m'], 'Squashed change (#8)'),
      commit('d', ['s'], 'Straight to main'),
    ];
    expect(
      withPullRequests(listed, urlOf).map(({ sha, pullRequest }) => [sha, pullRequest?.number ?? null]),
    ).toEqual([
      ['d', null],
      ['s', 8],
      ['b', 7],
      ['a', 7],
    ]);
  });

  it('knows a pull request’s title by its merge, and puts pull requests together by author', () => {
    const by = (author: string, one: ListedCommit): ListedCommit => ({ ...one, author });
    const commits = withPullRequests(
      [
        by('Ada', commit('a', ['base'], 'First')),
        by('Bob', commit('b', ['a'], 'Second')),
        by('Ada', commit('c', ['b'], 'Third')),
        by(
          'A Merger',
          commit('m', ['base', 'c'], 'Merge pull request #7 from org/form\n\nA form for all\n\nMore'),
        ),
        by('Bob', commit('s', ['m'], 'Squashed change (#8)\n\nbody')),
        by('Bob', commit('d', ['s'], 'Straight to main')),
      ],
      urlOf,
    );
    expect(
      pullRequestsByAuthor(commits).map(({ author, pullRequests, commits: own }) => [
        author,
        pullRequests.map((pull) => [pull.number, titleOf(pull), pull.commits.length]),
        own.map(({ sha }) => sha),
      ]),
    ).toEqual([
      ['Ada', [[7, 'A form for all', 3]], []],
      ['Bob', [[8, 'Squashed change (#8)', 1]], ['d']],
    ]);
    expect(countPullRequests(commits)).toBe(2);
  });

  it('does not give a pull request what main had before', () => {
    const listed = [
      commit('x', ['base'], 'On main'),
      commit('f', ['x'], 'On the branch'),
      commit('m', ['x', 'f'], 'Merge pull request #9 from org/f'),
    ];
    const numbers = new Map(
      withPullRequests(listed, urlOf).map(({ sha, pullRequest }) => [sha, pullRequest?.number]),
    );
    expect(numbers.get('f')).toBe(9);
    expect(numbers.get('x')).toBeUndefined();
  });

  it('looks a release build up by its commit', () => {
    const sha = '0123456789abcdef0123456789abcdef01234567';
    expect(refOfVersion(`release-${sha}`)).toBe(sha);
    expect(refOfVersion('v12')).toBe('v12');
  });
});
