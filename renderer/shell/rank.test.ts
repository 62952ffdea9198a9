import { describe, expect, it } from 'vitest';
import { closeness, rank } from './rank';

const apps = ['account-api', 'draft-router', 'publishing-api', 'router', 'router-api', 'search-api'];
const items = [
  ...apps.map((title) => ({ title, weight: 5 })),
  ...apps.map((app) => ({ title: `Roll back ${app} in production`, words: 'undo', weight: -5 })),
  { title: 'Settings', words: 'colour identity' },
];
const titles = (query: string) => rank(query, items, 40).map((item) => item.title);

describe('ranking of the palette', () => {
  it('puts the whole name first, then beginnings, then the rest', () => {
    expect(titles('router').slice(0, 3)).toEqual(['router', 'router-api', 'draft-router']);
  });
  it('finds by letters in order', () => {
    expect(titles('pubapi')[0]).toBe('publishing-api');
    expect(titles('sapi')[0]).toBe('search-api');
  });
  it('wants every word of several', () => {
    expect(titles('roll pub prod')).toEqual(['Roll back publishing-api in production']);
    expect(titles('roll nothing')).toEqual([]);
  });
  it('finds by other words, after titles', () => {
    expect(titles('colour')).toEqual(['Settings']);
    expect(titles('undo router')[0]).toBe('Roll back router in production');
  });
  it('finds nothing for what is in nothing', () => {
    expect(titles('zzz')).toEqual([]);
  });
  it('keeps to the limit', () => {
    expect(rank('api', items, 3)).toHaveLength(3);
  });
  it('scores what is closer higher', () => {
    const scores = ['router', 'router-api', 'draft-router', 'xrouterx', 'r-o-u-t-e-r-z', 'signon'].map(
      (text) => closeness('router', text),
    );
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(scores.at(-1)).toBe(0);
    expect(new Set(scores).size).toBe(scores.length);
  });
});
