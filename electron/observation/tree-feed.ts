import type { Freshness } from '../../shared/domain/board/freshness';
import type { Failure } from '../../shared/domain/failure/failure';
import { failureOf } from '../../shared/domain/failure/failure-of';
import type { Log } from '../log/log';
import type { ArgoApplication } from '../systems/argo/application';
import { readLiveObject, readTree, type TreeNode } from '../systems/argo/server/resource-tree';
import { KubeError } from '../systems/kubernetes/failures';
import type { Connection, KubeObject, WatchBatch, WatchItem, WatchKey } from '../systems/kubernetes/types';
import type { ClusterPlace } from './place';

/** Milliseconds between two looks at the tree of an Application that moves, that moved lately, and that rests. */
const everyMoving = 2_000;
const everyResting = 60_000;
/** How long an Application counts as moving after the last change of it. */
const restsAfter = 60_000;
/** Requests at a time: a tree is one, each changed object one more. */
const atOnce = 4;
/** ReplicaSets of a Deployment that are read besides those with pods: the current one and the one before. */
const revisionsRead = 2;

/** A kind whose live objects are read. */
export interface FedKind {
  take(
    objects: readonly { key: WatchKey & { resourceVersion: string }; object: KubeObject }[],
    removed: WatchKey[],
  ): void;
  /** How it is with all of them. */
  state(freshness: Freshness): void;
}

interface Known {
  kind: string;
  key: WatchKey;
  /** As the tree said it when the object was read. */
  version: string | null;
}

interface App {
  name: string;
  moving: boolean;
  changedAt: number;
  known: Map<string, Known>;
  read: boolean;
  /** Looks that failed, one after the other. */
  failures: number;
  busy: boolean;
  again: boolean;
  timer: NodeJS.Timeout | undefined;
}

const revisionOf = ({ info }: TreeNode): number =>
  Number(/^Rev:(\d+)$/.exec(info.find(({ name }) => name === 'Revision')?.value ?? '')?.[1] ?? 0);

/** The ReplicaSets that a rollout is judged by: old ones without pods are left out. */
function withoutOldSets(nodes: readonly TreeNode[]): TreeNode[] {
  const parents = new Set(
    nodes.flatMap(({ kind, parentRefs }) => (kind === 'Pod' ? parentRefs.map(({ uid }) => uid) : [])),
  );
  const newest = new Map<string, TreeNode[]>();
  for (const node of nodes)
    if (node.kind === 'ReplicaSet') {
      const owner = node.parentRefs[0]?.uid ?? '';
      newest.set(owner, [...(newest.get(owner) ?? []), node]);
    }
  const read = new Set(
    [...newest.values()].flatMap((sets) =>
      sets.sort((a, b) => revisionOf(b) - revisionOf(a)).slice(0, revisionsRead),
    ),
  );
  return nodes.filter((node) => node.kind !== 'ReplicaSet' || read.has(node) || parents.has(node.uid));
}

export interface TreeFeed {
  show(batch: WatchBatch<ArgoApplication>): void;
  /** How it is with the Applications: what only they lead to can't be seen without them. */
  follow(freshness: Freshness): void;
}

/**
 * Live objects of Applications by Argo CD's resource tree, where no Kubernetes API is there to watch them. The tree is
 * asked for with each change of its Application, every two seconds while that moves and every minute while it rests
 * (its stream tells nothing until something changes, and costs a connection for each Application); what changed in it is
 * read as a live manifest, so that all that judges objects of watches judges these as well.
 */
export function createTreeFeed(options: {
  connection: Connection;
  place: Pick<ClusterPlace, 'environment' | 'argoNamespace' | 'appsNamespace'>;
  /** By kind; others are not read. */
  kinds: Readonly<Record<string, FedKind>>;
  signal: AbortSignal;
  log: Log;
}): TreeFeed {
  const { connection, place, kinds, signal, log } = options;
  const apps = new Map<string, App>();
  const waiting: (() => void)[] = [];
  let running = 0;
  let heardAt: string | null = null;
  let brokeAt: string | null = null;
  let isTold = false;
  let isAway = false;

  /** At most so many requests at a time. */
  async function inTurn<T>(ask: () => Promise<T>): Promise<T> {
    if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    running++;
    try {
      return await ask();
    } finally {
      running--;
      waiting.shift()?.();
    }
  }
  const tell = (freshness: Freshness): void => {
    for (const kind of Object.values(kinds)) kind.state(freshness);
  };
  const heard = (): void => {
    heardAt = new Date().toISOString();
    brokeAt = null;
    const isWhole = isTold || [...apps.values()].every(({ read }) => read);
    if (isWhole) tell({ state: 'live', asOf: heardAt });
    isTold = isWhole;
  };
  const away = (failure: Failure): void => {
    brokeAt ??= heardAt ?? new Date().toISOString();
    tell({ state: 'unreachable', asOf: heardAt, since: brokeAt, failure });
  };
  const broke = (error: unknown): void => away(failureOf(error));

  const isGone = (app: App): boolean => signal.aborted || apps.get(app.name) !== app;
  /** Of an Application that can't be read nothing is shown: what was seen before is no longer how it is. */
  const forget = (app: App): void => {
    for (const [name, kind] of Object.entries(kinds)) {
      const keys = [...app.known.values()].flatMap((one) => (one.kind === name ? [one.key] : []));
      if (keys.length > 0) kind.take([], keys);
    }
    app.known.clear();
  };
  /** One Application that the server does not show hides no other: it is the server's trouble where none is shown. */
  const failed = (app: App, error: unknown): void => {
    app.failures++;
    const status = error instanceof KubeError ? error.failure.status : null;
    if (status === null || status === 401) {
      broke(error);
      return;
    }
    if (app.failures > 1 || !app.read) forget(app);
    app.read = true;
    if ([...apps.values()].some((one) => one.read && one.failures === 0)) heard();
    else broke(error);
  };

  async function look(app: App): Promise<void> {
    clearTimeout(app.timer);
    if (isGone(app)) return;
    if (app.busy) {
      app.again = true;
      return;
    }
    app.busy = true;
    app.again = false;
    try {
      await update(app);
      app.read = true;
      app.failures = 0;
      if (!isGone(app)) heard();
    } catch (error) {
      if (isGone(app)) return;
      if (!(error instanceof KubeError))
        log('error', 'argo-cd.tree', { environment: place.environment, error });
      failed(app, error);
    } finally {
      app.busy = false;
      const isMoving = app.moving || performance.now() - app.changedAt < restsAfter;
      if (!isGone(app)) {
        const wait = Math.min(everyResting, (isMoving ? everyMoving : everyResting) * 2 ** app.failures);
        app.timer = setTimeout(() => void look(app), app.again && app.failures === 0 ? 0 : wait);
        app.timer.unref();
      }
    }
  }

  async function update(app: App): Promise<void> {
    const ref = { name: app.name, namespace: place.argoNamespace };
    const tree = await inTurn(() => readTree(connection, ref, signal));
    const nodes = withoutOldSets(tree).filter(
      ({ kind, namespace, uid }) =>
        Object.hasOwn(kinds, kind) && namespace === place.appsNamespace && uid !== null,
    );
    const there = new Set(nodes.map(({ uid }) => uid));
    const gone = [...app.known].filter(([uid]) => !there.has(uid));
    const found = await Promise.all(
      nodes
        .filter(({ uid, resourceVersion }) => {
          const known = app.known.get(uid ?? '');
          return !known || known.version === null || known.version !== resourceVersion;
        })
        .map(async (node) => {
          const object = await inTurn(() => readLiveObject(connection, ref, node, signal)).catch((error) => {
            // The tree is older than the cluster: it is gone there (InvalidArgument, NotFound). Or it is not for this person.
            if (error instanceof KubeError && [400, 403, 404].includes(error.failure.status ?? 0))
              return null;
            throw error;
          });
          return object && { node, object };
        }),
    );
    // It was removed meanwhile, and its objects with it.
    if (isGone(app)) return;
    for (const [uid] of gone) app.known.delete(uid);
    for (const [name, kind] of Object.entries(kinds)) {
      const objects = found.flatMap((one) => {
        if (one?.node.kind !== name) return [];
        const { uid = '', resourceVersion = '', namespace = '' } = one.object.metadata;
        const key = { namespace, name: one.object.metadata.name, uid, resourceVersion };
        app.known.set(one.node.uid ?? '', { kind: name, key, version: one.node.resourceVersion ?? null });
        return [{ key, object: one.object }];
      });
      const removed = gone.filter(([, known]) => known.kind === name).map(([, { key }]) => key);
      if (objects.length > 0 || removed.length > 0) kind.take(objects, removed);
    }
  }

  signal.addEventListener('abort', () => {
    for (const { timer } of apps.values()) clearTimeout(timer);
  });
  return {
    show({ upserts, removed }) {
      for (const { name } of removed) {
        const app = apps.get(name);
        apps.delete(name);
        clearTimeout(app?.timer);
        if (app) forget(app);
      }
      for (const { name, value } of upserts) {
        const { operation, health, sync } = value.shown;
        const isOver = operation === null || operation.finishedAt !== null;
        const app = apps.get(name) ?? {
          name,
          moving: false,
          changedAt: 0,
          known: new Map(),
          read: false,
          failures: 0,
          busy: false,
          again: false,
          timer: undefined,
        };
        apps.set(name, app);
        app.moving = !isOver || health !== 'Healthy' || sync !== 'Synced';
        app.changedAt = performance.now();
        // It never rejects: what it meets is told.
        void look(app);
      }
      // An environment without Applications has no objects either.
      if (apps.size === 0) heard();
    },
    follow(freshness) {
      if (freshness.state === 'unreachable') {
        isAway = true;
        away(freshness.failure);
      } else if (freshness.state === 'live' && isAway) {
        isAway = false;
        for (const app of apps.values()) {
          app.failures = 0;
          // It never rejects: what it meets is told.
          void look(app);
        }
      }
    },
  };
}

/** A kind whose objects become batches of a watch. @param trim throws for what cannot be read, which is left out. */
export function fed<T>(
  trim: (object: KubeObject) => T,
  apply: (batch: WatchBatch<T>) => void,
  state: (freshness: Freshness) => void,
  skipped: (key: WatchKey, error: unknown) => void,
): FedKind {
  return {
    take(objects, removed) {
      const upserts = objects.flatMap(({ key, object }): WatchItem<T>[] => {
        try {
          return [{ ...key, value: trim(object) }];
        } catch (error) {
          skipped(key, error);
          return [];
        }
      });
      apply({ source: 'watch', upserts, removed });
    },
    state,
  };
}
