import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { ArgoSystem } from '../../shared/domain/estate/argo-servers';
import type { Right } from '../../shared/domain/estate/cluster-access';
import type { Failure, Result } from '../../shared/domain/failure/failure';
import { entryText } from '../log/entry-text';
import { type ArgoServerDoors, observeCluster } from '../observation/observe-cluster';
import type { Cluster } from '../observation/types';
import { refreshAnnotation } from '../systems/argo/application';
import { connectServer } from '../systems/argo/server/server-connection';
import { connect } from '../systems/kubernetes/connection';
import {
  createObject,
  deleteObject,
  getObject,
  listObjects,
  patchObject,
} from '../systems/kubernetes/objects';
import { reviewRight } from '../systems/kubernetes/reviews';
import type { Connection, KubeObject, ObjectRef, ResourceRef } from '../systems/kubernetes/types';
import { type CutProxy, startCutProxy } from './cut-proxy';
import type { ConformanceOptions } from './options';

/** Thrown by a case that this cluster does not allow to be tried. */
export class Skipped extends Error {
  override readonly name = 'Skipped';
}

/** @throws Skipped */
export function skip(reason: string): never {
  throw new Skipped(reason);
}

/** Thrown where a wait ran out. */
class NotSeen extends Error {
  override readonly name = 'NotSeen';
}

/** One thing that is tried, on its own. */
export interface Case {
  name: string;
  run(bench: Bench): Promise<void>;
}

const runLabel = 'signalbox.dev/conformance';

/** What cases work with: the cluster, observed, and objects of their own that go away with them. */
export interface Bench {
  readonly options: ConformanceOptions;
  readonly namespace: string;
  readonly workflowsNamespace: string;
  readonly connection: Connection;
  readonly cluster: Cluster;
  /** Aborted when the person at the terminal has had enough. */
  readonly signal: AbortSignal;
  /** A name that nothing else has. */
  name(what: string): string;
  /** Labels of everything that this run makes. */
  readonly labels: Record<string, string>;
  /** Creates an object that goes away after the case. */
  create(ref: ResourceRef, object: { metadata: Record<string, unknown> } & object): Promise<KubeObject>;
  /** Has something go away after the case that an action made. */
  own(ref: ObjectRef): void;
  read(ref: ObjectRef): Promise<KubeObject>;
  /** Looks until it finds something. @throws NotSeen, telling what was seen last. */
  until<T>(
    what: string,
    look: () => T | null | undefined | false | Promise<T | null | undefined | false>,
    seen?: () => unknown,
  ): Promise<T>;
  /** @throws Skipped where the cluster does not serve the kind. */
  needs(apiVersion: string, plural: string): Promise<void>;
  /** @throws Skipped where one of the rights is missing. */
  may(...rights: Right[]): Promise<void>;
  /** A second connection over a proxy that can be cut. @throws Skipped where the kubeconfig has a proxy of its own. */
  throughProxy(): Promise<{ connection: Connection; proxy: CutProxy }>;
}

/** @throws with the failure's words */
export function value<T>(result: Result<T, Failure>): T {
  if (result.ok) return result.value;
  const { message, meaning, detail } = result.failure;
  throw new Error(`${message} ${meaning}${detail ? ` (${detail})` : ''}`);
}

/** A bench, and how it is cleared. */
export interface OpenBench {
  bench: Bench;
  /** Takes away what a case made. @returns what could not be taken away. */
  clear(): Promise<string[]>;
  /** The same for all that carries this run's label, and lets go of the cluster. */
  close(): Promise<string[]>;
}

/** Argo's own servers that the options name. A token that is refused fails what is asked with it. */
function serversOf({ argocdServer, argoServer }: ConformanceOptions, environment: string): ArgoServerDoors {
  const doorOf = (system: ArgoSystem, server: ConformanceOptions['argoServer']) => {
    if (!server) return undefined;
    const credential = { authorization: server.authorization, cookie: null };
    const { signal } = new AbortController();
    const session = { credential: () => credential, ended: () => undefined, woken: () => signal };
    const connection = connectServer({ place: { environment, system, url: server.url }, session });
    return { connection, prefer: 'server', isSignedIn: () => true } as const;
  };
  return { cd: doorOf('argo-cd', argocdServer), workflows: doorOf('argo-workflows', argoServer) };
}

/** Connects, and observes the cluster until it is closed. @throws FailureError when the kubeconfig cannot be used. */
export async function openBench(options: ConformanceOptions, signal: AbortSignal): Promise<OpenBench> {
  const run = randomBytes(4).toString('hex');
  const connecting = {
    ...(options.kubeconfig ? { kubeconfig: options.kubeconfig } : {}),
    ...(options.context === undefined ? {} : { context: options.context }),
  };
  const connection = await connect(connecting);
  const namespace = options.namespace ?? connection.namespace;
  const workflowsNamespace = options.workflowsNamespace ?? namespace;
  const cluster = observeCluster({
    connection,
    argo: serversOf(options, connection.context),
    place: {
      environment: connection.context,
      argoNamespace: options.argoNamespace,
      workflowsNamespace,
      appsNamespace: namespace,
      parentApplication: 'none',
    },
    log: (_level, event, data) => process.stderr.write(`signalbox: ${entryText(event, data)}\n`),
  });
  const made: ObjectRef[] = [];
  const opened: (() => Promise<void> | void)[] = [];
  const served = new Map<string, Promise<Set<string>>>();
  let count = 0;

  const kindsOf = async (apiVersion: string): Promise<Set<string>> => {
    const path = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const list = await connection
      .json<{ resources?: { name: string }[] }>({ path, signal })
      .catch(() => null);
    return new Set((list?.resources ?? []).map(({ name }) => name));
  };

  const bench: Bench = {
    options,
    namespace,
    workflowsNamespace,
    connection,
    cluster,
    signal,
    labels: { [runLabel]: run },
    name: (what) => `signalbox-${run}-${what}-${++count}`,
    async create(ref, object) {
      const created = value(
        await createObject(
          connection,
          ref,
          {
            ...object,
            metadata: {
              ...object.metadata,
              namespace: ref.namespace,
              labels: { ...(object.metadata.labels as object | undefined), ...bench.labels },
            },
          },
          { signal },
        ),
      );
      made.push({ ...ref, name: created.metadata.name });
      return created;
    },
    own: (ref) => made.push(ref),
    read: async (ref) => value(await getObject(connection, ref, { signal })),
    async until(what, look, seen) {
      const end = performance.now() + options.timeout * 1000;
      for (;;) {
        signal.throwIfAborted();
        const found = await look();
        if (found !== null && found !== undefined && found !== false) return found;
        if (performance.now() > end) {
          const last = seen === undefined ? '' : ` Last seen: ${JSON.stringify(seen())?.slice(0, 800)}`;
          throw new NotSeen(`Not within ${options.timeout} s: ${what}.${last}`);
        }
        await pause(50, undefined, { signal });
      }
    },
    async needs(apiVersion, plural) {
      const known = served.get(apiVersion) ?? kindsOf(apiVersion);
      served.set(apiVersion, known);
      if (!(await known).has(plural)) skip(`this cluster serves no ${plural} of ${apiVersion}`);
    },
    async may(...rights) {
      for (const right of rights) {
        const { allowed } = await reviewRight(connection, right, signal);
        const what = `${right.verb} ${right.resource}${right.subresource ? `/${right.subresource}` : ''} in ${right.namespace}`;
        if (allowed === false) skip(`this account may not ${what}`);
      }
    },
    async throughProxy() {
      const proxy = await startCutProxy();
      opened.push(() => proxy.close());
      let over: Connection;
      try {
        over = await connect({ ...connecting, proxyUrl: proxy.url });
      } catch {
        return skip('the kubeconfig sets its own proxy, which can’t be reached through another one');
      }
      opened.push(() => over.close());
      return { connection: over, proxy };
    },
  };

  /** Milliseconds for an Application's finalizer: the pods that it deployed may take their grace period to end. */
  const finalizing = Math.max(60, options.timeout) * 1000;
  const remove = async (ref: ObjectRef, patient: AbortSignal): Promise<string | null> => {
    const what = `${ref.plural}/${ref.name} in ${ref.namespace}`;
    const deleted = await deleteObject(connection, ref, { signal: patient });
    if (!deleted.ok) return `${what}: ${deleted.failure.message} ${deleted.failure.meaning}`;
    if (ref.plural !== 'applications') return null;
    // Its finalizer takes away what it deployed; one that nobody serves must not stay for ever.
    const end = performance.now() + finalizing;
    let touched = performance.now();
    while (performance.now() < end) {
      const read = await getObject(connection, ref, { signal: patient });
      if (!read.ok) return read.failure.status === 404 ? null : `${what}: ${read.failure.message}`;
      // A deletion in the moment in which a sync ends is overlooked by Argo CD (3.6.1) until the Application changes.
      if (performance.now() - touched > 10_000) {
        touched = performance.now();
        const refresh = { metadata: { annotations: { [refreshAnnotation]: 'normal' } } };
        await patchObject(connection, ref, 'merge', refresh, { signal: patient });
      }
      await pause(100, undefined, { signal: patient });
    }
    await patchObject(connection, ref, 'merge', { metadata: { finalizers: null } }, { signal: patient });
    return `${what}: nobody took away what it had deployed within ${Math.round(finalizing / 1000)} s; its finalizer was removed`;
  };
  /** Clearing up goes on after an interruption, but not for ever. */
  const clear = async (): Promise<string[]> => {
    const patient = AbortSignal.timeout(2 * finalizing);
    for (const close of opened.splice(0)) await close();
    const left: string[] = [];
    for (const ref of made.splice(0).reverse()) {
      const trouble = await remove(ref, patient).catch((error: unknown) => `${ref.name}: ${String(error)}`);
      if (trouble !== null) left.push(trouble);
    }
    return left;
  };

  return {
    bench,
    clear,
    async close() {
      const left = await clear();
      const kinds: ResourceRef[] = [
        { apiVersion: 'argoproj.io/v1alpha1', plural: 'applications', namespace: options.argoNamespace },
        { apiVersion: 'argoproj.io/v1alpha1', plural: 'appprojects', namespace: options.argoNamespace },
        { apiVersion: 'argoproj.io/v1alpha1', plural: 'workflows', namespace: workflowsNamespace },
        { apiVersion: 'argoproj.io/v1alpha1', plural: 'workflowtemplates', namespace: workflowsNamespace },
        { apiVersion: 'apps/v1', plural: 'deployments', namespace },
        { apiVersion: 'v1', plural: 'configmaps', namespace },
        { apiVersion: 'v1', plural: 'pods', namespace },
      ];
      const patient = AbortSignal.timeout(2 * finalizing);
      for (const ref of kinds) {
        const listed = await listObjects(
          connection,
          { ...ref, labelSelector: `${runLabel}=${run}` },
          { signal: patient },
        ).catch(() => null);
        if (!listed?.ok) continue;
        for (const { metadata } of listed.value) {
          const trouble = await remove({ ...ref, name: metadata.name }, patient).catch(String);
          if (trouble !== null) left.push(trouble);
        }
      }
      await cluster.close();
      return left;
    },
  };
}
