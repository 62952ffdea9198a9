import { leadsToLoopback } from '../../shared/domain/estate/loopback';
import { rememberSecret } from '../log/known-secrets';
import type { HttpAuth } from '../systems/git/http-auth';
import type { Credentials } from './ledger';

/** The origin of an http(s) URL, `null` for every other kind of Git address. */
function httpOrigin(url: string): string | null {
  if (!/^https?:\/\//i.test(url)) return null;
  try {
    return new URL(url).origin;
  } catch {
    // No URL has no origin.
    return null;
  }
}

/**
 * Basic authentication for a remote (RFC 7617). `null` for addresses other than http(s), without credentials, and for
 * another machine over plain http, where everybody on the way would read them.
 */
export function basicAuth(url: string, credentials: Credentials | null): HttpAuth | null {
  const origin = httpOrigin(url);
  if (!origin || !credentials) return null;
  if (origin.startsWith('http:') && !leadsToLoopback(origin)) return null;
  const { username, password } = credentials;
  const encoded = Buffer.from(`${username}:${password}`, 'utf8').toString('base64');
  rememberSecret(password);
  rememberSecret(encoded);
  return { origin, username, password, header: `Basic ${encoded}` };
}
