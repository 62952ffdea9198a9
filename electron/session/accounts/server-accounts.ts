import type { ArgoAccount } from '../../../shared/domain/estate/argo-account';
import { type ArgoSystem, argoServerOf, argoSystems } from '../../../shared/domain/estate/argo-servers';
import type { Estate } from '../../../shared/domain/estate/estate';
import { FailureError } from '../../../shared/domain/failure/failure';
import type { Log } from '../../log/log';
import type { ServerPlace, ServerSession, ServerSessions } from '../../systems/argo/server/server-session';
import type { SessionStore, SignInWindows } from './ports';
import { ServerAccount } from './server-account';

/** The accounts of an estate, one per server that it names. */
export interface ServerAccounts extends ServerSessions {
  list(): ArgoAccount[];
  /** @throws FailureError `not-configured`: the estate names no such server. */
  account(environment: string, system: ArgoSystem): ServerAccount;
  /** Called when somebody signed in or out, a session ended, or a window opened or closed. Returns the unsubscribe. */
  onChange(listener: () => void): () => void;
  /** Closes the windows; sessions that are saved stay. */
  close(): Promise<void>;
}

export function createServerAccounts(options: {
  environments: Estate['environments'];
  store: SessionStore;
  /** `null`: nobody can be shown a window. */
  windows: SignInWindows | null;
  log: Log;
  now?: () => number;
}): ServerAccounts {
  const { environments, store, windows, log, now = Date.now } = options;
  const listeners = new Set<() => void>();
  const tell = (): void => {
    for (const listener of [...listeners]) listener();
  };
  const accounts = new Map<string, ServerAccount>();
  for (const { name, argo } of environments)
    for (const system of argoSystems) {
      const server = argoServerOf(argo, system);
      if (!server) continue;
      const place: ServerPlace = { environment: name, system, url: server.url };
      const ground = { place, named: server.signInHosts, store, windows, onChange: tell, now, log };
      accounts.set(keyOf(name, system), new ServerAccount(ground));
    }
  const account = (environment: string, system: ArgoSystem): ServerAccount => {
    const found = accounts.get(keyOf(environment, system));
    if (!found)
      throw new FailureError({
        code: 'not-configured',
        message: 'The estate file does not name this server.',
        meaning: 'Nothing was done.',
        next: [],
      });
    return found;
  };
  return {
    of: ({ environment, system }): ServerSession => account(environment, system),
    account,
    list: () => [...accounts.values()].map((one) => one.view()),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      listeners.clear();
      await Promise.all([...accounts.values()].map((one) => one.close()));
    },
  };
}

const keyOf = (environment: string, system: ArgoSystem): string => `${system} ${environment}`;

/** Sessions that are forgotten when the estate is closed. `because`: why, in a sentence. */
export function passingSessions(because: string): SessionStore {
  return { get: () => null, set: (_, session) => (session === null ? null : because) };
}
