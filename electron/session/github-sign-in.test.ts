import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noLog } from '../log/log';
import { createDeviceFlow } from '../practice/github/device-flow';
import type { GitHubToken } from '../systems/github/device-flow';
import { createGitHubSignIn, type GitHubSignInPort, signInPlaceOf } from './github-sign-in';

let server: Server;
let apiUrl: string;
let saved: GitHubToken[];
let opened: GitHubSignInPort[];
let decided: { promise: Promise<void>; done: () => void };

beforeEach(async () => {
  saved = [];
  opened = [];
  let done = (): void => undefined;
  const promise = new Promise<void>((resolve) => {
    done = resolve;
  });
  decided = { promise, done };
  const flow = createDeviceFlow({ grant: () => {}, revoke: () => {}, now: () => 0 });
  server = createServer(
    (request, response) => void flow.answer(request, response, new URL(request.url ?? '/', apiUrl)),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  for (const one of opened) one.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function signIn(unsaved: string | null = null): GitHubSignInPort {
  const made = createGitHubSignIn({
    place: { apiUrl, clientId: 'Ov23liPracticeConsole' },
    save: (token) => {
      saved.push(token);
      return unsaved;
    },
    whose: async () => 'Connected as ada.',
    now: Date.now,
    // GitHub is asked once the person has decided.
    pause: () => decided.promise,
    log: noLog,
  });
  opened.push(made);
  return made;
}
async function decide(userCode: string, decision: string): Promise<void> {
  await fetch(`${apiUrl}/login/device`, {
    method: 'POST',
    body: new URLSearchParams({ user_code: userCode, decision }),
  });
  decided.done();
}
async function codeOf(one: GitHubSignInPort): Promise<string> {
  const { now } = await one.start();
  if (now.state !== 'waiting') throw new Error(`it is ${now.state}`);
  return now.userCode;
}

describe('the sign-in at GitHub', () => {
  it('shows a code, then whose token it got, and never the token', async () => {
    const one = signIn();
    const seen: unknown[] = [];
    one.onChange(() => seen.push(one.get()));
    await decide(await codeOf(one), 'authorize');
    await expect.poll(() => one.get().now).toEqual({ state: 'signed-in', text: 'Connected as ada.' });
    expect(saved).toHaveLength(1);
    expect(JSON.stringify(seen)).not.toContain(saved[0]?.token);
  });

  it('says that it is for this run only where nothing can be kept', async () => {
    const one = signIn('No unlocked keychain.');
    await decide(await codeOf(one), 'authorize');
    await expect
      .poll(() => one.get().now)
      .toEqual({
        state: 'signed-in',
        text: 'Connected as ada. The token is forgotten when Signalbox ends: No unlocked keychain.',
      });
  });

  it('that is refused says so, and can be begun again', async () => {
    const one = signIn();
    await decide(await codeOf(one), 'cancel');
    await expect
      .poll(() => one.get().now)
      .toMatchObject({ failure: { message: 'The sign-in was cancelled on GitHub’s page.' } });
    expect((await one.start()).now.state).toBe('waiting');
    expect(saved).toEqual([]);
  });

  it('that is given up takes nothing, whatever the person decides afterwards', async () => {
    const one = signIn();
    const first = await codeOf(one);
    expect(one.cancel().now).toEqual({ state: 'idle' });
    const second = await codeOf(one);
    await Promise.all([decide(first, 'authorize'), decide(second, 'authorize')]);
    await expect.poll(() => one.get().now.state).toBe('signed-in');
    expect(saved).toHaveLength(1);
  });
});

describe('where an estate has people sign in', () => {
  const github = { apiUrl: 'https://api.github.com', owner: 'o', repo: 'r' };
  const ledger = (more: object = {}) =>
    ({
      ledger: { url: 'https://github.com/o/r', github: { ...github, ...more } },
      sources: undefined,
    }) as never;

  it('is named by the release repo’s GitHub and the app that the estate file names', () => {
    expect(signInPlaceOf(ledger({ clientId: 'Ov23' }))).toEqual({ apiUrl: github.apiUrl, clientId: 'Ov23' });
    expect(signInPlaceOf(ledger())).toContain('ledger.github.clientId');
  });

  it('is none where the apps’ repos are at another GitHub: the token is sent to both', () => {
    const two = {
      ...(ledger({ clientId: 'Ov23' }) as object),
      sources: { github: { apiUrl: 'https://ghe.example/api/v3' } },
    };
    expect(signInPlaceOf(two as never)).toContain('at one GitHub');
  });
});
