import type { ArgoSystem } from '../../../shared/domain/estate/argo-servers';

/** The cookie that holds the session of each server. */
export const sessionCookieOf = {
  'argo-cd': 'argocd.token',
  'argo-workflows': 'authorization',
} as const satisfies Record<ArgoSystem, string>;

/** The longest cookie that Argo CD sets, name and attributes included (argo-cd, util/http/http.go, `maxCookieLength`). */
const mostCookie = 4093;

/**
 * The values of `Set-Cookie` for a session. Argo CD's are as its `splitCookie` makes them: a token that is too long for
 * one cookie begins with its number of parts. Argo Workflows sets one (argo-workflows, server/auth/sso/sso.go,
 * `HandleCallback`); its value, `Bearer v2:…`, has a space, wherefore Go puts it in quotation marks.
 */
export function sessionCookies(system: ArgoSystem, value: string, expires: Date): string[] {
  const key = sessionCookieOf[system];
  if (system === 'argo-workflows')
    return [`${key}="${value}"; Path=/; Expires=${expires.toUTCString()}; SameSite=Strict`];
  const attributes = 'path=/; SameSite=lax; httpOnly';
  const most = mostCookie - (key.length + 3) - (attributes.length + 2);
  const parts = value.match(new RegExp(`.{1,${most}}`, 'g')) ?? [];
  return parts.map((part, index) => {
    if (index > 0) return `${key}-${index}=${part}; ${attributes}`;
    return `${key}=${parts.length > 1 ? `${parts.length}:` : ''}${part}; ${attributes}`;
  });
}

/** Cookies of a `Cookie` header, quotation marks taken off as Go's `http.Request.Cookies` does. */
export function readCookies(header: string | undefined): ReadonlyMap<string, string> {
  const pairs = (header ?? '').split(';').flatMap((pair) => {
    const at = pair.indexOf('=');
    if (at < 0) return [];
    return [
      [
        pair.slice(0, at).trim(),
        pair
          .slice(at + 1)
          .trim()
          .replace(/^"(.*)"$/, '$1'),
      ] as const,
    ];
  });
  return new Map(pairs);
}

/** Argo CD's token out of its cookies (util/http/http.go, `JoinCookies`); `null`: there is none, or parts are missing. */
export function joinedToken(cookies: ReadonlyMap<string, string>): string | null {
  const key = sessionCookieOf['argo-cd'];
  const [first = '', rest, ...more] = cookies.get(key)?.split(':') ?? [];
  if (more.length > 0) return null;
  if (rest === undefined) return first || null;
  const parts = Array.from({ length: Number(first) - 1 }, (_, index) => cookies.get(`${key}-${index + 1}`));
  return /^\d{1,2}$/.test(first) && !parts.includes(undefined) ? rest + parts.join('') : null;
}
