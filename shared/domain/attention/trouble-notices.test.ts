import { expect, it } from 'vitest';
import type { AttentionItem } from './attention-items';
import { troubleNotices } from './trouble-notices';

const trouble = (app: string): AttentionItem => ({
  key: `cell production ${app}`,
  subject: `${app} · production`,
  reason: 'Degraded',
  cause: 'A pod crashes.',
  served: 'Users are served.',
  since: null,
  production: true,
  owed: false,
  place: { at: 'cluster', environment: 'production' },
});
const many = (number: number) => Array.from({ length: number }, (_, at) => trouble(`app-${at}`));

it('little trouble is told one by one', () => {
  expect(troubleNotices([])).toEqual([]);
  expect(troubleNotices(many(3))).toHaveLength(3);
  expect(troubleNotices(many(1))).toEqual([
    {
      title: 'app-0 · production: Degraded',
      body: 'A pod crashes. Users are served.',
      place: { at: 'cluster', environment: 'production' },
    },
  ]);
});

it('much trouble at once is told in one', () => {
  expect(troubleNotices(many(12))).toEqual([
    {
      title: '12 things fail in production',
      body: 'app-0 · production: Degraded, app-1 · production: Degraded, app-2 · production: Degraded, and 9 more.',
      place: { at: 'attention' },
    },
  ]);
});
