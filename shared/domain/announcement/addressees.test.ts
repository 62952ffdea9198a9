import { describe, expect, it } from 'vitest';
import { announceSchema } from '../estate/announce';
import { addresseesOf, channelOfAnnotation, releaseRecord } from './addressees';
import type { Announcement } from './announcement';

const deploy: Announcement = {
  id: 'operation 1 started',
  thread: 'operation 1',
  event: 'deploy-started',
  at: '2026-03-01T10:00:00.000Z',
  who: 'Ada Marsh',
  what: 'router v12',
  pipeline: 'apps',
  environments: ['staging'],
  apps: ['router'],
  version: 'v12',
  why: null,
  details: [],
  until: null,
  link: null,
  callEveryone: false,
};
const config = announceSchema.parse({
  slack: {
    appChannels: true,
    channels: [
      { channel: '#all' },
      { channel: '#live', environments: ['production'] },
      { channel: '#freezes', events: ['freeze-set', 'freeze-lifted'] },
      { channel: '#search', apps: ['search-api'] },
      { channel: '#bags', pipelines: ['notify'] },
    ],
  },
  release: { url: 'https://release.example.org', owner: 'example' },
  webhook: { url: 'https://hooks.example.org/x', events: ['deploy-done'] },
});
const channels = (one: Announcement, own: string[] = []): string[] =>
  addresseesOf(one, config, 'bot', own).flatMap(({ destination, target }) =>
    destination === 'slack' ? [target] : [],
  );

describe('who hears of what', () => {
  it.each([
    ['a deploy to staging', deploy, ['#all']],
    ['a deploy to production', { ...deploy, environments: ['production'] }, ['#all', '#live']],
    ['another app', { ...deploy, apps: ['search-api'] }, ['#all', '#search']],
    ['a bag', { ...deploy, apps: [], pipeline: 'notify' }, ['#all', '#search', '#bags']],
    [
      'a freeze of the whole estate',
      { ...deploy, event: 'freeze-set' as const, environments: [], apps: [], pipeline: null },
      ['#all', '#live', '#freezes', '#search', '#bags'],
    ],
  ])('%s', (_, announcement, expected) => {
    expect(channels(announcement)).toEqual(expected);
  });

  it('tells the app’s own channel once, and no person', () => {
    expect(channels(deploy, ['router-team', '#all', 'U0123456789', '@somebody', '<!channel>'])).toEqual([
      '#all',
      '#router-team',
      '#U0123456789',
    ]);
    expect(channelOfAnnotation('@somebody')).toBeNull();
    expect(channelOfAnnotation('C0123456789')).toBe('C0123456789');
  });

  it('tells an incoming webhook once, whatever channels fit', () => {
    const found = addresseesOf({ ...deploy, environments: ['production'] }, config, 'webhook', ['#x']);
    expect(found.filter(({ destination }) => destination === 'slack')).toEqual([
      { destination: 'slack', target: '' },
    ]);
  });

  it('tells the webhook the events that it is for', () => {
    const told = (event: Announcement['event']) =>
      addresseesOf({ ...deploy, event }, config, 'bot', []).some(
        ({ destination }) => destination === 'webhook',
      );
    expect([told('deploy-started'), told('deploy-done')]).toEqual([false, true]);
  });
});

describe('what the Release app records', () => {
  const record = (change: Partial<Announcement>, by?: ('workflow' | 'actions')[]) =>
    releaseRecord(
      { ...deploy, ...change },
      {
        url: 'https://release.example.org',
        owner: 'alphagov',
        applications: {},
        recordedBy: by ?? ['workflow', 'actions'],
      },
    );
  it('is a version that landed, as the notify-release workflow words it', () => {
    expect(record({ version: 'release-0123abc' })).toEqual({
      repo: 'alphagov/router',
      environment: 'staging',
      version: '0123abc',
    });
    expect(record({ event: 'rollback-started' })).not.toBeNull();
    expect(record({ event: 'emergency-rollback-done' })).not.toBeNull();
  });
  it.each([
    ['its end', { event: 'deploy-done' as const }],
    ['an emergency that has not set the version yet', { event: 'emergency-rollback-started' as const }],
    ['a bag', { apps: [], version: null }],
    ['what deploy-image records itself', { route: 'workflow' as const }],
    ['what GitHub Actions has recorded', { route: 'actions' as const }],
    ['a name that is none', { apps: ['../x'] }],
  ])('is not %s', (_, change) => {
    expect(record(change)).toBeNull();
  });
  it('is what a route’s workflow lands that records nothing', () => {
    expect(record({ route: 'workflow' }, [])).not.toBeNull();
    expect(record({ route: 'pull-request' })).not.toBeNull();
  });
});

describe('the estate’s addresses', () => {
  it.each([
    'http://hooks.example.org',
    'https://user:pass@hooks.example.org',
    'ftp://x',
    'http://localhost.evil.org',
  ])('are never %s', (url) => {
    expect(announceSchema.safeParse({ webhook: { url } }).success).toBe(false);
  });
  it.each(['https://hooks.example.org/a', 'http://127.0.0.1:4000/x'])('may be %s', (url) => {
    expect(announceSchema.safeParse({ webhook: { url } }).success).toBe(true);
  });
});
