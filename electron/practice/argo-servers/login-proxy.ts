import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Dex } from './dex';
import { redirect, sendPage } from './pages';
import { readCookies } from './session-cookies';

const cookie = '_practice_proxy';
/** Where the identity provider sends people back to. */
const callback = '/practice-proxy/callback';

/** How long a session before the server lasts, and after how long it is renewed by an answer's cookie; milliseconds. */
const lasts = 10 * 60_000;
const renewedAfter = 2_000;

/**
 * An identity-aware proxy before a server, as oauth2-proxy or a load balancer with OpenID Connect is: it lets nobody through
 * without a session of its own, which lies in a cookie that it renews as it is used.
 * @returns whether it answered; `false`: the request goes through.
 */
export function loginProxy(options: { secret: string; server: string; dex: Dex; now?: () => number }) {
  const { dex, server } = options;
  const now = options.now ?? Date.now;
  const signature = (started: string): string =>
    createHmac('sha256', options.secret).update(`proxy ${server} ${started}`).digest('base64url');
  const fresh = (): string => {
    const started = String(now());
    return `${cookie}=${started}.${signature(started)}; Path=/; HttpOnly; Max-Age=${lasts / 1000}`;
  };
  /** Milliseconds since it began; `null`: it is none, or over. */
  const age = (value: string | undefined): number | null => {
    const [started = '', given = ''] = value?.split('.') ?? [];
    const [a, b] = [Buffer.from(signature(started)), Buffer.from(given)];
    if (a.length !== b.length || !timingSafeEqual(a, b)) return null;
    const passed = now() - Number(started);
    return passed < lasts ? passed : null;
  };
  return (request: IncomingMessage, response: ServerResponse): boolean => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (url.pathname === callback) {
      if (dex.redeem(url.searchParams.get('code') ?? '') === null) {
        sendPage(response, 403, 'Forbidden', '');
        return true;
      }
      const wanted = url.searchParams.get('state') ?? '';
      redirect(response, 302, /^\/(?![/\\])/.test(wanted) ? wanted : '/', [fresh()]);
      return true;
    }
    const passed = age(readCookies(request.headers.cookie).get(cookie));
    if (passed === null) {
      request.resume();
      const back = `http://${request.headers.host}${callback}`;
      redirect(response, 302, dex.loginUrl(back, request.url ?? '/'));
      return true;
    }
    if (passed > renewedAfter) response.setHeader('set-cookie', fresh());
    return false;
  };
}
