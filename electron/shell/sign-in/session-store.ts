import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { SavedSession, SessionStore } from '../../session/accounts/ports';
import type { ServerPlace } from '../../systems/argo/server/server-session';
import type { Vault } from '../vault';

const schema = z.object({
  authorization: z.string(),
  cookies: z.array(
    z.object({ name: z.string(), value: z.string(), path: z.string(), expires: z.number().nullable() }),
  ),
  name: z.string(),
  by: z.enum(['window', 'command-line', 'token', 'password', 'practice']),
  expires: z.number().nullable(),
});

/**
 * What belongs to a server: its system, the environment and its origin with the path below which it lies, so that an
 * estate file which names another address under the same names is not sent what was got for this one.
 */
export function serverKey({ environment, system, url }: ServerPlace): string {
  const { origin, pathname } = new URL(url);
  const lines = [system, environment, origin, pathname.replace(/\/+$/, '')];
  return createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 16);
}

/** Sessions in the system's keychain; without one they are for this run only, and that is told. */
export function sessionStore(vault: Vault): SessionStore {
  const nameOf = (place: ServerPlace): string => `argo-session@${serverKey(place)}`;
  return {
    get(place) {
      const text = vault.get(nameOf(place));
      if (text === null) return null;
      let content: unknown;
      try {
        content = JSON.parse(text);
      } catch {
        // Not as this version writes it: it counts as signed out.
        return null;
      }
      const saved = schema.safeParse(content);
      return saved.success ? (saved.data satisfies SavedSession) : null;
    },
    set(place, session) {
      const because = vault.unavailableBecause();
      try {
        vault.set(nameOf(place), session && because === null ? JSON.stringify(session) : null);
        return session && because !== null ? because : null;
      } catch (error) {
        return error instanceof Error ? error.message : 'The session can’t be saved.';
      }
    },
  };
}
