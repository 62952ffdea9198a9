import { expect, it } from 'vitest';
import { noChange, type SourceCommit } from '../ledger/change';
import { othersFindings } from './preflight-others';
import type { Me } from './whose';

const me: Me = { name: 'Ada Morrow', emails: ['ada@example.invalid'], account: null };
const own = me.name;
const commit = (author: string, subject = 'Change a page', pull: number | null = null): SourceCommit => ({
  sha: author.replace(/\W/g, '').padEnd(40, 'a'),
  subject,
  author,
  at: '2026-11-30T10:00:00Z',
  pullRequest: pull === null ? null : { number: pull, url: null, title: null },
});
const between = (commits: SourceCommit[], lost: SourceCommit[] = [], truncated = false) => {
  const change = { ...noChange('v1'), commits, lost, truncated };
  return othersFindings({ change, me }).map(({ level, message, evidence }) => ({ level, message, evidence }));
};

it('names whose changes go out besides one’s own, with pull requests', () => {
  expect(
    between([commit('Sam Hale', 'Fix search', 12), commit(own), commit('Kim Osei'), commit('Sam Hale')]),
  ).toEqual([
    {
      level: 'info',
      message: 'Includes other people’s changes: 3 commits by Sam Hale (2), Kim Osei (1).',
      evidence:
        '“#12 Fix search” by Sam Hale, “KimOseia Change a page” by Kim Osei, “SamHalea Change a page” by Sam Hale.',
    },
  ]);
});

it('says nothing of one’s own, however the name is written', () => {
  expect(between([commit(own), commit(' ada morrow ')])).toEqual([]);
});

it('tells what is taken back apart from what goes out', () => {
  expect(between([commit('Sam Hale')], [commit('Kim Osei')]).map(({ message }) => message)).toEqual([
    'Includes other people’s changes: 1 commit by Sam Hale (1).',
    'Removes other people’s changes: 1 commit by Kim Osei (1).',
  ]);
});

it('counts those that are not named, and says where not all are known', () => {
  const people = ['Sam Hale', 'Kim Osei', 'Lee Park', 'Noor Aziz', 'Ivo Brand'].map((name) => commit(name));
  expect(between(people, [], true)).toMatchObject([
    {
      message:
        'Includes other people’s changes: at least 5 commits by Sam Hale (1), Kim Osei (1), Lee Park (1) and 2 more.',
      evidence: expect.stringContaining('by Lee Park and 2 more.'),
    },
  ]);
});

it('is silent where the versions were not compared', () => {
  expect(othersFindings({ change: null, me })).toEqual([]);
  expect(othersFindings({ change: { state: 'unknown', because: 'x' }, me })).toEqual([]);
});

it('names a pull request once, however many commits it has', () => {
  const twice = commit('Sam Hale', 'Fix search', 12);
  expect(between([twice, twice, commit('Kim Osei')])).toMatchObject([
    {
      message: 'Includes other people’s changes: 3 commits by Sam Hale (2), Kim Osei (1).',
      evidence: '“#12 Fix search” by Sam Hale, “KimOseia Change a page” by Kim Osei.',
    },
  ]);
});

it('tells bots apart from people', () => {
  const bot: SourceCommit = {
    ...commit('dependabot[bot]', 'Bump rails', 20),
    people: [{ name: 'dependabot[bot]', email: null, login: 'dependabot[bot]', bot: true }],
  };
  expect(between([bot, commit('Sam Hale')]).map(({ message }) => message)).toEqual([
    'Includes other people’s changes: 1 commit by Sam Hale (1).',
    'Includes changes by bots: 1 commit by dependabot[bot] (1).',
  ]);
  expect(between([], [bot]).map(({ message }) => message)).toEqual([
    'Removes changes by bots: 1 commit by dependabot[bot] (1).',
  ]);
});
