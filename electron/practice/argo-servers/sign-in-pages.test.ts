import { createServer } from 'node:http';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ArgoSystem, argoSystems } from '../../../shared/domain/estate/argo-servers';
import { type ArgoSessions, usualArgoSessions } from '../../systems/practice/argo-sessions';
import { listenOnLoopback } from '../estate/listen-on-loopback';
import { consoleUser } from '../estate/people';
import { standardRights } from '../rights/standard-rights';
import { argoAccounts } from './accounts';
import { type Dex, startDex } from './dex';
import { sendJson } from './pages';
import { signInPages } from './sign-in-pages';

let dex: Dex;
let sessions: ArgoSessions;
const closing: (() => Promise<void>)[] = [];
beforeEach(async () => {
  sessions = usualArgoSessions();
  dex = await startDex({});
  closing.push(() => dex.close());
});
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

/** A server that has its login, and one answer for whoever is signed in. */
async function serve(system: ArgoSystem): Promise<string> {
  const accounts = argoAccounts({
    environment: 'production',
    system,
    secret: 'a secret',
    rights: () => standardRights('govuk'),
    sessions: () => sessions,
  });
  const pages = signInPages({
    system,
    accounts,
    dex,
    sessions: () => sessions,
    secret: 'a secret',
    server: system,
  });
  const server = createServer(async (request, response) => {
    if (await pages.answer(request, response)) return;
    const person = accounts.personOf(request.headers);
    sendJson(response, person ? 200 : 401, { login: person?.login ?? null });
  });
  const { port, close } = await listenOnLoopback(server);
  closing.push(close);
  return `http://127.0.0.1:${port}`;
}

/** A browser, as far as a login needs one: cookies by host, redirects followed, forms filled in. */
function browser() {
  const jar = new Map<string, string>();
  const go = async (
    url: string,
    body?: URLSearchParams,
  ): Promise<{ url: string; text: string; status: number }> => {
    const { origin } = new URL(url);
    const cookie = [...jar]
      .flatMap(([key, value]) => (key.startsWith(`${origin} `) ? [value] : []))
      .join('; ');
    const answer = await fetch(url, {
      redirect: 'manual',
      headers: { cookie },
      ...(body ? { method: 'POST', body } : {}),
    });
    for (const line of answer.headers.getSetCookie()) {
      const pair = line.split(';')[0] ?? '';
      jar.set(`${origin} ${pair.split('=')[0]}`, pair);
    }
    const location = answer.headers.get('location');
    if (location) return go(new URL(location, url).href);
    return { url, text: await answer.text(), status: answer.status };
  };
  const logIn = async (start: string) => {
    const page = await go(start);
    const fields = new URLSearchParams(
      [...page.text.matchAll(/type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(
        ([, name = '', value = '']) => [name, value.replaceAll('&amp;', '&')],
      ),
    );
    fields.set('login', consoleUser.login);
    return go(`${dex.url}/auth`, fields);
  };
  return { go, logIn, jar };
}

it.each(argoSystems)(
  'a login at %s goes over the identity provider, and leaves a session in a cookie',
  async (system) => {
    const url = await serve(system);
    const { go, logIn } = browser();
    expect((await go(`${url}/api/v1/applications`)).status).toBe(401);
    const after = await logIn(
      system === 'argo-cd' ? `${url}/auth/login` : `${url}/oauth2/redirect?redirect=/`,
    );
    expect(after.text).toContain(`You are signed in as ${consoleUser.name}.`);
    expect(JSON.parse((await go(`${url}/api/v1/applications`)).text)).toEqual({ login: consoleUser.login });
    const who = await go(`${url}/api/v1/${system === 'argo-cd' ? 'session/' : ''}userinfo`);
    expect(JSON.parse(who.text).groups).toContain('alphagov:gov-uk-production-deploy');
  },
);

it('a code is good once, and a login that nobody began is refused', async () => {
  const url = await serve('argo-cd');
  expect((await browser().go(`${url}/auth/callback?code=x&state=y`)).status).toBe(400);
});

it('a proxy before the server lets nobody through without its own login', async () => {
  const url = await serve('argo-cd');
  sessions.proxy = true;
  const { go, logIn, jar } = browser();
  expect((await go(`${url}/api/v1/settings`)).url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/auth\?/);
  await logIn(`${url}/login`);
  expect([...jar.keys()]).toEqual([`${url} _practice_proxy`]);
  // The proxy's login alone is not the server's.
  expect(JSON.parse((await go(`${url}/api/v1/applications`)).text)).toEqual({ login: null });
});

it('the local account signs in by its password', async () => {
  const url = await serve('argo-cd');
  const post = (password: string) =>
    fetch(`${url}/api/v1/session`, { method: 'POST', body: JSON.stringify({ username: 'admin', password }) });
  expect((await post('wrong')).status).toBe(401);
  const { token } = (await (await post('practice')).json()) as { token: string };
  const asked = await fetch(`${url}/x`, { headers: { authorization: `Bearer ${token}` } });
  expect(await asked.json()).toEqual({ login: 'admin' });
});
