import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Addressee } from '../../shared/domain/announcement/addressees';
import { openJournal } from '../engine/journal';
import { noLog } from '../log/log';
import { type Receivers, startReceivers } from '../practice/receivers/receivers-server';
import { receiverSecrets } from '../systems/practice/receivers';
import { programArguments } from '../testing/programs';
import { type Announcer, createAnnouncer } from './announcer';
import { openQueue } from './queue';
import { type KillOrder, operationOf, sendTo, slackAndWebhook } from './testing/telling';

let folder: string;
let receivers: Receivers;
/** Added to the clock: waits are jumped over. */
let later: number;
const ends: (() => Promise<void>)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-announcer-'));
  receivers = await startReceivers();
  later = 0;
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  await receivers.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

const file = (): string => path.join(folder, 'journal.sqlite');
const now = (): number => Date.now() + later;

/** A console's announcer on the journal of the folder. */
function open(
  how: { to?: readonly Addressee[]; slackSecret?: string; ready?: () => boolean; url?: string } = {},
): Announcer & { end: () => Promise<void> } {
  const journal = openJournal(file());
  const announcer = createAnnouncer({
    queue: openQueue(journal.beside, now()),
    addressees: () => how.to ?? slackAndWebhook,
    isReady: how.ready ?? (() => true),
    send: (delivery) =>
      sendTo(how.url ?? receivers.url, delivery, how.slackSecret ? { slackSecret: how.slackSecret } : {}),
    now,
    log: noLog,
    onChange: () => undefined,
  });
  let isOpen = true;
  const end = async (): Promise<void> => {
    if (!isOpen) return;
    isOpen = false;
    await announcer.close();
    journal.close();
  };
  ends.push(end);
  announcer.look();
  return Object.assign(announcer, { end });
}

const slackOnly: readonly Addressee[] = [{ destination: 'slack', target: '#deploys' }];
const states = (announcer: Announcer): string[] => announcer.open().map(({ state }) => state);
const texts = (): string[][] =>
  receivers.received.slack.map((message) => message.texts.map((text) => text.split('\n')[0] ?? ''));

describe('announcements', () => {
  it('are one message of Slack’s for each operation, which is updated, and one event each for a webhook', async () => {
    const announcer = open();
    announcer.announce(operationOf('started'));
    await expect.poll(() => announcer.open().length).toBe(0);
    announcer.announce(operationOf('ended'));
    await expect.poll(() => announcer.open().length).toBe(0);
    expect(texts()).toEqual([
      ['*Deploying router v12 to production*', '*Deployed router v12 to production*'],
    ]);
    expect(receivers.received.webhook.map(({ id }) => id)).toEqual([
      'operation_o1_started',
      'operation_o1_ended',
    ]);
  });

  it('are told once, however often and after how many starts they are announced', async () => {
    for (let start = 0; start < 3; start += 1) {
      const announcer = open();
      for (const kind of ['started', 'ended', 'started'] as const) announcer.announce(operationOf(kind));
      await expect.poll(() => announcer.open().length).toBe(0);
      await announcer.end();
    }
    expect(receivers.received.slack).toHaveLength(1);
    expect(receivers.received.webhook).toHaveLength(2);
  });

  it('wait while Slack is down, survive a restart, and then tell the newest state once', async () => {
    receivers.modes.slack = 'unavailable';
    const first = open({ to: slackOnly });
    first.announce(operationOf('started'));
    await expect.poll(() => first.open()[0]?.because).toBe('It answered 503.');
    first.announce(operationOf('ended'));
    await expect.poll(() => first.open().map(({ attempts }) => attempts)).toEqual([1]);
    await first.end();
    receivers.modes.slack = 'up';
    later = 60_000;
    const second = open({ to: slackOnly });
    await expect.poll(() => second.open().length).toBe(0);
    expect(texts()).toEqual([['*Deployed router v12 to production*']]);
  });

  it('are held back no longer and no shorter than Retry-After says', async () => {
    receivers.modes.slack = 'rate-limited';
    const announcer = open({ to: slackOnly });
    announcer.announce(operationOf('started'));
    await expect.poll(() => announcer.open()[0]?.because).toBe('Slack asks to wait.');
    const wait = (announcer.open()[0]?.due ?? 0) - now();
    expect(wait).toBeLessThanOrEqual(1_000);
    receivers.modes.slack = 'up';
    await expect.poll(() => announcer.open().length).toBe(0);
    expect(receivers.received.slack).toHaveLength(1);
  });

  it('that may have arrived are sent again by a person alone', async () => {
    receivers.modes.webhook = 'cut-after';
    const announcer = open({ to: [{ destination: 'webhook', target: '' }] });
    announcer.announce(operationOf('started'));
    await expect.poll(() => states(announcer)).toEqual(['unknown']);
    receivers.modes.webhook = 'up';
    later = 3_600_000;
    announcer.look();
    announcer.announce(operationOf('ended'));
    await expect
      .poll(() => receivers.received.webhook.map(({ id }) => id))
      .toEqual(['operation_o1_started', 'operation_o1_ended']);
    expect(states(announcer)).toEqual(['unknown']);
    announcer.again(announcer.open()[0]?.id ?? 0);
    await expect.poll(() => announcer.open().length).toBe(0);
    // Under the same id, by which a receiver knows that it is the same.
    expect(receivers.received.webhook.at(-1)?.id).toBe('operation_o1_started');
  });

  it('that change what was said are repeated until they are answered, since that comes to the same', async () => {
    const announcer = open({ to: slackOnly });
    announcer.announce(operationOf('started'));
    await expect.poll(() => announcer.open().length).toBe(0);
    receivers.modes.slack = 'cut-after';
    announcer.announce(operationOf('ended'));
    await expect
      .poll(() => announcer.open().map(({ state, attempts }) => `${state} ${attempts}`))
      .toEqual(['waiting 1']);
    receivers.modes.slack = 'up';
    later = 60_000;
    announcer.look();
    await expect.poll(() => announcer.open().length).toBe(0);
    expect(receivers.received.slack).toHaveLength(1);
  });

  it('that are refused hold nobody up, and can be sent again or dropped', async () => {
    const bad: Addressee = { destination: 'slack', target: '<nothing>' };
    const announcer = open({ to: [bad, ...slackOnly] });
    announcer.announce(operationOf('started'));
    await expect.poll(() => states(announcer)).toEqual(['refused']);
    expect(announcer.open()[0]?.because).toMatch(/There is no such channel/);
    expect(receivers.received.slack).toHaveLength(1);
    announcer.again(announcer.open()[0]?.id ?? 0);
    await expect
      .poll(() => announcer.open().map(({ state, attempts }) => `${state} ${attempts}`))
      .toEqual(['refused 2']);
    expect(announcer.drop(announcer.open()[0]?.id ?? 0)).toBe(true);
    expect(states(announcer)).toEqual([]);
  });

  it('wait for a person who has to allow them, untried', async () => {
    let ready = false;
    const announcer = open({ to: slackOnly, ready: () => ready });
    announcer.announce(operationOf('started'));
    expect(announcer.open().map(({ state, attempts }) => `${state} ${attempts}`)).toEqual(['waiting 0']);
    ready = true;
    announcer.look();
    await expect.poll(() => announcer.open().length).toBe(0);
  });

  it('keep no more than the newest two hundred, and say how many are gone', async () => {
    const announcer = open({ to: slackOnly, ready: () => false });
    for (let number = 0; number < 205; number += 1) announcer.announce(operationOf('started', `o${number}`));
    expect(announcer.open()).toHaveLength(200);
    expect(announcer.open()[0]?.announcement.thread).toBe('operation o5');
    expect(announcer.lost).toBe(5);
  });

  it('of yesterday are nobody’s news', async () => {
    const announcer = open({ to: slackOnly });
    announcer.announce({ ...operationOf('started'), at: new Date(now() - 25 * 3_600_000).toISOString() });
    expect(announcer.open()).toEqual([]);
  });

  it('by an incoming webhook are a message at the start and one at the end', async () => {
    const slackSecret = `${receivers.url}${receiverSecrets.slackWebhookPath}`;
    const announcer = open({ to: [{ destination: 'slack', target: '' }], slackSecret });
    for (const kind of ['started', 'ended'] as const) {
      announcer.announce(operationOf(kind));
      await expect.poll(() => announcer.open().length).toBe(0);
    }
    expect(texts()).toEqual([
      ['*Deploying router v12 to production*'],
      ['*Deployed router v12 to production*'],
    ]);
  });

  it('never throw into what they tell of, even when nothing can be written', async () => {
    const announcer = open({ to: slackOnly });
    await announcer.end();
    expect(() => announcer.announce(operationOf('started'))).not.toThrow();
    const journal = openJournal(file());
    const broken = createAnnouncer({
      queue: openQueue(journal.beside, now()),
      addressees: () => slackOnly,
      isReady: () => true,
      send: () => Promise.reject(new Error('boom')),
      now,
      log: noLog,
      onChange: () => undefined,
    });
    journal.beside.database.exec('DROP TABLE deliveries');
    expect(() => broken.announce(operationOf('started'))).not.toThrow();
    expect(broken.lost).toBe(1);
    journal.close();
  });
});

describe('a queue that goes wrong', () => {
  it('keeps nobody waiting while a webhook never answers, and nothing else from being told', async () => {
    receivers.modes.webhook = 'hangs';
    const announcer = open();
    announcer.announce(operationOf('started'));
    // Told without a wait: whoever announces has gone on by now, and Slack is told beside it.
    expect(announcer.open()).toHaveLength(2);
    await expect.poll(texts).toEqual([['*Deploying router v12 to production*']]);
    await expect
      .poll(() => announcer.open().map(({ destination, state }) => `${destination} ${state}`))
      .toEqual(['webhook sending']);
    announcer.announce(operationOf('ended'));
    await expect.poll(() => texts()[0]).toHaveLength(2);
    // It ends although it waits; at the next start nobody knows whether it arrived, and it is not sent again.
    await announcer.end();
    receivers.modes.webhook = 'up';
    const next = open();
    await expect.poll(() => receivers.received.webhook.map(({ id }) => id)).toHaveLength(2);
    expect(next.open().map(({ announcement, state }) => `${announcement.id} ${state}`)).toEqual([
      'operation o1 started unknown',
    ]);
  });

  it('tells nothing twice and keeps no core busy while the disk is full, and goes on once it is not', async () => {
    const journal = openJournal(file());
    const { database } = journal.beside;
    let tries = 0;
    const queue = openQueue(journal.beside, now());
    const announcer = createAnnouncer({
      queue: {
        ...queue,
        get lost() {
          return queue.lost;
        },
        begin: (id) => {
          tries += 1;
          queue.begin(id);
        },
      },
      addressees: () => slackOnly,
      isReady: () => isReady,
      send: (delivery) => sendTo(receivers.url, delivery),
      now,
      log: noLog,
      onChange: () => undefined,
    });
    ends.push(async () => {
      await announcer.close();
      journal.close();
    });
    let isReady = false;
    announcer.announce(operationOf('started'));
    // SQLite itself refuses to write from here on, as it does on a full disk.
    database.exec('PRAGMA query_only = ON');
    isReady = true;
    announcer.look();
    await expect.poll(() => tries).toBe(1);
    announcer.look();
    announcer.look();
    await expect.poll(() => announcer.open().map(({ state }) => state)).toEqual(['waiting']);
    expect(() => announcer.announce(operationOf('ended'))).not.toThrow();
    expect(announcer.lost).toBe(1);
    expect([tries, receivers.received.slack]).toEqual([1, []]);
    database.exec('PRAGMA query_only = OFF');
    later = 31_000;
    announcer.look();
    await expect.poll(texts).toEqual([['*Deploying router v12 to production*']]);
    expect(tries).toBe(2);
  });
});

/** Kills at every point of each of the four messages: Slack and webhook, at the start and at the end. */
const kills = (['begun', 'arrived', 'recorded'] as const).flatMap((point) =>
  [1, 2, 3, 4].map((message): [KillOrder['point'], number] => [point, message]),
);

describe('a console that is killed while it tells', () => {
  it.each(kills)(
    '(%s, message %i) never tells anybody twice, and loses at most what nobody can know',
    async (point, message) => {
      const order: KillOrder = { file: file(), url: receivers.url, message, point };
      const run = await execa(
        process.execPath,
        [...programArguments('killed-announcer'), JSON.stringify(order)],
        {
          reject: false,
        },
      );
      expect(run.signal, run.stderr).toBe('SIGKILL');

      // The next start thinks of all that happened again.
      later = 60_000;
      const next = open();
      for (const kind of ['started', 'ended'] as const) next.announce(operationOf(kind));
      await expect.poll(() => states(next).filter((state) => state !== 'unknown')).toEqual([]);

      const ids = receivers.received.webhook.map(({ id }) => id);
      expect(ids).toEqual([...new Set(ids)]);
      const said = texts().flat();
      // An update that is repeated says the same in the same message.
      for (const text of ['*Deploying router v12 to production*', '*Deployed router v12 to production*'])
        expect(texts().filter((message) => message.includes(text)).length).toBeLessThanOrEqual(1);
      expect(said).toContain('*Deployed router v12 to production*');
      // What is missing is shown, to be sent again by a person.
      const missing = ['operation_o1_started', 'operation_o1_ended'].filter((id) => !ids.includes(id));
      const shown = next.open().map(({ announcement }) => announcement.id.replaceAll(' ', '_'));
      expect(shown).toEqual(expect.arrayContaining(missing));
    },
  );
});

describe('a freeze', () => {
  it('that is over is said anew: an edit would notify nobody', async () => {
    const announcer = open({ to: slackOnly });
    const freeze = { ...operationOf('started'), thread: 'freeze f1', what: 'production', environments: [] };
    announcer.announce({ ...freeze, id: 'freeze f1 set', event: 'freeze-set', callEveryone: true });
    await expect.poll(() => announcer.open().length).toBe(0);
    announcer.announce({ ...freeze, id: 'freeze f1 lifted', event: 'freeze-lifted' });
    await expect.poll(() => announcer.open().length).toBe(0);
    expect(texts()).toEqual([['<!channel> *Freeze: production*'], ['*Freeze lifted: production*']]);
    expect(receivers.received.slack.map(({ pings }) => pings)).toEqual([['channel'], []]);
  });
});
