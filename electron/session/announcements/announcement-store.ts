import type { Destination } from '../../../shared/domain/announcement/addressees';

/** What somebody decided of one who can be told. */
export interface Switched {
  on: boolean;
  /** The origin that was allowed: messages go to no other. */
  host: string;
  /** What happened before is told nobody: ISO 8601 UTC. */
  since: string;
}

/** What belongs to announcements of one estate, kept between starts on this computer alone. */
export interface AnnouncementStore {
  switched(destination: Destination): Switched | null;
  /** @throws FailureError where it cannot be written. */
  setSwitched(destination: Destination, switched: Switched): void;
  /** The secret that was entered for an origin. It never leaves the main process. */
  secret(destination: Destination, host: string): { secret: string; state: 'kept' | 'held' } | null;
  /** Keeps it in the keychain; where there is none, until Signalbox ends. `null` forgets it. */
  setSecret(destination: Destination, host: string, secret: string | null): void;
  /** Why nothing can be saved in a keychain here; `null`: it can. */
  unavailableBecause(): string | null;
}

/** Where nothing outlives the session, such as the practice estate's. @param secrets those that it brings along. */
export function passingAnnouncements(secrets: Partial<Record<Destination, string>> = {}): AnnouncementStore {
  const switches = new Map<Destination, Switched>();
  const held = new Map<Destination, string>(Object.entries(secrets) as [Destination, string][]);
  return {
    switched: (destination) => switches.get(destination) ?? null,
    setSwitched: (destination, switched) => {
      switches.set(destination, switched);
    },
    secret(destination) {
      const secret = held.get(destination);
      return secret === undefined ? null : { secret, state: 'held' };
    },
    setSecret(destination, _host, secret) {
      if (secret === null) held.delete(destination);
      else held.set(destination, secret);
    },
    unavailableBecause: () => null,
  };
}
