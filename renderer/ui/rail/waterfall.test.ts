import { expect, it } from 'vitest';
import type { Stage } from '../../../shared/domain/timeline/timeline';
import { barsOf } from './waterfall';

const now = Date.parse('2026-11-27T10:10:00Z');
const moment = (time: string) => ({ at: `2026-11-27T${time}Z`, source: 'Git' as const });
const stage = (change: Partial<Stage> & Pick<Stage, 'name'>): Stage => ({
  state: 'succeeded',
  startedAt: null,
  finishedAt: null,
  tookMs: null,
  clocks: null,
  text: '',
  parts: [],
  asOf: null,
  url: null,
  workflows: [],
  ...change,
});

it('lays stages on one axis up to now, and leaves out a run of long ago', () => {
  const bars = barsOf(
    [
      stage({ name: 'run', startedAt: moment('02:00:00'), finishedAt: moment('02:05:00') }),
      stage({ name: 'sync', startedAt: moment('10:00:00'), finishedAt: moment('10:05:00') }),
      stage({ name: 'rollout', state: 'running', startedAt: moment('10:05:00') }),
      stage({ name: 'tests', state: 'waiting' }),
    ],
    now,
  );
  expect([...bars]).toEqual([
    ['sync', { from: 0, to: 0.5 }],
    ['rollout', { from: 0.5, to: 1 }],
  ]);
});

it('gives a bar no negative width, and nothing to lay out no bars', () => {
  const bars = barsOf(
    [stage({ name: 'sync', startedAt: moment('10:05:00'), finishedAt: moment('10:04:00') })],
    now,
  );
  expect(bars.get('sync')).toEqual({ from: 0, to: 0 });
  expect(barsOf([], now).size).toBe(0);
});
