import { z } from 'zod';
import type { ServerPlace } from '../../systems/argo/server/server-session';
import type { StoredFile } from '../stored-file';
import { serverKey } from './session-store';

/** Hosts that the person let sign-in windows go to, by server: asked once each, and remembered. */
export interface AllowedHosts {
  of(place: ServerPlace): readonly string[];
  allow(place: ServerPlace, host: string): void;
  forget(place: ServerPlace, host: string): void;
}

const schema = z.record(z.string(), z.array(z.string().max(300)).max(200)).catch({});
const mostOfAServer = 100;

export function allowedHosts(file: Pick<StoredFile, 'get' | 'set'>): AllowedHosts {
  const all = (): Record<string, string[]> => schema.parse(file.get('signInHosts') ?? {});
  const put = (place: ServerPlace, hosts: readonly string[]): void =>
    file.set({ signInHosts: { ...all(), [serverKey(place)]: hosts.slice(-mostOfAServer) } });
  const of = (place: ServerPlace): readonly string[] => all()[serverKey(place)] ?? [];
  return {
    of,
    allow: (place, host) => {
      if (!of(place).includes(host)) put(place, [...of(place), host]);
    },
    forget: (place, host) =>
      put(
        place,
        of(place).filter((one) => one !== host),
      ),
  };
}
