import { expect, it } from 'vitest';
import type { Operation } from '../operation/operation';
import type { AttentionItem } from './attention-items';
import { deskStatus } from './desk-status';

const item = (subject: string, production: boolean): AttentionItem => ({
  key: subject,
  subject,
  reason: 'Failing',
  cause: null,
  served: null,
  since: null,
  production,
  owed: false,
  place: { at: 'repo' },
});
const running = (done: number, of: number): Operation =>
  ({
    id: 'an-id',
    state: 'running',
    intent: { kind: 'hold', app: 'frontend', environment: 'production', reason: 'x' },
    steps: Array.from({ length: of }, (_, index) => ({ state: index < done ? 'succeeded' : 'waiting' })),
  }) as unknown as Operation;

it('tells that all is well, and shows no progress', () => {
  expect(deskStatus([], [], null)).toEqual({
    worst: 'well',
    tip: 'Signalbox: nothing needs attention',
    lines: [],
    progress: null,
  });
});

it('never says that nothing needs attention while that is not known', () => {
  expect(deskStatus([], [], 'Checking integration…')).toMatchObject({
    worst: 'unknown',
    tip: 'Signalbox: Checking integration…',
  });
  expect(deskStatus([], [running(1, 4)], 'Checking integration…')).toMatchObject({ worst: 'unknown' });
  expect(deskStatus([item('a · staging', false)], [], 'Checking integration…').worst).toBe('attention');
});

it('tells the worst first, and how far what runs has come', () => {
  const status = deskStatus(
    [item('a · staging', false), item('b · production', true)],
    [running(1, 4), running(2, 2)],
    null,
  );
  expect(status).toMatchObject({
    worst: 'trouble',
    tip: 'Signalbox: 2 things need attention, 2 operations running',
    progress: 0.5,
  });
  expect(status.lines.map(({ label }) => label).slice(0, 2)).toEqual([
    'b · production: Failing',
    'a · staging: Failing',
  ]);
  expect(status.lines.at(-1)).toMatchObject({ place: '/operations/an-id' });
  expect(deskStatus([item('a · staging', false)], [], null)).toMatchObject({
    worst: 'attention',
    progress: null,
  });
  expect(deskStatus([item('a · staging', false)], [], null).tip).toBe('Signalbox: 1 thing needs attention');
});

it('lists no more than a menu holds', () => {
  expect(
    deskStatus(
      Array.from({ length: 50 }, (_, at) => item(`${at}`, true)),
      [],
      null,
    ).lines,
  ).toHaveLength(8);
});
