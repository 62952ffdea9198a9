import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listenOnLoopback } from '../estate/listen-on-loopback';
import { consoleUser, developers, rival } from '../estate/people';
import { isKnownPerson } from './accounts';
import { button, form, paragraph, redirect, sendPage } from './pages';
import { readBody } from './read-body';

/** The identity provider of the practice estate: a login page on a host of its own, as Dex with a connector to GitHub is. */
export interface Dex {
  /** Without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Where a server sends somebody to log in, who comes back to `redirectUri` with `code` and `state`. */
  loginUrl(redirectUri: string, state: string): string;
  /** Who came back with a code; each is good for once. `null`: nobody. */
  redeem(code: string): string | null;
  close(): Promise<void>;
}

const offered = [consoleUser, rival, ...developers.slice(0, 1)];

export async function startDex(options: { port?: number }): Promise<Dex> {
  const codes = new Map<string, string>();
  /** Addresses of the practice estate's servers alone: nobody is sent on with a code to anywhere else. */
  const isOurs = (url: string): boolean => URL.canParse(url) && new URL(url).hostname === '127.0.0.1';

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const answer =
      request.method === 'POST' ? new URLSearchParams(await readBody(request)) : url.searchParams;
    const back = answer.get('redirect_uri') ?? '';
    const state = answer.get('state') ?? '';
    if (url.pathname !== '/auth' || !isOurs(back))
      return sendPage(response, 404, 'Not found', paragraph('There is nothing here.'));
    const login = request.method === 'POST' ? (answer.get('login') ?? '') : '';
    if (!isKnownPerson(login)) {
      const fields = offered.map((one) => button('login', one.login, `Log in as ${one.name}`)).join('');
      return sendPage(
        response,
        200,
        'Log in to the practice estate',
        paragraph('This stands for your team’s identity provider. No password is asked here.') +
          form('/auth', { redirect_uri: back, state }, fields),
      );
    }
    const code = randomBytes(16).toString('hex');
    codes.set(code, login);
    const target = new URL(back);
    target.searchParams.set('code', code);
    target.searchParams.set('state', state);
    redirect(response, 303, target.href);
  };

  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  const { port, close } = await listenOnLoopback(server, options.port);
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    port,
    loginUrl: (redirectUri, state) =>
      `${url}/auth?${new URLSearchParams({ redirect_uri: redirectUri, state })}`,
    redeem(code) {
      const login = codes.get(code) ?? null;
      codes.delete(code);
      return login;
    },
    close,
  };
}
