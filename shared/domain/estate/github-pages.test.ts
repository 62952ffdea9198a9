import { expect, it } from 'vitest';
import { commitPage, filePage, gitHubWeb, ownerPage, recordPage } from './github-pages';

const repo = { apiUrl: 'https://api.github.com', owner: 'example', repo: 'releases' };

it.each([
  ['https://api.github.com', 'https://github.com'],
  ['https://github.example.org/api/v3', 'https://github.example.org'],
  ['http://127.0.0.1:4000', null],
  ['javascript:alert(1)', null],
  ['nothing', null],
])('%s is read at %s', (apiUrl, web) => expect(gitHubWeb(apiUrl)).toBe(web));

it('pages are of commits, files and owners alone, and a name can’t leave its place', () => {
  expect(commitPage(repo, 'a'.repeat(40))).toBe(
    `https://github.com/example/releases/commit/${'a'.repeat(40)}`,
  );
  expect(commitPage(repo, '../../evil')).toBeNull();
  expect(filePage(repo, 'a/b', 'x y/#z')).toBe('https://github.com/example/releases/blob/a/b/x%20y/%23z');
  expect(ownerPage(repo.apiUrl, '@example/platform')).toBe('https://github.com/orgs/example/teams/platform');
  expect(ownerPage(repo.apiUrl, '@sam')).toBe('https://github.com/sam');
  expect(ownerPage(repo.apiUrl, 'a.person@example.org')).toBeNull();
});

it('records are read where they lie, and nowhere where that is another repo', () => {
  const ledger = { branch: 'main', github: repo };
  const path = '.signalbox/locks/apps/production.yaml';
  expect(recordPage({ ledger }, path)).toBe(`https://github.com/example/releases/blob/main/${path}`);
  expect(recordPage({ ledger: { ...ledger, records: { branch: 'signalbox' } } }, path)).toBe(
    `https://github.com/example/releases/blob/signalbox/${path}`,
  );
  expect(
    recordPage({ ledger: { ...ledger, records: { branch: 'x', url: 'https://x.example/y' } } }, path),
  ).toBeNull();
  expect(recordPage({ ledger: { branch: 'main' } }, path)).toBeNull();
});
