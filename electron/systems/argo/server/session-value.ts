import type { ArgoSystem } from '../../../../shared/domain/estate/argo-servers';

/** A cookie as a browser has it. */
export interface CookieValue {
  name: string;
  value: string;
}

const argoCdCookie = 'argocd.token';
const workflowsCookie = 'authorization';

/** Argo CD makes at most 20 parts by default (argo-cd, util/http/http.go, `maxCookieNumber`); an installation may allow more. */
const mostParts = 100;
/** Longer than any header that servers take. */
const mostCharacters = 256 * 1024;

/** What a header can hold: no line break, no blank but within. */
const headerText = /^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/;

/** Whether a cookie is the session's, or one that Argo's login makes on the way: not one of a proxy before the server. */
export const isArgosCookie = (system: ArgoSystem, name: string): boolean =>
  system === 'argo-cd' ? name.startsWith('argocd.') : name === workflowsCookie;

/**
 * What `Authorization` is to say for the session that lies in a server's cookies, likeliest first; empty: there is none,
 * or a part of it is missing still.
 *
 * Argo CD splits a long token (util/http/http.go, `JoinCookies`): the first part begins with the number of all,
 * `3:eyJ…`, and the others are `argocd.token-1`, `argocd.token-2`. Argo Workflows has the whole header as the cookie's
 * value (server/auth/sso/sso.go, `HandleCallback`); it has a space, wherefore Go's `http.SetCookie` puts it in quotation
 * marks, which browsers keep. There may be several of that name, by paths and domains (server/auth/gatekeeper.go).
 */
export function authorizationsOf(system: ArgoSystem, cookies: readonly CookieValue[]): string[] {
  const named = (name: string): string[] =>
    cookies.filter((cookie) => cookie.name === name).map(({ value }) => value);
  const found =
    system === 'argo-workflows'
      ? named(workflowsCookie).map((value) => unquoted(value))
      : named(argoCdCookie).map((first) => joined(first, (part) => named(`${argoCdCookie}-${part}`)[0]));
  return found.flatMap((value) => (value === null ? [] : (authorizationOf(system, value) ?? [])));
}

const unquoted = (value: string): string => value.replace(/^"(.*)"$/s, '$1');

function joined(first: string, part: (index: number) => string | undefined): string | null {
  const [head = '', rest, ...more] = unquoted(first).split(':');
  if (more.length > 0) return null;
  if (rest === undefined) return head;
  if (!/^\d{1,3}$/.test(head)) return null;
  const count = Number(head);
  if (count < 1 || count > mostParts) return null;
  const parts = Array.from({ length: count - 1 }, (_, index) => part(index + 1));
  return parts.includes(undefined) ? null : rest + parts.map((text) => unquoted(text ?? '')).join('');
}

/**
 * What `Authorization` is to say for a token as people have it: bare, or with `Bearer ` before it, as `argo auth token`
 * prints it. `null`: it cannot be one.
 */
export function authorizationOf(system: ArgoSystem, text: string): string | null {
  const token = text.trim().replace(/^Bearer\s+/i, '');
  if (token === '' || token.length > mostCharacters || !headerText.test(token) || token.includes(' '))
    return null;
  // Argo CD looks at nothing else than a JSON Web Token (server/server.go, `getToken`).
  if (system === 'argo-cd' && token.split('.').length !== 3) return null;
  return `Bearer ${token}`;
}

/** Years after this moment are no expiry of a session. */
const latest = Date.parse('2200-01-01T00:00:00Z');

/**
 * When a token expires that says so: a JSON Web Token's `exp` (RFC 7519), in milliseconds since 1970. `null`: it does not,
 * or can't be read, as those of Argo Workflows can't, which are encrypted. Nothing is verified: this is only shown, and
 * the server has the last word.
 */
export function expiryOf(authorization: string): number | null {
  const parts = authorization.replace(/^Bearer\s+/i, '').split('.');
  if (parts.length !== 3) return null;
  let claims: unknown;
  try {
    claims = JSON.parse(Buffer.from(parts[1] ?? '', 'base64url').toString('utf8'));
  } catch {
    // No JSON: it is a token of another kind, whose end nobody tells.
    return null;
  }
  if (typeof claims !== 'object' || claims === null || !('exp' in claims)) return null;
  const { exp } = claims;
  if (typeof exp !== 'number' || !Number.isFinite(exp) || exp <= 0) return null;
  const at = exp * 1000;
  return at < latest ? at : null;
}
