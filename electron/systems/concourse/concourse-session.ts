import { fieldsOf, textOf } from '../../../shared/domain/concourse/fields';
import { leadsToLoopback } from '../../../shared/domain/estate/loopback';
import { rememberSecret } from '../../log/known-secrets';
import { boundedFetch } from '../http/bounded-fetch';
import { badConcourseAnswer, ConcourseTrouble } from './concourse-trouble';

/** What the vault keeps: a user with a password (local and LDAP users), or a token alone. */
export interface ConcourseSecret {
  account: string | null;
  secret: string;
}

/** The person's session at one Concourse. Tokens stay in main, and are in no log and no message. */
export interface ConcourseSession {
  /** A token that is good as far as known. @throws ConcourseTrouble `not-signed-in`, `ended`, `wrong-password` */
  token(signal: AbortSignal): Promise<string>;
  /** The server refused exactly this token. @returns whether another may be had without anybody's doing: by the password */
  refused(token: string): boolean;
}

/** Client and secret of `fly`, which are public (`fly/commands/login.go`). */
const flysBasic = `Basic ${Buffer.from('fly:Zmx5').toString('base64')}`;
const scope = 'openid profile email federated:id groups';

/**
 * When a token ends, in unix seconds: the last 8 bytes of its base64, little-endian. `null`: it is another kind of token.
 */
export function tokenExpiry(token: string): number | null {
  const bytes = Buffer.from(token, 'base64');
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(token) || bytes.length < 16) return null;
  const seconds = Number(bytes.readBigUInt64LE(bytes.length - 8));
  // What is no time of this century is no expiry.
  return seconds > 946_684_800 && seconds < 4_102_444_800 ? seconds : null;
}

/** A token as people paste it: `bearer …` from `fly` or the page after the login, with blanks around it. */
export const pastedToken = (text: string): string => text.trim().replace(/^bearer\s+/i, '');

const printable = /^[\x21-\x7e]{1,8192}$/;

/**
 * @param config.secret asked each time, since it may be changed meanwhile; `null`: nobody is signed in
 * @param config.now milliseconds
 */
export function concourseSession(config: {
  url: string;
  secret: () => Promise<ConcourseSecret | null>;
  fetch?: typeof fetch | undefined;
  now: () => number;
}): ConcourseSession {
  const bounded = boundedFetch(config.fetch ?? fetch, badConcourseAnswer, { bytes: 256 * 1024 });
  let granted: { of: string; token: string } | null = null;
  const over = new Set<string>();
  let asking: { of: string; done: Promise<string> } | null = null;

  const isGood = (token: string): boolean => {
    const until = tokenExpiry(token);
    return !over.has(token) && (until === null || until * 1000 > config.now());
  };

  async function grant(account: string, password: string, signal: AbortSignal): Promise<string> {
    const body = new URLSearchParams({ grant_type: 'password', username: account, password, scope });
    const answer = await bounded(`${config.url}/sky/issuer/token`, {
      method: 'POST',
      signal,
      redirect: 'error',
      headers: { authorization: flysBasic, 'content-type': 'application/x-www-form-urlencoded' },
      body: body.toString(),
    });
    if (answer.status === 401 || answer.status === 400)
      throw new ConcourseTrouble('wrong-password', `HTTP ${answer.status}`);
    if (!answer.ok) throw new ConcourseTrouble('status', `HTTP ${answer.status}`);
    // What is no JSON has no token, which is said below.
    const told = await answer.json().catch(() => null);
    const token = textOf(fieldsOf(told)?.access_token);
    if (!token || !printable.test(token)) throw new ConcourseTrouble('odd', 'no access_token');
    rememberSecret(token);
    return token;
  }

  return {
    async token(signal) {
      if (!leadsToLoopback(config.url) && new URL(config.url).protocol !== 'https:')
        throw new ConcourseTrouble('plain-http', config.url);
      const kept = await config.secret();
      if (!kept) throw new ConcourseTrouble('not-signed-in', 'no token is kept');
      rememberSecret(pastedToken(kept.secret));
      if (kept.account === null) {
        const token = pastedToken(kept.secret);
        if (!printable.test(token)) throw new ConcourseTrouble('not-signed-in', 'what is kept is no token');
        if (!isGood(token)) throw new ConcourseTrouble('ended', 'the token has run out');
        return token;
      }
      const of = `${kept.account}\n${kept.secret}`;
      if (granted?.of === of && isGood(granted.token)) return granted.token;
      // Several requests at once sign in once.
      if (asking?.of !== of) {
        const done = grant(kept.account, kept.secret, AbortSignal.timeout(30_000)).finally(() => {
          if (asking?.done === done) asking = null;
        });
        asking = { of, done };
      }
      const token = await asking.done;
      signal.throwIfAborted();
      granted = { of, token };
      return token;
    },
    refused(token) {
      over.add(token);
      return granted?.token === token;
    },
  };
}
