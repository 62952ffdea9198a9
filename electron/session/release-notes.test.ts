import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { noLog } from '../log/log';
import { type Receivers, startReceivers } from '../practice/receivers/receivers-server';
import { receiverSecrets } from '../systems/practice/receivers';
import { openReleaseNotes } from './release-notes';

let receivers: Receivers;
let folder: string;
let at: number;
let told: string[];
let allowed: boolean;
beforeEach(async () => {
  receivers = await startReceivers();
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-release-'));
  at = Date.parse('2026-03-01T10:00:00.000Z');
  told = [];
  allowed = true;
});
afterEach(async () => {
  await receivers.close();
  await rm(folder, { recursive: true, force: true });
});
const file = () => path.join(folder, 'release-notes.json');
function open(place = { url: `${receivers.url}/release`, token: receiverSecrets.release as string }) {
  const notes = openReleaseNotes({
    place: () => (allowed ? place : null),
    applications: { frontend: 'smart-front' },
    file: file(),
    fetch,
    now: () => at,
    log: noLog,
  });
  notes.onChange((app) => told.push(app));
  return notes;
}
const never = new AbortController().signal;

it('is never asked where it is not to be, for no app', async () => {
  allowed = false;
  const notes = open();
  expect(notes.canAsk()).toBe(false);
  await notes.load('router', never);
  expect(notes.peek('router')).toBeNull();
  expect(receivers.asked).toEqual([]);
});

it('asks once a minute, once for two at once, by the name that the app has there', async () => {
  receivers.releaseApps.set('router', { notes: 'Restart it twice.', deployFreeze: true });
  const notes = open();
  expect(notes.peek('router')).toBeNull();
  await Promise.all([
    notes.load('router', never),
    notes.load('router', never),
    notes.load('frontend', never),
  ]);
  await notes.load('router', never);
  expect(receivers.asked.toSorted()).toEqual(['router', 'smart-front']);
  expect(notes.peek('router')).toEqual({
    state: 'known',
    notes: 'Restart it twice.',
    automaticOff: true,
    readAt: '2026-03-01T10:00:00.000Z',
    page: `${receivers.url}/release/applications/router`,
    stale: null,
  });
  at += 61_000;
  receivers.releaseApps.set('router', { notes: 'Restart it once.', deployFreeze: false });
  await notes.load('router', never);
  expect(notes.peek('router')).toMatchObject({ notes: 'Restart it once.', automaticOff: false });
  expect(told.toSorted()).toEqual(['frontend', 'router', 'router']);
});

it('is there without a network and after a restart, with its age and why it is old', async () => {
  receivers.releaseApps.set('router', { notes: 'Restart it twice.', deployFreeze: false });
  await open().load('router', never);
  at += 3_600_000;
  receivers.modes.release = 'unavailable';
  const next = open();
  expect(next.peek('router')).toMatchObject({ notes: 'Restart it twice.', stale: null });
  await next.load('router', never);
  expect(next.peek('router')).toMatchObject({
    notes: 'Restart it twice.',
    readAt: '2026-03-01T10:00:00.000Z',
    stale: 'It answered 503.',
  });
  // It is let rest, and asked again after.
  const asked = receivers.asked.length;
  await next.load('router', never);
  expect(receivers.asked).toHaveLength(asked);
  receivers.modes.release = 'up';
  at += 16_000;
  await next.load('router', never);
  expect(next.peek('router')).toMatchObject({ stale: null });
});

it.each(['truncated', 'empty', 'random', 'missing', 'of another shape', 'a folder'])(
  'of a file that is %s nothing is known, and it is asked again and kept again',
  async (damage) => {
    receivers.releaseApps.set('router', { notes: 'Restart it twice.', deployFreeze: false });
    await open().load('router', never);
    const before = await readFile(file());
    const spoilt: Readonly<Record<string, Buffer | string>> = {
      truncated: before.subarray(0, Math.floor(before.length / 2)),
      empty: '',
      random: Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7919) % 251)),
      'of another shape': '{"version":99,"apps":[]}',
    };
    await rm(file());
    if (damage === 'a folder') await mkdir(path.join(file(), 'inner'), { recursive: true });
    const content = spoilt[damage];
    if (content !== undefined) await writeFile(file(), content);
    const notes = open();
    expect(notes.peek('router')).toBeNull();
    await notes.load('router', never);
    expect(notes.peek('router')).toMatchObject({ notes: 'Restart it twice.' });
    expect(open().peek('router')).toMatchObject({ notes: 'Restart it twice.' });
  },
);

it('that could never be asked is not known, and that it does not have the app is', async () => {
  const notes = open({ url: `${receivers.url}/release`, token: 'wrong' });
  await notes.load('router', never);
  expect(notes.peek('router')).toEqual({ state: 'unknown', because: 'It does not accept the token.' });
  // Nothing of the token reaches the disk.
  await open().load('router', never);
  expect(await readFile(file(), 'utf8')).not.toContain(receiverSecrets.release);
});

it('whoever waits no longer is let go, and the answer is kept', async () => {
  const notes = open();
  const wait = new AbortController();
  wait.abort();
  await notes.load('router', wait.signal);
  await expect.poll(() => notes.peek('router')).toMatchObject({ state: 'known' });
});

it('a file that can’t be read, or is of another place, is none', async () => {
  await writeFile(file(), '{"url": 1');
  expect(open().peek('router')).toBeNull();
  await writeFile(
    file(),
    JSON.stringify({ url: 'https://elsewhere.example', apps: { router: { at, facts: null } } }),
  );
  expect(open().peek('router')).toBeNull();
});

it.each(['../x', '', 'a/b', '__proto__', 'constructor'])(
  'a name that is none is not asked for: %s',
  async (app) => {
    const notes = open();
    await notes.load(app, never);
    expect(receivers.asked).toEqual(app === 'constructor' ? ['constructor'] : []);
    if (app !== 'constructor') expect(notes.peek(app)).toMatchObject({ state: 'unknown' });
  },
);
