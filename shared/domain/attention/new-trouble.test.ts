import { expect, it } from 'vitest';
import type { AttentionItem } from './attention-items';
import { createTroubleMemory } from './new-trouble';

const item = (subject: string, more: Partial<AttentionItem> = {}): AttentionItem => ({
  key: `cell ${subject}`,
  subject,
  reason: 'Rollout failed',
  cause: null,
  served: null,
  since: null,
  production: true,
  owed: false,
  place: { at: 'repo' },
  ...more,
});
const minute = 60_000;

it('tells each trouble in production once, whoever deployed it', () => {
  const news = createTroubleMemory();
  const both = [item('router · production'), item('router · staging', { production: false })];
  expect(news(both, 0).map(({ subject }) => subject)).toEqual(['router · production']);
  expect(news(both, minute)).toEqual([]);
  expect(news([...both, item('search · production')], 2 * minute)).toMatchObject([
    { subject: 'search · production' },
  ]);
});

it('takes pods that crash and come up again for one trouble, and tells of the next one', () => {
  const news = createTroubleMemory();
  const failing = [item('router · production', { reason: 'Pods failing' })];
  expect(news(failing, 0)).toHaveLength(1);
  expect(news([], minute)).toEqual([]);
  expect(news([item('router · production')], 9 * minute)).toEqual([]);
  expect(news([], 10 * minute)).toEqual([]);
  expect(news(failing, 20 * minute)).toHaveLength(1);
});

it('leaves to an operation of one’s own what its end tells', () => {
  const news = createTroubleMemory();
  const ended = [item('a', { reason: 'Operation failed' }), item('b', { reason: 'Outcome unknown' })];
  expect(news(ended, 0)).toEqual([]);
  expect(news([item('a', { reason: 'Pods failing' })], minute)).toHaveLength(1);
});
