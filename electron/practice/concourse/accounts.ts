import { randomBytes } from 'node:crypto';

/** Someone who may sign in at the practice Concourse. */
export interface ConcoursePerson {
  name: string;
  isAdmin: boolean;
  teams: Readonly<Record<string, readonly string[]>>;
}

/** Tokens as Concourse makes them: opaque, the last 8 bytes the expiry in unix seconds, little-endian. */
export interface ConcourseAccounts {
  /** @returns the token, or `null` for a wrong password. */
  signIn(name: string, password: string): { token: string; seconds: number } | null;
  /** Who the header `authorization` names; `null`: nobody, or no longer. */
  personOf(authorization: string | undefined): ConcoursePerson | null;
  /** Every token that is out ends now. */
  expireAll(): void;
}

const day = 86_400;

/** @param people by name, with their password. @param now milliseconds */
export function concourseAccounts(
  people: Readonly<Record<string, ConcoursePerson & { password: string }>>,
  now: () => number,
): ConcourseAccounts {
  const tokens = new Map<string, { person: ConcoursePerson; until: number }>();
  return {
    signIn(name, password) {
      const person = people[name];
      if (!person || person.password !== password) return null;
      const until = Math.floor(now() / 1000) + day;
      const bytes = Buffer.concat([randomBytes(20), Buffer.alloc(8)]);
      bytes.writeBigUInt64LE(BigInt(until), 20);
      const token = bytes.toString('base64');
      tokens.set(token, { person, until });
      return { token, seconds: day - 1 };
    },
    personOf(authorization) {
      const found = tokens.get(/^bearer (.+)$/i.exec(authorization ?? '')?.[1] ?? '');
      return found && found.until > now() / 1000 ? found.person : null;
    },
    expireAll: () => tokens.clear(),
  };
}
