import { z } from 'zod';
import { leadsToLoopback } from '../../../shared/domain/estate/loopback';
import { rememberSecret } from '../../log/known-secrets';
import { type AuthChallenge, readChallenges } from './auth-challenge';
import { RegistryTrouble } from './registry-trouble';

/** A user and a password or token, as a registry takes them. */
export interface RegistrySecret {
  username: string;
  password: string;
}

/** What is put into `Authorization`, and whether a secret stands behind it. */
interface Shown {
  header: string;
  signedIn: boolean;
}

/** "Token Response Fields" (distribution.github.io, `spec/auth/token`): one of the two, the same where both are there. */
const tokenSchema = z.object({
  token: z.string().min(1).nullish(),
  access_token: z.string().min(1).nullish(),
  expires_in: z.number().positive().nullish().catch(null),
});

/** The documentation's value where the service tells none, in seconds, and how much sooner a token is not used any more. */
const usualLife = 60;
const margin = 10;
/** A token is sent in a header; longer ones no registry gives. */
const longestToken = 65_536;
const printable = /^[\x21-\x7e]+$/;

/** Docker Hub's registry has its tokens from another host of its own (docs.docker.com, "Registry API authentication"). */
const knownServices: Readonly<Record<string, string>> = {
  'https://registry-1.docker.io': 'https://auth.docker.io',
};

/** How a registry is shown who asks. */
export interface RegistryAuth {
  /** What fits a scope from earlier on. `null`: nothing, ask without. */
  known(scope: string): Promise<Shown | null>;
  /**
   * Does what a 401 asks for (RFC 9110, 11.6.1; distribution `spec/auth/token`): `Bearer` fetches a token at the realm,
   * with the secret where one is kept and else as anybody; `Basic` shows the secret itself.
   * @throws RegistryTrouble
   */
  answer(challenge: string | null, scope: string, signal: AbortSignal): Promise<Shown>;
}

function basic({ username, password }: RegistrySecret): string {
  const header = `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
  rememberSecret(password);
  rememberSecret(header);
  return header;
}

/**
 * @param config.origin of the registry.
 * @param config.tokenService the origin that the estate lets it send for tokens besides its own; `null`: none.
 * @param config.secret asked each time, since it may be changed meanwhile; `null`: none is kept.
 * @param config.fetch bounded.
 */
export function createRegistryAuth(config: {
  origin: string;
  tokenService: string | null;
  secret: () => Promise<RegistrySecret | null>;
  fetch: typeof fetch;
  now: () => number;
}): RegistryAuth {
  const { origin } = config;
  const services = new Set([origin, config.tokenService, knownServices[origin]].filter(Boolean));
  /** By scope; `secret` is the one that it was got with. */
  const tokens = new Map<string, { token: string; until: number; secret: string | null }>();

  const mustBeSafe = (url: string): void => {
    if (!url.startsWith('https://') && !leadsToLoopback(url)) throw new RegistryTrouble('plain-http', url);
  };

  /** Where a token is asked for. @throws RegistryTrouble where the realm is none, or of a place that nobody named. */
  function serviceUrl({ parameters }: AuthChallenge, scope: string): URL {
    const realm = parameters.get('realm') ?? '';
    if (!/^https?:\/\//i.test(realm) || !URL.canParse(realm))
      throw new RegistryTrouble('odd', `a realm that is no address: ${realm.slice(0, 100)}`);
    const url = new URL(realm);
    // Even without a secret: where a request of this machine goes is not for an answer to say.
    if (!services.has(url.origin)) throw new RegistryTrouble('token-elsewhere', url.origin.slice(0, 200));
    url.username = '';
    url.password = '';
    const service = parameters.get('service');
    if (service) url.searchParams.set('service', service);
    // Ours, which asks for reading alone; the API's root has none, and there the registry's own word is taken.
    for (const one of (scope || (parameters.get('scope') ?? '')).split(' ').filter(Boolean))
      url.searchParams.append('scope', one);
    return url;
  }

  async function fetchToken(
    challenge: AuthChallenge,
    scope: string,
    secret: RegistrySecret | null,
    signal: AbortSignal,
  ): Promise<Shown> {
    const url = serviceUrl(challenge, scope);
    if (secret) mustBeSafe(url.href);
    const answer = await config.fetch(url.href, {
      signal,
      headers: { accept: 'application/json', ...(secret ? { authorization: basic(secret) } : {}) },
    });
    if (answer.status === 401 || answer.status === 403)
      throw new RegistryTrouble(
        secret ? 'sign-in-refused' : 'needs-sign-in',
        `HTTP ${answer.status} of ${url.host}`,
      );
    if (answer.status === 429) throw new RegistryTrouble('rate-limited', `HTTP 429 of ${url.host}`);
    if (!answer.ok) throw new RegistryTrouble('status', `HTTP ${answer.status} of ${url.host}`);
    const text = await answer.text();
    const read = tokenSchema.safeParse(parseJson(text));
    const token = read.success ? (read.data.token ?? read.data.access_token) : null;
    if (!read.success || !token || token.length > longestToken || !printable.test(token))
      throw new RegistryTrouble('odd', `no token in the answer of ${url.host}`);
    rememberSecret(token);
    const life = Math.max(0, (read.data.expires_in ?? usualLife) - margin);
    tokens.set(scope, {
      token,
      until: config.now() + life * 1000,
      secret: secret && basic(secret),
    });
    return { header: `Bearer ${token}`, signedIn: secret !== null };
  }

  return {
    async known(scope) {
      const kept = tokens.get(scope);
      if (!kept || kept.until <= config.now()) return null;
      const secret = await config.secret();
      if (kept.secret !== (secret && basic(secret))) return null;
      return { header: `Bearer ${kept.token}`, signedIn: secret !== null };
    },
    async answer(header, scope, signal) {
      const challenges = readChallenges(header);
      const secret = await config.secret();
      tokens.delete(scope);
      const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
      if (bearer) return fetchToken(bearer, scope, secret, signal);
      if (!challenges.some(({ scheme }) => scheme === 'basic'))
        throw new RegistryTrouble(
          'odd',
          `it asks for ${challenges[0]?.scheme.slice(0, 40) ?? 'nothing'} with 401`,
        );
      if (!secret) throw new RegistryTrouble('needs-sign-in', 'HTTP 401, Basic');
      mustBeSafe(origin);
      return { header: basic(secret), signedIn: true };
    },
  };
}

/** `undefined` for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What is no JSON is told by `undefined`.
    return undefined;
  }
}
