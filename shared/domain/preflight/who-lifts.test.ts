import { describe, expect, it } from 'vitest';
import { noChange } from '../ledger/change';
import type { AppIntent } from '../operation/intent';
import { preflightFindings } from './preflight';
import type { LedgerFacts, OutsideFacts } from './preflight-facts';
import { quietLedger, quietOutside } from './testing/quiet-facts';

const intent: AppIntent = {
  kind: 'deploy',
  app: 'frontend',
  environment: 'production',
  version: 'v3',
  expected: 'v2',
};
const lifters = (ledger: Partial<LedgerFacts>, outside: Partial<OutsideFacts> = {}) =>
  preflightFindings(intent, { ...quietLedger, ...ledger }, { ...quietOutside, ...outside })
    .filter(({ level }) => level !== 'pass')
    .flatMap(({ code, lift }) => (lift ? [`${code}: ${lift.who} ${lift.link ?? ''}`.trim()] : []));
const hold = {
  app: 'frontend',
  environment: 'production',
  by: 'Kim Osei',
  since: '2026-11-30T10:00:00.000Z',
  reason: 'x',
  operation: 'op',
  imageTag: 'v2',
  changed: [],
};
const none = { tagFile: [], app: [], migrations: [] };
const platform = { name: '@example/platform', page: 'https://github.com/orgs/example/teams/platform' };
const page = 'https://github.com/orgs/example/teams/deployers';

describe('who can lift what stands in the way', () => {
  it.each([
    [
      'a lock',
      { locks: [{ pipeline: 'apps', text: 'Locked by Sam Hale.', by: 'Sam Hale' }] },
      {},
      ['locked: Sam Hale'],
    ],
    ['a lock that can’t be read', { locks: [{ pipeline: 'apps', text: 'Unreadable.' }] }, {}, []],
    ['a hold', { hold }, {}, ['hold: Kim Osei']],
    [
      'two marks, each by its own',
      {
        marks: [
          { text: 'Sam Hale marked it.', by: 'Sam Hale', where: '' },
          { text: 'Kim Osei marked it for bags.', by: 'Kim Osei', where: '' },
        ],
      },
      {},
      ['bad: Sam Hale', 'bad: Kim Osei'],
    ],
    [
      'a team',
      {},
      { team: { name: 'deployers', page, membership: { answer: 'none' as const } } },
      [`team: the GitHub team deployers ${page}`],
    ],
    [
      'a closed route',
      {},
      { route: { taken: null, rest: null, routes: [] } },
      ['route-closed: an owner of the release repo'],
    ],
    [
      'a closed route where a review is needed',
      {},
      { route: { taken: null, rest: null, routes: [] }, owners: { ...none, tagFile: [platform] } },
      [`route-closed: the code owner @example/platform ${platform.page}`],
    ],
    [
      'failed checks and migrations, each by the owners of what it is about',
      {},
      {
        checks: { state: 'known' as const, failed: ['test'], pending: [], passed: 1, partial: false },
        change: { ...noChange('v2'), direction: 'diverged' as const, migrations: ['db/migrate/1.rb'] },
        owners: {
          ...none,
          app: [{ name: 'a.person@example.org', page: null }, platform],
          migrations: [{ name: '@sam', page: 'https://github.com/sam' }],
        },
      },
      [
        `checks: the code owners a.person@example.org, @example/platform ${platform.page}`,
        'migration: the code owner @sam https://github.com/sam',
      ],
    ],
    [
      'owners who are many',
      {},
      {
        testsBefore: { state: 'failed' as const, evidence: '' },
        owners: { ...none, app: ['@a', '@b', '@c', '@d', '@e'].map((name) => ({ name, page: null })) },
      },
      ['tests-failed-before: the code owners @a, @b, @c and 2 more'],
    ],
    [
      'what is there to be read on GitHub',
      {
        locks: [{ pipeline: 'apps', text: 'Locked by Sam Hale.', by: 'Sam Hale' }],
        marks: [{ text: 'Sam Hale marked it.', by: 'Sam Hale', where: '' }],
        hold,
      },
      { recordsPage: 'https://github.com/example/releases/blob/main/' },
      [
        'locked: Sam Hale https://github.com/example/releases/blob/main/.signalbox/locks/apps/production.yaml',
        'hold: Kim Osei https://github.com/example/releases/blob/main/.signalbox/freezes/production/frontend.yaml',
        'bad: Sam Hale https://github.com/example/releases/blob/main/.signalbox/marks/frontend/v3.yaml',
      ],
    ],
    ['nothing', {}, {}, []],
  ])('%s', (_, ledger, outside, expected) => expect(lifters(ledger, outside)).toEqual(expected));

  it('is told with a message to send: what is wanted, what stands in the way, what is asked', () => {
    const [found] = preflightFindings(intent, { ...quietLedger, hold }, quietOutside).filter(
      ({ lift }) => lift,
    );
    expect(found?.lift?.message).toBe(
      'I’d like to deploy frontend v3 to production (now v2). Signalbox says: Automatic deploys are held here by Kim Osei: x Can you lift this, or tell me when it can go ahead?\nsignalbox://app/frontend?environment=production',
    );
  });
});
