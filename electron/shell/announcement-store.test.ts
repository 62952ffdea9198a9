import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { announcementStore } from './announcement-store';
import { openStoredFile } from './stored-file';
import { memoryVault } from './testing/keychain';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-store-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A keychain that is unlocked, or there is none. */
function keychain(isThere = true) {
  const parts = memoryVault();
  parts.keychain.isThere = isThere;
  return parts;
}
const estate = { ledger: { url: 'https://example.org/release.git', branch: 'main' } } as Parameters<
  typeof announcementStore
>[2];
const other = { ledger: { ...estate.ledger, url: 'https://example.org/other.git' } };
const file = () => openStoredFile(path.join(folder, 'config.json'), 'The settings');
const on = { on: true, host: 'https://slack.com', since: '2026-03-01T10:00:00.000Z' };

describe('what is kept of announcements', () => {
  it('is an estate’s own, and is there after a restart', () => {
    const { vault } = keychain();
    announcementStore(file(), vault, estate).setSwitched('slack', on);
    const again = announcementStore(file(), vault, estate);
    expect(again.switched('slack')).toEqual(on);
    expect(again.switched('webhook')).toBeNull();
    expect(announcementStore(file(), vault, other).switched('slack')).toBeNull();
  });

  it('gives a secret to the host alone that it was entered for, and to no other estate', () => {
    const { vault, file: secrets } = keychain();
    const store = announcementStore(file(), vault, estate);
    store.setSecret('slack', 'https://slack.com', 'xoxb-1');
    expect(store.secret('slack', 'https://slack.com')).toEqual({ secret: 'xoxb-1', state: 'kept' });
    expect(store.secret('slack', 'https://slack.com.example.org')).toBeNull();
    expect(store.secret('webhook', 'https://slack.com')).toBeNull();
    expect(announcementStore(file(), vault, other).secret('slack', 'https://slack.com')).toBeNull();
    store.setSecret('slack', 'https://slack.com', null);
    expect(store.secret('slack', 'https://slack.com')).toBeNull();
    expect(secrets.names()).toEqual([]);
  });

  it('holds a secret without a keychain until the end, and never in the settings', async () => {
    const { vault, file: secrets } = keychain(false);
    const store = announcementStore(file(), vault, estate);
    store.setSwitched('slack', on);
    store.setSecret('slack', 'https://slack.com', 'xoxb-held');
    expect(store.secret('slack', 'https://slack.com')).toEqual({ secret: 'xoxb-held', state: 'held' });
    expect(secrets.names()).toEqual([]);
    expect(await readFile(path.join(folder, 'config.json'), 'utf8')).not.toContain('xoxb-held');
    expect(
      announcementStore(file(), keychain(false).vault, estate).secret('slack', 'https://slack.com'),
    ).toBeNull();
  });

  it('counts as not switched on where it can’t be read', () => {
    const settings = file();
    settings.set({ announcements: 'nonsense' });
    const store = announcementStore(settings, keychain().vault, estate);
    expect(store.switched('slack')).toBeNull();
    store.setSwitched('slack', on);
    expect(store.switched('slack')).toEqual(on);
  });
});
