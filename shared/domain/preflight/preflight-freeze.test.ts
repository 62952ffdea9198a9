import { describe, expect, it } from 'vitest';
import type { Freeze } from '../freeze/freeze';
import type { Found } from '../records/record-entry';
import { obstacles } from './preflight';
import { freezeFindings, frozenNow } from './preflight-freeze';

const freeze = (change: Partial<Freeze>): Freeze => ({
  operation: '01',
  app: null,
  environment: 'production',
  pipeline: null,
  by: 'Ada Morrow',
  email: 'ada@example.invalid',
  at: '2026-11-27T15:00:00.000Z',
  reason: 'Budget day',
  from: '2026-11-27T15:00:00.000Z',
  until: '2026-11-30T09:00:00.000Z',
  automatic: true,
  manual: 'warn',
  begun: null,
  changed: {},
  ...change,
});
const of = (change: Partial<Freeze>): Found<Freeze> => ({ ok: true, value: freeze(change) });
const unreadable: Found<Freeze> = {
  ok: false,
  failure: { code: 'bad-data', message: 'freezes/x.yaml: broken', meaning: '', next: [] },
};
const place = { environment: 'production', pipelines: ['apps'], apps: ['frontend'] };
const weekend = new Date('2026-11-28T12:00:00.000Z');
const levels = (found: Found<Freeze>[], kind: 'deploy' | 'promote' | 'rollback', now = weekend) =>
  freezeFindings({ kind }, frozenNow(found, place, now)).map(({ level }) => level);

describe('a freeze in the checks of a deployment', () => {
  it.each<[string, Partial<Freeze>, string[]]>([
    ['warns, where it says so', {}, ['warn']],
    ['blocks, where it says so', { manual: 'block' }, ['block']],
    ['blocks with a word that is not known', { manual: 'unknown' }, ['block']],
    ['says so where it stops nothing automatic, too', { automatic: false }, ['warn']],
    ['of everything counts', { environment: null }, ['warn']],
    ['of the app counts', { environment: null, app: 'frontend' }, ['warn']],
    ['of its pipeline counts', { environment: null, pipeline: 'apps' }, ['warn']],
    ['of another app does not', { app: 'router' }, []],
    ['of another environment does not', { environment: 'staging' }, []],
    ['of another pipeline does not', { environment: null, pipeline: 'notify' }, []],
    ['that has not begun does not', { from: '2026-11-29T00:00:00.000Z' }, []],
    // Its flags may still be off: the next console gives them back.
    ['that has ended does not', { until: '2026-11-28T11:59:59.000Z' }, []],
  ])('%s', (_, change, expected) => {
    expect(levels([of(change)], 'deploy')).toEqual(expected);
    expect(levels([of(change)], 'promote')).toEqual(expected);
    expect(levels([of(change)], 'rollback')).toEqual(expected.map(() => 'info'));
  });

  it('needs a reason to be overridden, blocks or not, and every freeze is told', () => {
    const found = freezeFindings(
      { kind: 'deploy' },
      frozenNow([of({}), of({ operation: '02', by: 'Grace Okafor', manual: 'block' })], place, weekend),
    );
    expect(found.map(({ message }) => message)).toEqual([
      'Production is frozen by Ada Morrow until 2026-11-30 09:00 UTC: Budget day',
      'Production is frozen by Grace Okafor until 2026-11-30 09:00 UTC: Budget day',
    ]);
    expect(obstacles({ override: ['freeze'] }, found)).toHaveLength(2);
    expect(obstacles({ override: ['freeze'], reason: 'Urgent fix' }, found)).toEqual([]);
  });

  it('that can’t be read is not known, and never a pass', () => {
    expect(levels([unreadable], 'deploy')).toEqual(['unknown']);
    expect(levels([unreadable], 'rollback')).toEqual(['info']);
  });
});
