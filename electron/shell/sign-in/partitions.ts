import { session } from 'electron';
import { mayLoad } from '../../../shared/domain/estate/sign-in-hosts';
import type { FoundSession } from '../../session/accounts/ports';
import { isCookie, mostCookies, type ServerCookie } from '../../systems/argo/server/server-cookies';
import type { ServerPlace } from '../../systems/argo/server/server-session';
import { authorizationsOf, isArgosCookie } from '../../systems/argo/server/session-value';
import { proxyConfig } from '../service-request';
import { serverKey } from './session-store';

/** What a page wants to open in a frame: whether it may, once that is known. */
export type Gate = (url: string, frame: 'main' | 'sub') => Promise<boolean>;

/** Which frame a request fills: `<object>` and `<embed>` show pages, too, as `object`. `null`: none. */
const frameOf = (resourceType: string): 'main' | 'sub' | null =>
  resourceType === 'mainFrame' ? 'main' : ['subFrame', 'object'].includes(resourceType) ? 'sub' : null;

/** Where a server's sign-in windows keep what pages leave behind. */
export interface Partition {
  readonly session: Electron.Session;
  /** Holds back every page and frame until the gate has spoken; `null`: none is opened. */
  guard(gate: Gate | null): void;
  /** Called when a download was refused. */
  onDownload(listener: (() => void) | null): void;
}

/**
 * The partition of a server. `keeps`: it outlives Signalbox, so that the identity provider knows the person the next time;
 * Chromium encrypts its cookies by the keychain (the fuse `EnableCookieEncryption` of packages), so without one it lies in
 * memory alone.
 */
export async function openPartition(
  place: ServerPlace,
  keeps: boolean,
  environment: NodeJS.ProcessEnv,
): Promise<Partition> {
  const name = `argo-${serverKey(place)}`;
  const own = session.fromPartition(keeps ? `persist:${name}` : name, { cache: false });
  await own.setProxy(proxyConfig(environment) ?? { mode: 'system' });
  let gate: Gate | null = null;
  let downloaded: (() => void) | null = null;

  own.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  own.setPermissionCheckHandler(() => false);
  own.setDevicePermissionHandler(() => false);
  // No screen is ever offered.
  own.setDisplayMediaRequestHandler((_request, answer) => answer({}));
  own.setSpellCheckerEnabled(false);
  own.removeAllListeners('will-download');
  own.on('will-download', (event) => {
    event.preventDefault();
    downloaded?.();
  });
  // Every request and every redirect passes here before it is sent, a form's that is posted as well; it waits meanwhile.
  own.webRequest.onBeforeRequest((details, answer) => {
    const frame = frameOf(details.resourceType);
    if (frame === null) {
      answer({ cancel: !mayLoad(details.url) });
      return;
    }
    if (!gate) {
      answer({ cancel: true });
      return;
    }
    gate(details.url, frame).then(
      (may) => answer({ cancel: !may }),
      () => answer({ cancel: true }),
    );
  });
  return {
    session: own,
    guard: (next) => {
      gate = next;
    },
    onDownload: (listener) => {
      downloaded = listener;
    },
  };
}

/** The address that its requests go below: a cookie of `Path=/argo/` is not one of `/argo` (RFC 6265, 5.1.4). */
const below = (url: string): string => `${url.replace(/\/+$/, '')}/`;

/** Resolved against the server's address, the path `//host` would lead to another one. */
const addressAt = (url: string, path: string): string => new URL(url).origin + path;

/** What a partition's cookies say of a server: its session, and what a proxy before it gave. */
export async function readPartition(
  own: Electron.Session,
  { system, url }: ServerPlace,
): Promise<FoundSession> {
  const all = await own.cookies.get({ url: below(url) });
  const expires = (cookie: Electron.Cookie): number | null =>
    cookie.expirationDate === undefined ? null : Math.round(cookie.expirationDate * 1000);
  const argos = all.filter(({ name }) => isArgosCookie(system, name));
  // The most specific first, as browsers send them.
  const ordered = argos.toSorted((a, b) => (b.path ?? '').length - (a.path ?? '').length);
  const first = ordered[0];
  return {
    candidates: authorizationsOf(system, ordered).map((authorization) => ({
      authorization,
      expires: first ? expires(first) : null,
    })),
    cookies: all
      .filter((cookie) => !isArgosCookie(system, cookie.name) && isCookie(cookie))
      .slice(-mostCookies)
      .map((cookie): ServerCookie => {
        const { name, value, path = '/' } = cookie;
        return { name, value, path, expires: expires(cookie) };
      }),
  };
}

/** Takes Argo's own session out again: it lies in the keychain from now on. */
export async function forgetArgosCookies(own: Electron.Session, { system, url }: ServerPlace): Promise<void> {
  const all = await own.cookies.get({ url: below(url) });
  await Promise.all(
    all
      .filter(({ name }) => isArgosCookie(system, name))
      .map(({ name, path = '/' }) => own.cookies.remove(addressAt(url, path), name)),
  );
}

/** Gives back what a proxy before the server gave earlier. */
export async function restoreCookies(
  own: Electron.Session,
  { url }: ServerPlace,
  cookies: readonly ServerCookie[],
): Promise<void> {
  await Promise.all(
    cookies.map(({ name, value, path, expires }) =>
      own.cookies
        .set({
          url: addressAt(url, path),
          name,
          value,
          path,
          httpOnly: true,
          secure: new URL(url).protocol === 'https:',
          ...(expires === null ? {} : { expirationDate: expires / 1000 }),
        })
        // Chromium takes fewer than servers set: then the proxy asks again.
        .catch(() => undefined),
    ),
  );
}
