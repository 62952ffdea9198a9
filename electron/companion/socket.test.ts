import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { connectToApp, listenForCompanion } from './socket';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-companion-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const garbage = ['', '{', 'null', '{"address":7,"token":"x"}', '\u0000'.repeat(5000)];

it.each(garbage)(
  'of a file that is damaged (%j) no app is found, and the next start replaces it',
  async (text) => {
    await writeFile(path.join(folder, 'companion.json'), text);
    await writeFile(path.join(folder, 'companion.sock'), text);
    expect(await connectToApp(folder)).toBeNull();
    const stop = await listenForCompanion(folder, async (procedure) => ({ ok: true, value: procedure }));
    const app = await connectToApp(folder);
    expect(await app?.ask('session.get', null)).toEqual({ ok: true, value: 'session.get' });
    app?.close();
    await stop();
    expect(await connectToApp(folder)).toBeNull();
  },
);

it('a word that is not the app’s gets no answer', async () => {
  const stop = await listenForCompanion(folder, async () => ({ ok: true, value: 'secret' }));
  const file = path.join(folder, 'companion.json');
  const { address } = JSON.parse(await readFile(file, 'utf8'));
  await writeFile(file, JSON.stringify({ address, token: '0'.repeat(64) }));
  const app = await connectToApp(folder);
  expect(await app?.ask('session.get', null)).toMatchObject({
    ok: false,
    failure: { code: 'unknown-outcome' },
  });
  await stop();
});
