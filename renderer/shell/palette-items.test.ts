import { expect, it, vi } from 'vitest';
import type { HistoryEvent } from '../../shared/domain/history/history-event';
import { historyItems } from './palette-items';

const deployment = (app: string, to: string): HistoryEvent => ({
  type: 'deployment',
  id: 1,
  app,
  environment: 'production',
  from: null,
  to,
  at: '2026-03-01T12:00:00.000Z',
  commit: 'abc',
  author: 'Ada Vale',
  kind: 'promote',
  reason: null,
  operationId: null,
  returns: false,
  subject: '',
});

it('finds versions that begin so, each once, and always leads to the search', () => {
  const doors = { openVersion: vi.fn(), searchHistory: vi.fn() };
  const found = ['v139', 'v1393', 'v1393', 'v7'].map((to) => deployment('router', to));
  const { versions, search } = historyItems(' v139 ', [...found, deployment('signon', 'v1393')], doors);
  expect(versions.map(({ title }) => title)).toEqual(['router v139', 'router v1393', 'signon v1393']);
  versions.at(-1)?.run();
  expect(doors.openVersion).toHaveBeenCalledWith('signon', 'v1393');
  search[0]?.run();
  expect(doors.searchHistory).toHaveBeenCalledWith('v139');
  expect(historyItems('  ', found, doors)).toEqual({ versions: [], search: [] });
});
