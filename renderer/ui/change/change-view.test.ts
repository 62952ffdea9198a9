import { describe, expect, it } from 'vitest';
import type { Change } from '../../../shared/domain/ledger/change';
import { changeSummary } from './change-view';

const commit = (author: string, sha: string) => ({
  sha,
  subject: 's',
  author,
  at: '2026-01-01T00:00:00Z',
  pullRequest: null,
});
const change = (part: Partial<Extract<Change, { state: 'known' }>>): Change => ({
  state: 'known',
  from: 'v1',
  to: 'v2',
  direction: 'forward',
  commits: [],
  lost: [],
  migrations: [],
  truncated: false,
  migrationsPartial: false,
  url: null,
  ...part,
});

describe('a change in one line', () => {
  it('counts commits, people and migrations', () => {
    const commits = [commit('a', '1'), commit('b', '2'), commit('a', '3')];
    expect(changeSummary(change({ commits, migrations: ['m'] }))).toBe('3 commits by 2 people, 1 migration');
    expect(changeSummary(change({ commits: [commit('a', '1')], truncated: true }))).toBe('1 commit or more');
  });
  it('counts pull requests, and says where GitHub cut the list', () => {
    const pullRequest = { number: 7, url: null, title: null };
    const commits = [
      { ...commit('a', '1'), pullRequest },
      { ...commit('b', '2'), pullRequest },
      commit('a', '3'),
    ];
    expect(changeSummary(change({ commits }))).toBe('3 commits in 1 pull request by 2 people');
    expect(changeSummary(change({ commits, migrations: ['m'], migrationsPartial: true }))).toContain(
      '1 migration or more',
    );
    expect(changeSummary(change({ commits, migrationsPartial: true }))).toContain('migrations not known');
  });
  it('says what is taken back, and what is left behind', () => {
    const lost = [commit('a', '1'), commit('a', '2')];
    expect(changeSummary(change({ direction: 'backward', lost }))).toBe('Removes 2 commits');
    expect(changeSummary(change({ direction: 'diverged', commits: [commit('b', '3')], lost }))).toBe(
      '1 commit, 2 commits only on the other side',
    );
  });
  it('never takes unknown for nothing', () => {
    expect(changeSummary({ state: 'unknown', because: 'GitHub is away.' })).toBe(
      'Differences not known: GitHub is away.',
    );
  });
});
