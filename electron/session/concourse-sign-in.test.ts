import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noLog } from '../log/log';
import { type PracticeForClient, practiceForClient } from '../systems/concourse/testing/practice';
import { type ConcourseSignInPort, createConcourseSignIn } from './concourse-sign-in';

let practice: PracticeForClient;
let folder: string;
let port: ConcourseSignInPort;
let url: string;
const saved: string[] = [];
const pages: string[] = [];
let signedIn = 0;

beforeEach(async () => {
  practice = await practiceForClient();
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-sign-in-'));
  url = practice.server.url;
  saved.length = 0;
  pages.length = 0;
  signedIn = 0;
  port = createConcourseSignIn({
    urls: [url],
    save: (_, token) => {
      saved.push(token);
      return null;
    },
    openPage: (page) => pages.push(page),
    flyrc: path.join(folder, '.flyrc'),
    fetch: undefined,
    now: () => new Date(),
    log: noLog,
    onSignedIn: () => {
      signedIn += 1;
    },
  });
});
afterEach(async () => {
  port.close();
  await practice.close();
  await rm(folder, { recursive: true, force: true });
});

const token = (name = 'pip') => practice.accounts.signIn(name, name)?.token ?? '';
/** What Concourse's own page does at the end. */
const handOver = async (value: string): Promise<void> => {
  const at = new URL(pages.at(-1) ?? '').searchParams.get('fly_port');
  await fetch(`http://127.0.0.1:${at}/?token=${encodeURIComponent(`bearer ${value}`)}`, {
    headers: { origin: new URL(url).origin },
  });
};
const state = () => port.get(url);

describe('signing in to a Concourse', () => {
  it('by the browser: whose session it is is asked before it is saved, and its token is in nothing that is shown', async () => {
    expect(await port.start(url)).toMatchObject({
      state: 'waiting',
      page: expect.stringContaining('/login?fly_port='),
    });
    const value = token();
    await handOver(value);
    await expect.poll(state).toMatchObject({
      state: 'confirm',
      account: 'pip',
      roles: expect.stringContaining('pipeline-operator in preview'),
    });
    expect(saved).toEqual([]);
    expect(JSON.stringify(state())).not.toContain(value);
    // What was shown is what is saved: another name saves nothing.
    expect(port.confirm(url, 'vic')).toMatchObject({ state: 'confirm' });
    expect(port.confirm(url, 'pip')).toEqual({ state: 'signed-in', text: 'Signed in as pip.' });
    expect([saved, signedIn]).toEqual([[value], 1]);
    // Once: it is not kept to be saved again.
    port.confirm(url, 'pip');
    expect(saved).toHaveLength(1);
  });

  it('a session that the server does not take is not offered, and one that nobody wants is forgotten', async () => {
    await port.start(url);
    await handOver('n'.repeat(40));
    await expect
      .poll(state)
      .toMatchObject({ state: 'failed', failure: { code: 'unauthorised', meaning: 'Nothing was saved.' } });
    await port.start(url);
    await handOver(token('vic'));
    await expect.poll(state).toMatchObject({ state: 'confirm', account: 'vic' });
    port.cancel(url);
    expect(port.confirm(url, 'vic')).toEqual({ state: 'idle' });
    expect(saved).toEqual([]);
  });

  it('with a session of fly that the person chose', async () => {
    const value = token();
    await writeFile(
      path.join(folder, '.flyrc'),
      `targets:\n  ours:\n    api: ${url}\n    team: preview\n    token:\n      type: bearer\n      value: ${value}\n`,
    );
    const { targets } = await port.flyTargets(url);
    expect(targets).toMatchObject([{ name: 'ours', team: 'preview', isOver: false }]);
    expect(JSON.stringify(targets)).not.toContain(value);
    expect(await port.useFlyTarget(url, 'ours')).toMatchObject({ state: 'confirm', account: 'pip' });
    port.confirm(url, 'pip');
    expect(saved).toEqual([value]);
    expect(await port.useFlyTarget(url, 'theirs')).toMatchObject({ state: 'failed' });
  });

  it('at no other server than the estate names, and not where the estate brings its own account', async () => {
    await expect(port.start('https://elsewhere.example.test')).rejects.toThrow('no such Concourse');
    expect(pages).toEqual([]);
  });
});
