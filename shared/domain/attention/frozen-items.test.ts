import { describe, expect, it } from 'vitest';
import type { FreezeView } from '../freeze/freeze-view';
import { frozenItems } from './frozen-items';

const now = Date.parse('2026-11-30T12:00:00Z');
const freeze = (more: Partial<FreezeView>): FreezeView => ({
  operation: 'op',
  app: null,
  environment: 'production',
  pipeline: null,
  by: 'Ada Vale',
  email: 'ada@example.org',
  at: '2026-11-30T09:00:00Z',
  reason: 'Budget day',
  from: '2026-11-30T09:00:00Z',
  until: null,
  automatic: true,
  manual: 'warn',
  begun: '2026-11-30T09:00:00Z',
  what: 'production',
  phase: 'active',
  lateSince: null,
  effect: { state: 'effective', text: 'Automatic deploys are stopped.' },
  request: null,
  needs: null,
  passes: 'Rollbacks go through.',
  environments: ['production'],
  apps: null,
  newer: null,
  ...more,
});
const said = (...freezes: FreezeView[]): string[] =>
  frozenItems({ timeZone: 'Europe/London', freezes, unread: [] }, now).map(
    ({ subject, reason, cause }) => `${subject}: ${reason}. ${cause}`,
  );

describe('freezes that need attention', () => {
  it.each<[string, Partial<FreezeView>, string[]]>([
    ['works', {}, []],
    [
      'waits for a file to be put right',
      { needs: 'Correct the file.', effect: { state: 'unknown', text: 'Correct the file.' } },
      ['Freeze of production: Needs you. Correct the file.'],
    ],
    ['waits for a review', { begun: null, effect: { state: 'requested', text: '#12 waits.' } }, []],
    ['only informs', { automatic: false, effect: { state: 'none', text: '' } }, []],
    [
      'was set just now',
      { begun: '2026-11-30T11:58:00Z', effect: { state: 'pending', text: '2 apps not shown yet.' } },
      [],
    ],
    [
      'is not seen to stop anything',
      { effect: { state: 'pending', text: '2 apps not shown yet.' } },
      ['Freeze of production: Not in effect. 2 apps not shown yet.'],
    ],
    [
      'may stop nothing',
      { effect: { state: 'unknown', text: 'The clusters can’t be seen.' } },
      ['Freeze of production: Not in effect. The clusters can’t be seen.'],
    ],
    [
      'was not begun',
      { begun: null, lateSince: '2026-11-30T09:00:00Z' },
      ['Freeze of production: Not begun. It was due to begin, and no console carried it out.'],
    ],
    [
      'was not lifted',
      { phase: 'ended', lateSince: '2026-11-30T11:00:00Z' },
      ['Freeze of production: Not lifted. It was due to end, and no console carried it out.'],
    ],
  ])('one that %s', (_what, more, wanted) => {
    expect(said(freeze(more))).toEqual(wanted);
  });

  it('are those that can’t be read, too: what they freeze is not known', () => {
    const unread = [{ path: '.signalbox/freezes/x.yaml', message: 'No YAML.' }];
    expect(frozenItems({ timeZone: 'Europe/London', freezes: [], unread }, now)).toMatchObject([
      { reason: 'Unreadable', cause: '.signalbox/freezes/x.yaml: No YAML.', place: { at: 'freezes' } },
    ]);
  });
});
