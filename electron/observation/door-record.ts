import type { Freshness } from '../../shared/domain/board/freshness';
import type { ArgoSystem } from '../../shared/domain/estate/argo-servers';
import type { ClusterDoor } from '../../shared/domain/rollout/cluster-status';
import type { Log } from '../log/log';
import { noKubernetes } from './no-kubernetes';
import type { DoorName } from './watch-doors';

/** By which door a system of Argo's is seen, since when, and what the other says. */
export interface DoorRecord {
  through(): DoorName;
  /** What a door says, used or not. */
  met(freshness: Freshness, through: DoorName): void;
  /** What is seen, and by which door. @returns whether that is another one than before. */
  seen(freshness: Freshness, through: DoorName): boolean;
  told(): ClusterDoor;
}

/**
 * A change is told once, in the log.
 * @param options.first which is asked first; `kubernetes`: whether the estate names a Kubernetes API; `shows`: what is seen,
 * for the log.
 */
export function doorRecord(options: {
  system: ArgoSystem;
  server: () => string;
  environment: string;
  first: DoorName;
  kubernetes: boolean;
  shows: string;
  log: Log;
  now?: () => number;
}): DoorRecord {
  const { system, environment, first } = options;
  const now = options.now ?? Date.now;
  let used = first;
  let since: string | null = null;
  const failures = new Map<DoorName, string>(
    options.kubernetes ? [] : [['kubernetes', noKubernetes(environment).message]],
  );
  const because = (): string | null => (used === first ? null : (failures.get(first) ?? null));

  return {
    through: () => used,
    met(freshness, through) {
      if (freshness.state === 'unreachable') failures.set(through, freshness.failure.message);
      else if (freshness.state === 'live') failures.delete(through);
    },
    seen(freshness, through) {
      if (freshness.state !== 'live') return false;
      if (used === through) {
        since ??= new Date(now()).toISOString();
        return false;
      }
      used = through;
      since = new Date(now()).toISOString();
      options.log('warn', 'cluster.door', {
        environment,
        system,
        through,
        because: because() ?? `it shows ${options.shows} (again)`,
      });
      return true;
    },
    told() {
      const stateOf = (through: DoorName) =>
        failures.has(through)
          ? ('closed' as const)
          : through === used && since !== null
            ? ('used' as const)
            : ('not-asked' as const);
      const ways = (['kubernetes', 'server'] as const).map((through) => ({
        through,
        state: stateOf(through),
        why: failures.get(through) ?? null,
      }));
      return { system, server: options.server(), through: used, since, because: because(), ways };
    },
  };
}
