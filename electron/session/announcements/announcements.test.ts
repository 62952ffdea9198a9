import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { operationOf } from '../../announcements/testing/telling';
import { openJournal } from '../../engine/journal';
import { noLog } from '../../log/log';
import { type Receivers, startReceivers } from '../../practice/receivers/receivers-server';
import { receiverSecrets } from '../../systems/practice/receivers';
import { type AnnouncementStore, passingAnnouncements } from './announcement-store';
import { type Announcements, createAnnouncements } from './announcements';

let folder: string;
let receivers: Receivers;
const ends: (() => Promise<void>)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-announcements-'));
  receivers = await startReceivers();
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  await receivers.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

const secrets = {
  slack: receiverSecrets.slackToken,
  release: receiverSecrets.release,
  webhook: receiverSecrets.webhook,
};

/** A console's announcements, as an estate file has them. @param url where it says that all of them are. */
function open(
  store: AnnouncementStore = passingAnnouncements(secrets),
  how: { url?: string; appChannels?: string[] } = {},
): Announcements & { end: () => Promise<void> } {
  const url = how.url ?? receivers.url;
  const journal = openJournal(path.join(folder, 'journal.sqlite'));
  const announcements = createAnnouncements({
    estate: {
      name: 'Harbour',
      announce: {
        slack: {
          apiUrl: `${url}/slack/api/`,
          channels: [{ channel: '#deploys' }],
          appChannels: how.appChannels !== undefined,
        },
        release: {
          url: `${url}/release`,
          owner: 'alphagov',
          applications: {},
          recordedBy: ['workflow', 'actions'],
        },
        webhook: { url: `${url}/webhook` },
      },
    },
    tables: journal.beside,
    store,
    appChannels: () => how.appChannels ?? [],
    fetch,
    now: Date.now,
    log: noLog,
  });
  let isOpen = true;
  const end = async (): Promise<void> => {
    if (!isOpen) return;
    isOpen = false;
    await announcements.close();
    journal.close();
  };
  ends.push(end);
  return Object.assign(announcements, { end });
}

const all = ['slack', 'release', 'webhook'] as const;
const switchOn = (announcements: Announcements, host = receivers.url): void => {
  for (const destination of all) announcements.switch(destination, true, host);
};
const stateOf = (announcements: Announcements): string[] =>
  announcements.view().destinations.map(({ state }) => state);
const quiet = { slack: [], release: [], webhook: [] };
const arrived = (announcements: Announcements): Promise<void> =>
  expect.poll(() => announcements.view().open).toEqual([]);

describe('announcements of an estate', () => {
  it('are told nobody before they are switched on, nor afterwards what happened before', async () => {
    const announcements = open();
    expect(stateOf(announcements)).toEqual(['off', 'off', 'off']);
    const before = operationOf('started', 'before');
    announcements.announce(before);
    expect(announcements.view().open).toEqual([]);
    switchOn(announcements);
    announcements.announce({ ...before, at: new Date(Date.now() - 60_000).toISOString() });
    expect(receivers.received).toEqual(quiet);
    announcements.announce(operationOf('started'));
    await arrived(announcements);
    expect(receivers.received.slack).toHaveLength(1);
    expect(receivers.received.release).toEqual([
      { repo: 'alphagov/router', environment: 'production', version: 'v12' },
    ]);
    expect(receivers.received.webhook).toHaveLength(1);
  });

  it('go to no other host than the one that was allowed: what is to be told waits for the person', async () => {
    const store = passingAnnouncements(secrets);
    const first = open(store);
    switchOn(first);
    await first.end();
    // The estate file names another machine by now; both are loopback here, at another port.
    const elsewhere = await startReceivers();
    ends.push(() => elsewhere.close());
    const second = open(store, { url: elsewhere.url });
    expect(stateOf(second)).toEqual(['needs-permission', 'needs-permission', 'needs-permission']);
    second.announce(operationOf('started'));
    expect(second.view().open.map(({ state, attempts }) => `${state} ${attempts}`)).toEqual([
      'waiting 0',
      'waiting 0',
      'waiting 0',
    ]);
    expect(await second.test('slack')).toMatchObject({ ok: false });
    expect(elsewhere.received).toEqual(quiet);
    // What the window showed before is not what is there now.
    expect(() => second.switch('slack', true, receivers.url)).toThrow(/address changed/);
    switchOn(second, elsewhere.url);
    await arrived(second);
    expect(elsewhere.received.slack).toHaveLength(1);
    expect(receivers.received).toEqual(quiet);
  });

  it('wait where a secret is missing, and go out once it is entered', async () => {
    const announcements = open(passingAnnouncements());
    switchOn(announcements);
    expect(stateOf(announcements)).toEqual(['needs-secret', 'needs-secret', 'needs-secret']);
    announcements.announce(operationOf('started'));
    for (const destination of all) announcements.setSecret(destination, secrets[destination]);
    await arrived(announcements);
    expect(receivers.received.slack).toHaveLength(1);
  });

  it('show no secret, whatever went wrong', async () => {
    const wrong = 'xoxb-000-not-the-right-one';
    const announcements = open(passingAnnouncements({ ...secrets, slack: wrong }));
    switchOn(announcements);
    announcements.announce(operationOf('started'));
    await expect.poll(() => announcements.view().open.map(({ state }) => state)).toEqual(['refused']);
    expect(await announcements.test('slack')).toEqual({
      ok: false,
      text: 'The token is not accepted. (invalid_auth)',
    });
    const shown = JSON.stringify(announcements.view());
    for (const secret of [wrong, ...Object.values(secrets)]) expect(shown).not.toContain(secret);
  });

  it.each([
    ['slack', 'hello'],
    ['slack', 'http://hooks.example.org/services/T/B/x'],
    ['slack', 'https://user:pass@hooks.example.org/services/T/B/x'],
    ['slack', 'xoxb-1\r\nX-Evil: 1'],
    ['webhook', 'tiny-one'],
    ['webhook', 'whsec_c2hvcnQ='],
    ['webhook', 'whsec_!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!'],
  ] as const)('refuse %s’s %j as a secret, without repeating it', (destination, secret) => {
    const announcements = open(passingAnnouncements());
    let failure = '';
    try {
      announcements.setSecret(destination, secret);
    } catch (error) {
      failure = JSON.stringify(error);
    }
    expect(failure).toContain('invalid-input');
    expect(failure).not.toContain(secret);
    expect(announcements.view().destinations.map(({ secret: state }) => state)).toEqual(
      all.map(() => 'missing'),
    );
  });

  it('take the address of an incoming webhook, whose own host is allowed', async () => {
    const announcements = open(passingAnnouncements());
    announcements.setSecret('slack', `${receivers.url}${receiverSecrets.slackWebhookPath}`);
    expect(announcements.view().destinations[0]).toMatchObject({ slack: 'webhook', host: receivers.url });
    announcements.switch('slack', true, receivers.url);
    announcements.announce(operationOf('started'));
    await arrived(announcements);
    expect(receivers.received.slack.map(({ via }) => via)).toEqual(['webhook']);
  });

  it('reach an app’s own channel, as its Applications name it', async () => {
    const announcements = open(passingAnnouncements(secrets), {
      appChannels: ['router-team', '#deploys', '@somebody'],
    });
    announcements.switch('slack', true, receivers.url);
    announcements.announce(operationOf('started'));
    await arrived(announcements);
    expect(receivers.received.slack.map(({ channel }) => channel).sort()).toEqual([
      '#deploys',
      '#router-team',
    ]);
  });
});
