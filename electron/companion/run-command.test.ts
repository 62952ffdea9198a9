import { execFileSync } from 'node:child_process';
import { rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Session } from '../session/open-session';
import { askAsWindow, type SmallEstate, smallEstate } from '../session/testing/small-estate';
import { runCommandLine } from './run-command';
import type { Terminal } from './terminal';

let estate: SmallEstate;
let session: Session | null = null;
beforeEach(async () => {
  estate = await smallEstate();
});
afterEach(async () => {
  await session?.close();
  session = null;
  await estate.close();
});

/** Runs a command on the opened estate, as a terminal of its own. */
async function run(words: readonly string[], how: Partial<Pick<Terminal, 'confirm' | 'signal'>> = {}) {
  session ??= await estate.open();
  const opened = session;
  let [out, err] = ['', ''];
  const exitCode = await runCommandLine(
    words,
    async () => ({ ask: (name, input) => askAsWindow(opened, name, input), elsewhere: false }),
    {
      out: (text) => {
        out += text;
      },
      err: (text) => {
        err += text;
      },
      confirm: null,
      signal: new AbortController().signal,
      ...how,
    },
  );
  return { exitCode, out, err };
}

const operations = () => session?.engine.list({ limit: 10 });

it('a command that was ended before anything was done does nothing', async () => {
  const hold = ['hold', 'frontend', 'staging', '-m', 'Looking', '--yes'];
  expect(await run(hold, { signal: AbortSignal.abort() })).toMatchObject({
    exitCode: 4,
    err: expect.stringContaining('Nothing was done.'),
  });
  const ended = new AbortController();
  const confirm = async () => {
    ended.abort();
    return true;
  };
  expect(await run(hold.slice(0, -1), { signal: ended.signal, confirm })).toMatchObject({ exitCode: 4 });
  expect(operations()).toEqual([]);
});

it('status --wait that is ended tells that operations are still open', async () => {
  // A branch that is checked out takes no push.
  execFileSync('git', ['-C', estate.repo, 'checkout', '--quiet', '--detach']);
  const deploy = ['deploy', 'frontend', 'v2', 'staging', '--yes', '--no-wait', '-m', 'Looking'];
  const { err } = await run(deploy);
  const codes = /--override (\S+)/.exec(err)?.[1] ?? '';
  expect(await run([...deploy, '--override', codes])).toMatchObject({ exitCode: 0 });
  const waiting = await run(['status', '--wait', '--json'], { signal: AbortSignal.abort() });
  expect([waiting.exitCode, JSON.parse(waiting.out)]).toEqual([
    5,
    expect.objectContaining({ exitCode: 5, operations: [expect.objectContaining({ state: 'running' })] }),
  ]);
});

it('a release repo that was never read is not taken for one without apps', async () => {
  await rename(estate.repo, `${estate.repo}-away`);
  for (const words of [
    ['status', 'frontend'],
    ['deploy', 'frontend', 'v2', 'staging', '--yes'],
    ['freeze', 'frontend', '-m', 'x', '--yes'],
    ['lock', 'staging', '-m', 'x', '--yes'],
    ['unlock', 'staging', '--yes'],
    ['thaw', 'staging', '--yes'],
  ])
    expect([words, await run(words)]).toEqual([
      words,
      { exitCode: 1, out: '', err: expect.stringContaining('The release repo was not read yet.') },
    ]);
});

it('a text from the release repo can’t steer the terminal', async () => {
  const git = (...args: string[]) => execFileSync('git', ['-C', estate.repo, ...args], { stdio: 'ignore' });
  const file = path.join(estate.repo, 'charts', 'app-config', 'image-tags', 'staging', 'frontend');
  await writeFile(file, 'image_tag: v2\n');
  const author = 'Eve\u001b]0;pwned\u0007\u009b2J\u202e';
  git('-c', `user.name=${author}`, '-c', 'user.email=e@example.org', 'commit', '-a', '-m', 'Deploy');
  const steers = /(?!\n)\p{Cc}|\u202e/u;
  const people = await run(['history', 'frontend']);
  expect(people.out).toContain('Eve');
  expect(people.out).not.toMatch(steers);
  const script = await run(['history', 'frontend', '--json']);
  expect(script.out).not.toMatch(steers);
  expect(JSON.parse(script.out).events[0].author).toContain('Eve');
  const odd = await run(['status', 'a\u001b[2Jb']);
  expect([odd.exitCode, odd.err]).toEqual([2, expect.not.stringMatching(steers)]);
});
