import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { ArgoSystem } from '../../../shared/domain/estate/argo-servers';
import { type ArgoSessions, localAdmin } from '../../systems/practice/argo-sessions';
import type { ArgoAccounts } from './accounts';
import type { Dex } from './dex';
import { loginProxy } from './login-proxy';
import { paragraph, redirect, sendJson, sendPage } from './pages';
import { readBody } from './read-body';
import { sessionCookies } from './session-cookies';

/** What of a server's paths has to do with who one is. */
export interface SignInPages {
  /** To be asked first. @returns whether it answered; otherwise the body is untouched. */
  answer(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
}

interface Ground {
  system: ArgoSystem;
  accounts: ArgoAccounts;
  dex: Dex;
  sessions: () => ArgoSessions;
}

const loginSchema = z.object({ username: z.string().default(''), password: z.string().default('') });
/** Where a login that is on its way comes back to. Go's `http.Redirect` takes paths of the own host alone here. */
const ownPath = (wanted: string | null): string => (wanted && /^\/(?![/\\])/.test(wanted) ? wanted : '/');
/** gRPC's code 16, as grpc-gateway answers it. */
const unauthenticated = (message: string) => ({ error: message, code: 16, message });

/**
 * The login of one of Argo's servers, and an identity-aware proxy before it where the scenario has one.
 * @param options.secret signs the proxy's cookies
 * @param options.server tells this server from the others (`argo-cd.production`)
 */
export function signInPages(options: Ground & { secret: string; server: string }): SignInPages {
  const { system, dex, sessions } = options;
  const proxied = loginProxy({ secret: options.secret, server: options.server, dex });
  const answerOwn = system === 'argo-cd' ? answerArgoCd : answerWorkflows;
  /** Logins that are on their way, by their state, and where each goes in the end. */
  const states = new Map<string, string>();
  const begin = (request: IncomingMessage, response: ServerResponse, callback: string, to: string): void => {
    const state = randomBytes(10).toString('hex');
    states.set(state, to);
    redirect(response, 303, dex.loginUrl(`http://${request.headers.host}${callback}`, state));
  };
  const finish = (url: URL, response: ServerResponse): void => {
    const state = url.searchParams.get('state') ?? '';
    const to = states.get(state);
    const login = dex.redeem(url.searchParams.get('code') ?? '');
    states.delete(state);
    if (to === undefined || login === null) {
      sendPage(response, 400, 'Login failed', paragraph('This login has expired. Begin again.'));
      return;
    }
    const { token, expires } = options.accounts.signIn(login);
    const value = system === 'argo-cd' ? token : `Bearer ${token}`;
    redirect(response, 303, to, sessionCookies(system, value, expires));
  };
  return {
    async answer(request, response) {
      if (sessions().proxy && proxied(request, response)) return true;
      const url = new URL(request.url ?? '/', 'http://127.0.0.1');
      const [login, callback] =
        system === 'argo-cd' ? ['/auth/login', '/auth/callback'] : ['/oauth2/redirect', '/oauth2/callback'];
      if (request.method === 'GET' && url.pathname === login) {
        begin(request, response, callback, ownPath(url.searchParams.get('redirect')));
        return true;
      }
      if (request.method === 'GET' && url.pathname === callback) {
        finish(url, response);
        return true;
      }
      if (request.method === 'GET' && ['/', '/login', '/applications', '/workflows'].includes(url.pathname)) {
        const person = options.accounts.personOf({ cookie: request.headers.cookie });
        if (person) sendPage(response, 200, 'Signed in', paragraph(`You are signed in as ${person.name}.`));
        else redirect(response, 303, login);
        return true;
      }
      return answerOwn(request, response, url, options);
    },
  };
}

/** argo-cd, server/session/session.proto and server/settings/settings.proto. */
async function answerArgoCd(
  request: IncomingMessage,
  response: ServerResponse,
  { pathname }: URL,
  { accounts }: Ground,
): Promise<boolean> {
  const asked = `${request.method} ${pathname}`;
  switch (asked) {
    case 'GET /api/v1/settings':
      sendJson(response, 200, {
        url: `http://${request.headers.host}`,
        dexConfig: { connectors: [{ name: 'GitHub', type: 'github' }] },
        userLoginsDisabled: false,
        appLabelKey: 'app.kubernetes.io/instance',
        // Told to whoever is signed in (server/settings/settings.go, `Get`).
        ...(accounts.personOf(request.headers) ? { controllerNamespace: 'cluster-services' } : {}),
      });
      return true;
    case 'GET /api/v1/session/userinfo': {
      // Without a session it answers as well (server/session/session.go, `AuthFuncOverride`).
      const person = accounts.personOf(request.headers);
      const who = person && {
        loggedIn: true,
        username: person.issuer === 'argocd' ? person.login : person.email,
        iss: person.issuer,
        groups: person.groups,
      };
      sendJson(response, 200, who ?? {});
      return true;
    }
    case 'POST /api/v1/session': {
      const input = loginSchema.safeParse(JSON.parse((await readBody(request)) || '{}'));
      const { username, password } = input.success ? input.data : { username: '', password: '' };
      if (username !== localAdmin.username || password !== localAdmin.password) {
        sendJson(response, 401, unauthenticated('Invalid username or password'));
        return true;
      }
      const { token, expires } = accounts.signIn(username);
      response.setHeader('set-cookie', sessionCookies('argo-cd', token, expires));
      sendJson(response, 200, { token });
      return true;
    }
    case 'DELETE /api/v1/session':
      sendJson(response, 200, {});
      return true;
    default:
      return false;
  }
}

/** argo-workflows, server/info/info_server.go, `GetUserInfo`. */
async function answerWorkflows(
  request: IncomingMessage,
  response: ServerResponse,
  { pathname }: URL,
  { accounts }: Ground,
): Promise<boolean> {
  if (request.method !== 'GET' || pathname !== '/api/v1/userinfo') return false;
  const person = accounts.personOf(request.headers);
  if (!person) sendJson(response, 401, unauthenticated('token not valid'));
  else
    sendJson(response, 200, {
      issuer: 'argo-server',
      subject: person.login,
      name: person.name,
      email: person.email,
      emailVerified: true,
      groups: person.groups,
      serviceAccountName: person.role('argo-workflows'),
      serviceAccountNamespace: 'apps',
    });
  return true;
}
