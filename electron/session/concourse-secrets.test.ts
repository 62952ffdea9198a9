import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startLog } from '../shell/log-file';
import { type PracticeForClient, practiceForClient } from '../systems/concourse/testing/practice';
import { createConcourseSignIn } from './concourse-sign-in';

let practice: PracticeForClient;
let folder: string;
beforeEach(async () => {
  practice = await practiceForClient();
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-secrets-'));
});
afterEach(async () => {
  await practice.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

const planted = 'planted-concourse-session-Kq72wTzz';
const forms = [planted, encodeURIComponent(`bearer ${planted}`), Buffer.from(planted).toString('base64')];

it('a session that no server takes is nowhere: not in what is shown, and in no file, whichever way it came', async () => {
  const { url } = practice.server;
  const data = path.join(folder, 'data');
  const { log } = startLog(data);
  await writeFile(
    path.join(folder, '.flyrc'),
    `targets:\n  ours:\n    api: ${url}\n    team: preview\n    token: {type: bearer, value: ${planted}}\n`,
  );
  const shown: unknown[] = [];
  const pages: string[] = [];
  const port = createConcourseSignIn({
    urls: [url],
    save: () => null,
    openPage: (page) => pages.push(page),
    flyrc: path.join(folder, '.flyrc'),
    // What answers repeats what it was sent.
    fetch: async (_, init) => {
      const said = new Headers(init?.headers).get('authorization') ?? '';
      return Response.json({ errors: [said], error: said }, { status: 400, statusText: said });
    },
    now: () => new Date(),
    log,
    onSignedIn: () => undefined,
  });
  port.onChange(() => shown.push(port.get(url)));
  shown.push(await port.flyTargets(url), await port.useFlyTarget(url, 'ours'));
  expect(port.get(url)).toMatchObject({ state: 'failed' });
  await port.start(url);
  const at = new URL(pages.at(-1) ?? '').searchParams.get('fly_port');
  await fetch(`http://127.0.0.1:${at}/?token=${encodeURIComponent(`bearer ${planted}`)}`, {
    headers: { origin: new URL(url).origin },
  });
  await expect.poll(() => port.get(url)).toMatchObject({ state: 'failed' });
  port.close();
  log('info', 'concourse.not-seen', { detail: `Authorization: Bearer ${planted}` });
  const texts = [JSON.stringify(shown)];
  for (const entry of await readdir(data, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) texts.push(await readFile(path.join(entry.parentPath, entry.name), 'latin1'));
  expect(texts.length).toBeGreaterThan(1);
  expect(forms.filter((form) => texts.join('\n').includes(form))).toEqual([]);
});
