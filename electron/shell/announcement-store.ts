import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Destination } from '../../shared/domain/announcement/addressees';
import type { Estate } from '../../shared/domain/estate/estate';
import type { AnnouncementStore } from '../session/announcements/announcement-store';
import type { StoredFile } from './stored-file';
import type { Vault } from './vault';

const switchedSchema = z.object({ on: z.boolean(), host: z.string(), since: z.string() });

const digest = (lines: readonly string[]): string =>
  createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 16);

/**
 * What is kept of one estate's announcements: switches among the settings, by estate (its release repo); secrets in the
 * keychain, by the origin that they are for, so that an estate file which names another host is not sent them.
 */
export function announcementStore(
  file: Pick<StoredFile, 'get' | 'set'>,
  vault: Vault,
  { ledger }: Pick<Estate, 'ledger'>,
): AnnouncementStore {
  const estate = digest([ledger.url, ledger.branch]);
  const all = (): Record<string, unknown> =>
    z.record(z.string(), z.unknown()).catch({}).parse(file.get('announcements'));
  const switchOf = (destination: Destination): string => `${estate} ${destination}`;
  const nameOf = (destination: Destination, host: string): string =>
    `announce-${destination}@${digest([estate, host])}`;
  return {
    switched(destination) {
      const parsed = switchedSchema.safeParse(all()[switchOf(destination)]);
      return parsed.success ? parsed.data : null;
    },
    setSwitched(destination, switched) {
      file.set({ announcements: { ...all(), [switchOf(destination)]: switched } });
    },
    secret(destination, host) {
      const name = nameOf(destination, host);
      const secret = vault.get(name);
      return secret === null ? null : { secret, state: vault.isHeld(name) ? 'held' : 'kept' };
    },
    setSecret(destination, host, secret) {
      vault.set(nameOf(destination, host), secret);
    },
    unavailableBecause: () => vault.unavailableBecause(),
  };
}
