/** A cookie of a proxy that stands before a server, as it is kept: for the server's own address. */
export interface ServerCookie {
  name: string;
  value: string;
  /** Where below the address it holds: `/`. */
  path: string;
  /** Milliseconds since 1970; `null`: for as long as the browser runs, which is until somebody signs out here. */
  expires: number | null;
}

/** As many and as large as browsers take from a site. */
export const mostCookies = 180;
const mostCharacters = 4096;
/** RFC 6265, "cookie-name" and "cookie-octet"; quotation marks and blanks are taken, as browsers do. */
const namePattern = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const valuePattern = /^[\x20-\x3a\x3c-\x7e]*$/;

/** Whether a header can carry it; browsers keep others, too, with which every request would fail. */
export const isCookie = ({ name, value }: Pick<ServerCookie, 'name' | 'value'>): boolean =>
  namePattern.test(name) && valuePattern.test(value) && name.length + value.length <= mostCharacters;

/**
 * The cookies after an answer set some (RFC 6265, "Storage Model", of one host). What can't be a cookie is left out.
 * @param setCookie values of `Set-Cookie`
 */
export function withSetCookies(
  cookies: readonly ServerCookie[],
  setCookie: readonly string[],
  now: number,
): ServerCookie[] {
  const kept = new Map(cookies.map((cookie) => [`${cookie.name} ${cookie.path}`, cookie]));
  for (const line of setCookie) {
    const [pair = '', ...attributes] = line.slice(0, 2 * mostCharacters).split(';');
    const at = pair.indexOf('=');
    const name = pair.slice(0, at).trim();
    const value = pair.slice(at + 1).trim();
    if (at < 1 || !isCookie({ name, value })) continue;
    const said = new Map(
      attributes.map((text) => {
        const [key = '', rest = ''] = text.split(/=(.*)/s);
        return [key.trim().toLowerCase(), rest.trim()];
      }),
    );
    // `//host` would be another address once it is resolved against the server's.
    const path = /^\/(?!\/)/.test(said.get('path') ?? '') ? (said.get('path') ?? '/') : '/';
    kept.set(`${name} ${path}`, { name, value, path, expires: expiryOf(said, now) });
  }
  return [...kept.values()].filter(({ expires }) => expires === null || expires > now).slice(-mostCookies);
}

function expiryOf(said: ReadonlyMap<string, string>, now: number): number | null {
  const maxAge = said.get('max-age');
  if (maxAge !== undefined && /^-?\d{1,12}$/.test(maxAge)) return now + Number(maxAge) * 1000;
  const at = Date.parse(said.get('expires') ?? '');
  return Number.isNaN(at) ? null : at;
}

/** What `Cookie` is to say; `null`: nothing. Those that expired are left out. */
export function cookieHeader(cookies: readonly ServerCookie[], now: number): string | null {
  const living = cookies.filter(({ expires }) => expires === null || expires > now);
  // Longer paths first (RFC 6265, 5.4).
  const ordered = living.toSorted((a, b) => b.path.length - a.path.length);
  return ordered.length === 0 ? null : ordered.map(({ name, value }) => `${name}=${value}`).join('; ');
}
