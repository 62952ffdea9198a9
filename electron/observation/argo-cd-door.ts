import type { Freshness } from '../../shared/domain/board/freshness';
import type { ClusterAccess, ClusterAction } from '../../shared/domain/estate/cluster-access';
import type { ClusterStatus } from '../../shared/domain/rollout/cluster-status';
import type { Log } from '../log/log';
import type { ArgoApplication } from '../systems/argo/application';
import type { Connection, WatchBatch } from '../systems/kubernetes/types';
import { createArgoCdAttendant } from './argo-cd-attendant';
import { doorRecord } from './door-record';
import type { ClusterPlace } from './place';
import type { DoorName } from './watch-doors';
import type { WatchedKind } from './watched-kinds';

/** What is asked of whichever door gives it, whichever shows Applications. */
const byEither: ReadonlySet<ClusterAction> = new Set(['set-image', 'read-logs']);

/** By which door Applications are seen and asked, and what one may do there. */
export interface ArgoCdDoor {
  through(): DoorName;
  /** What a door says of a kind, used or not. */
  met(kind: WatchedKind, freshness: Freshness, through: DoorName): void;
  /** What is seen of a kind, and by which door. */
  seen(kind: WatchedKind, freshness: Freshness, through: DoorName): void;
  show(batch: WatchBatch<ArgoApplication>): void;
  /**
   * What one may do. `null`: for the Kubernetes API alone to say.
   * @param kubernetes what that says: for what is done by either, one that permits it is enough.
   */
  access(action: ClusterAction, kubernetes: ClusterAccess): ClusterAccess | null;
  told(): ClusterStatus['doors'];
}

/**
 * Follows which door is used for Applications. A change is told once, in the log and in the environment's status.
 * @param options.kubernetes whether the estate names a Kubernetes API. `applications`: the kinds that decide.
 */
export function argoCdDoor(options: {
  server: { connection: Connection; prefer?: DoorName | undefined } | undefined;
  kubernetes: boolean;
  place: ClusterPlace;
  applications: readonly WatchedKind[];
  changed: (rights: boolean) => void;
  signal: AbortSignal;
  log: Log;
}): ArgoCdDoor {
  const { server, place, log } = options;
  const first: DoorName =
    server && (!options.kubernetes || server.prefer === 'server') ? 'server' : 'kubernetes';
  const record = doorRecord({
    system: 'argo-cd',
    server: () => server?.connection.server ?? '',
    environment: place.environment,
    first,
    kubernetes: options.kubernetes,
    shows: 'Applications',
    log,
  });
  const projects = new Map<string, string>();
  const attendant = server
    ? createArgoCdAttendant({
        connection: server.connection,
        place,
        applications: () => [...projects].map(([name, project]) => ({ name, project })),
        changed: () => options.changed(true),
        signal: options.signal,
        log,
      })
    : null;

  return {
    through: record.through,
    met(kind, freshness, through) {
      if (options.applications.includes(kind)) record.met(freshness, through);
    },
    seen(kind, freshness, through) {
      if (!options.applications.includes(kind) || freshness.state !== 'live') return;
      if (through === 'server') attendant?.awake();
      // The apps' Applications decide: the parent has a watch of its own where labels part them, and may come otherwise.
      if (kind !== options.applications[0]) return;
      if (record.seen(freshness, through)) options.changed(true);
    },
    show({ upserts, removed }) {
      for (const { name } of removed) projects.delete(name);
      for (const { name, value } of upserts) projects.set(name, value.detail.project);
    },
    access(action, kubernetes) {
      if (!attendant || record.through() !== 'server') return null;
      const there = attendant.access(action);
      if (!there || !byEither.has(action)) return there;
      if (kubernetes.state === 'allowed' || there.state === 'allowed')
        return kubernetes.state === 'allowed' ? kubernetes : there;
      // What is still open at one door may open it.
      return kubernetes.state === 'unknown' || (there.state === 'denied' && options.kubernetes)
        ? kubernetes
        : there;
    },
    told: () => (server ? [record.told()] : []),
  };
}
