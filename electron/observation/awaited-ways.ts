import type { Freshness } from '../../shared/domain/board/freshness';
import { signInCodes } from '../../shared/domain/failure/sign-in-codes';
import { onceSomebodyComesOrGoes } from '../systems/argo/server/comes-or-goes';
import type { Connection } from '../systems/kubernetes/types';
import type { DoorName } from './watch-doors';
import type { WatchedKind } from './watched-kinds';

/**
 * Milliseconds that somebody has to be signed in after the start, and after anybody came or went: sessions are brought,
 * renewed or typed in by then. After that, who is not signed in is taken at their word.
 */
const usualPatience = 30_000;

/** Follows which kinds a way may show within moments, so that nothing is called hidden before every way was asked. */
interface AwaitedWays {
  /** What a way says of a kind. */
  met(kind: WatchedKind, freshness: Freshness, through: DoorName): void;
}

/**
 * @param options.servers Argo's own, as far as the estate names them.
 * @param options.tell whether a way to the kind has not answered yet that may within moments; again when that changes.
 */
export function awaitedWays(options: {
  servers: readonly Connection[];
  tell: (kind: WatchedKind, pending: boolean) => void;
  signal: AbortSignal;
  patience?: number;
}): AwaitedWays {
  const { servers, signal } = options;
  const ways = new Map<WatchedKind, Map<DoorName, Freshness>>();
  let isPatient = false;
  let timer: NodeJS.Timeout | undefined;

  const isAwaited = (freshness: Freshness): boolean =>
    freshness.state === 'connecting' ||
    (isPatient && freshness.state === 'unreachable' && signInCodes.includes(freshness.failure.code));
  const look = (kind: WatchedKind): void =>
    options.tell(kind, [...(ways.get(kind)?.values() ?? [])].some(isAwaited));
  const setPatient = (patient: boolean): void => {
    isPatient = patient;
    for (const kind of ways.keys()) look(kind);
  };
  const begin = (): void => {
    clearTimeout(timer);
    if (signal.aborted) return;
    setPatient(true);
    timer = setTimeout(() => setPatient(false), options.patience ?? usualPatience);
    timer.unref();
  };
  const follow = (server: Connection): void =>
    onceSomebodyComesOrGoes(
      server,
      () => {
        follow(server);
        begin();
      },
      signal,
    );

  signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  if (servers.length > 0) begin();
  for (const server of servers) follow(server);
  return {
    met(kind, freshness, through) {
      const known = ways.get(kind) ?? new Map<DoorName, Freshness>();
      known.set(through, freshness);
      ways.set(kind, known);
      look(kind);
    },
  };
}
