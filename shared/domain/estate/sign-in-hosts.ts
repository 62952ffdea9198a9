import { leadsToLoopback } from './loopback';

/** Where a sign-in window may go. Hosts are as `URL.host` has them: in lower case, with a port that is not the usual one. */
export interface SignInGround {
  /** The server's address, as the estate names it. */
  server: string;
  /** Hosts of the identity provider that the estate names. */
  named: readonly string[];
  /** Hosts that the person allowed. */
  allowed: readonly string[];
}

/** What becomes of a wish to go somewhere. */
export type Destination =
  | { verdict: 'go' }
  /** To be asked: a host that nobody named. */
  | { verdict: 'ask'; host: string }
  /** Never: `why` continues “The sign-in page tried to …”. */
  | { verdict: 'refuse'; why: string };

/** Longer addresses are no address of a login: browsers take 2 MB, servers some 8 to 64 KB. */
const mostCharacters = 100_000;

/** `null` for what is no address at all. */
const parsed = (url: string): URL | null =>
  url.length <= mostCharacters && URL.canParse(url) ? new URL(url) : null;

/**
 * Whether a sign-in window may go to an address: to the server and the hosts that were named or allowed, over https, and
 * over http on this computer alone, where nobody is on the way.
 */
export function destinationOf(url: string, ground: SignInGround): Destination {
  const wanted = parsed(url);
  if (!wanted) return { verdict: 'refuse', why: 'open something that is not an address' };
  const { protocol, host, username, password } = wanted;
  if (protocol !== 'https:' && protocol !== 'http:')
    return { verdict: 'refuse', why: `open a ${protocol} address` };
  if (username !== '' || password !== '')
    return { verdict: 'refuse', why: `sign in to ${host} by its address` };
  if (protocol === 'http:' && !leadsToLoopback(url))
    return { verdict: 'refuse', why: `open ${host} without encryption` };
  const known = [hostOf(ground.server), ...ground.named, ...ground.allowed];
  return known.includes(host) ? { verdict: 'go' } : { verdict: 'ask', host };
}

/** `argocd.example.org`, `127.0.0.1:8080`; the text itself where it is no address. */
export const hostOf = (url: string): string => parsed(url)?.host || url.slice(0, 100);

/** What a page loads beside itself (scripts, pictures) may come from anywhere that is encrypted, or from this computer. */
export function mayLoad(url: string): boolean {
  const wanted = parsed(url);
  if (!wanted) return false;
  const { protocol } = wanted;
  if (protocol === 'data:' || protocol === 'blob:' || protocol === 'https:' || protocol === 'wss:')
    return true;
  return (protocol === 'http:' || protocol === 'ws:') && leadsToLoopback(url);
}
